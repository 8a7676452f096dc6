"""What larger subscriptions have besides: domains, links, administrators; and taking a seat so."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import invitations, joining
from broadsheet.subscriptions.models import Invitation, JoinDomain, JoinLink, Subscription
from broadsheet.web.seat_forms import AddressForm, DomainForm, LinkForm
from broadsheet.web.views.asking import reader_of
from broadsheet.web.views.errors import Words
from broadsheet.web.views.seats import attempt, back, managed, spoken

NEW_LINK = "new_join_link"
"""Where the session keeps a link until its page has shown it, once."""
UNKNOWN = Words(
    404,
    gettext_lazy("There is no such link"),
    gettext_lazy("The address is not complete. Ask whoever gave it to you for the whole of it."),
)
OVER = Words(
    410,
    gettext_lazy("This link is not good any more"),
    gettext_lazy(
        "It was used as often as it may be, its days have passed, or it was withdrawn. Ask "
        "whoever gave it to you for another."
    ),
)


@never_cache
@login_required
def group(request: HttpRequest, subscription: int) -> HttpResponse:
    """Domains, links and administrators of one subscription."""
    return _page(request, group_of(request, subscription))


@login_required
@require_POST
def add_domain(request: HttpRequest, subscription: int) -> HttpResponse:
    """Open the free seats to a domain."""
    theirs = group_of(request, subscription)
    form = DomainForm(request.POST)
    if not form.is_valid():
        return _page(request, theirs, domain_form=form)
    attempt(
        request,
        lambda: joining.add_domain(
            theirs, reader_of(request), form.cleaned_data["domain"], timezone.now()
        ),
        _("Readers with an address there can take a free seat now."),
    )
    return redirect("seat_group", theirs.pk)


@login_required
@require_POST
def remove_domain(request: HttpRequest, subscription: int, domain: int) -> HttpResponse:
    """Nobody joins by this domain any more; who did keeps the seat."""
    theirs = group_of(request, subscription)
    get_object_or_404(theirs.join_domains, pk=domain).delete()
    messages.success(request, _("The domain is removed. Whoever has a seat keeps it."))
    return redirect("seat_group", theirs.pk)


@login_required
@require_POST
def make_link(request: HttpRequest, subscription: int) -> HttpResponse:
    """A link for so many readers; it is shown once."""
    theirs = group_of(request, subscription)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _page(request, theirs, link_form=form)
    uses, days = form.cleaned_data["uses"], form.cleaned_data["days"]
    _link, token = joining.make_link(theirs, reader_of(request), uses, days, timezone.now())
    request.session[NEW_LINK] = PAPER.site_url + reverse("join", args=[token])
    return redirect("seat_group", theirs.pk)


@login_required
@require_POST
def withdraw_link(request: HttpRequest, subscription: int, link: int) -> HttpResponse:
    """Nobody joins by this link any more."""
    theirs = group_of(request, subscription)
    joining.withdraw(get_object_or_404(theirs.join_links, pk=link), timezone.now())
    messages.success(request, _("The link is withdrawn. Whoever has a seat keeps it."))
    return redirect("seat_group", theirs.pk)


@login_required
@require_POST
def invite_administrator(request: HttpRequest, subscription: int) -> HttpResponse:
    """The owner asks somebody to look after the seats."""
    theirs = _owned(request, subscription)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, theirs, administrator_form=form)
    if not ratelimit.consume(request, action="invite_reader"):
        return ratelimit.respond_429(request)
    email = form.cleaned_data["email"]
    attempt(
        request,
        lambda: invitations.invite(
            theirs,
            reader_of(request),
            email,
            spoken(),
            timezone.now(),
            Invitation.Roles.ADMINISTRATOR,
        ),
        _("%(address)s is asked to look after the subscription.") % {"address": email},
    )
    return redirect("seat_group", theirs.pk)


@login_required
@require_POST
def remove_administrator(request: HttpRequest, subscription: int, reader: int) -> HttpResponse:
    """The owner, or the administrator themselves, ends it; a seat of theirs they keep."""
    theirs = managed(request, subscription)
    someone = get_object_or_404(theirs.administrators, pk=reader)
    if reader_of(request) not in (theirs.owner, someone):
        raise Http404
    theirs.administrators.remove(someone)
    messages.success(
        request,
        _("%(address)s does not look after the subscription any more.")
        % {"address": someone.email},
    )
    return back(request) if someone == reader_of(request) else redirect("seat_group", theirs.pk)


@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link and an account takes a free seat."""
    link = joining.link_by_token(token)
    if link is None:
        return _say(request, UNKNOWN)
    if not JoinLink.objects.good(timezone.now()).filter(pk=link.pk).exists():
        return _say(request, OVER)
    if request.method == "POST" and isinstance(request.user, Reader):
        attempt(
            request,
            lambda: joining.take_by_link(link, reader_of(request), timezone.now()),
            _("The seat is yours: every story opens for you now."),
        )
        return back(request)
    return _join_page(request, link.subscription)


@never_cache
@login_required
def join_by_domain(request: HttpRequest, domain: int) -> HttpResponse:
    """A reader with a verified address at a domain takes a free seat; others find nothing."""
    found = joining.domains_for(reader_of(request), timezone.now())
    theirs: JoinDomain = get_object_or_404(found, pk=domain)
    if request.method != "POST":
        return _join_page(request, theirs.subscription)
    attempt(
        request,
        lambda: joining.take_by_domain(theirs, reader_of(request), timezone.now()),
        _("The seat is yours: every story opens for you now."),
    )
    return back(request)


def group_of(request: HttpRequest, subscription: int) -> Subscription:
    """A subscription (an id) with a group's tools that the reader looks after. Raises Http404."""
    theirs = managed(request, subscription)
    if not joining.has_group_tools(theirs):
        raise Http404
    return theirs


def _owned(request: HttpRequest, subscription: int) -> Subscription:
    theirs = group_of(request, subscription)
    if theirs.owner != reader_of(request):
        raise Http404
    return theirs


def _join_page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    context = {"subscription": subscription, "here": request.path, "on_account": True}
    return render(request, "web/join.html", context)


def _page(request: HttpRequest, subscription: Subscription, **bound: forms.Form) -> HttpResponse:
    now = timezone.now()
    asked = Invitation.objects.good(now).filter(
        subscription=subscription, role=Invitation.Roles.ADMINISTRATOR
    )
    context: dict[str, Any] = {
        "subscription": subscription,
        "owns": subscription.owner == reader_of(request),
        "domains": subscription.join_domains.all(),
        "links": JoinLink.objects.good(now).filter(subscription=subscription),
        "new_link": request.session.pop(NEW_LINK, ""),
        "administrators": subscription.administrators.order_by("email"),
        "asked": asked,
        "lists": subscription.imports.all()[:10],
        "domain_form": DomainForm(),
        "link_form": LinkForm(),
        "administrator_form": AddressForm(),
        "on_account": True,
        **bound,
    }
    return render(request, "web/seat_group.html", context, status=400 if bound else 200)


def _say(request: HttpRequest, words: Words) -> HttpResponse:
    return render(request, "web/problem.html", {"words": words}, status=words.status)
