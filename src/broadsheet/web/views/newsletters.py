"""Newsletters for whoever reads: joining by mail or signed in, leaving by one button, choosing."""

from datetime import timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from allauth.account.utils import has_verified_email
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.gate.request import is_from_elsewhere
from broadsheet.mail.post import BadAddress, deliverable
from broadsheet.newsletters import clicks, composing, joining
from broadsheet.newsletters.contents import Contents, Face
from broadsheet.newsletters.links import (
    BadLink,
    Mail,
    OldLink,
    read_asked,
    read_mail,
    seal_mail,
)
from broadsheet.newsletters.models import Issue, Membership, Newsletter, Recipient
from broadsheet.newsletters.pressing import is_ours
from broadsheet.newsroom.models import Edition
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.rights import seat_of
from broadsheet.web.views.asking import number, way_back

State = Membership.State
CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian"}
    | {"Pacific"}
)
PAUSE = timedelta(days=30)
"""How long a pause is that is asked for by one button."""
SHOWN = 50
"""Issues in a list."""


class Lists(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Newsletters by their numbers; what is no number is none of them."""

    def clean(self, value: Any) -> Any:
        """See Django."""
        return super().clean([one for one in value or [] if number(one)])


class JoinForm(forms.Form):
    """Which lists, and where to."""

    newsletters = Lists(
        Newsletter.objects.filter(offered=True, edition__live=True).select_related("edition"),
        error_messages={"required": gettext_lazy("Choose a newsletter.")},
    )
    email = forms.CharField(
        max_length=320,
        error_messages={
            "required": gettext_lazy("Enter your e-mail address."),
            "max_length": gettext_lazy("This is longer than any e-mail address."),
        },
    )

    def clean_email(self) -> str:
        """An address that mail can be sent to."""
        try:
            return deliverable(self.cleaned_data["email"].strip())
        except BadAddress:
            said = _("This is not an e-mail address. It looks like: name@example.com")
            raise forms.ValidationError(said) from None


@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every edition's newsletters, to choose from."""
    return _chooser(request, JoinForm(), 200)


@never_cache
@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The way from an account to its page of choices."""
    reader = _confirmed_reader(request)
    if reader is None:  # nobody knows yet whose the address is
        return redirect("newsletters")
    return _to_choices(reader)


@csrf_exempt  # the box stands in stories, whose pages are the same for everybody
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Somebody pressed the button of the box in a story, or of the page of newsletters."""
    if request.method != "POST":  # a page that was open for long, asked for again
        return redirect("newsletters")
    if _from_elsewhere(request):
        return _chooser(request, JoinForm(), 403)
    if request.POST.get("website"):  # people do not see this field; robots fill it in
        return redirect("newsletter_asked")
    own = _confirmed_reader(request)
    data = request.POST.copy()
    if own is not None:
        data["email"] = own.email
    form = JoinForm(data)
    if not form.is_valid():
        return _chooser(request, form, 422)
    chosen, page = list(form.cleaned_data["newsletters"]), way_back(request) or "/newsletters/"
    if own is not None:
        for newsletter in chosen:
            joining.join(own, newsletter, page)
        return _to_choices(own)
    if not ratelimit.consume(request, action="join_newsletter"):
        return ratelimit.respond_429(request)
    joining.ask(form.cleaned_data["email"], chosen, get_language() or "en", page)
    return redirect("newsletter_asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """A letter is on its way."""
    return render(request, "web/newsletter_asked.html")


@never_cache
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in that letter. Programs that open links press no button, so they confirm nobody."""
    try:
        wanted = read_asked(token)
    except OldLink:
        return _link_over(request, 410)
    except BadLink:
        return _link_over(request, 404)
    if request.method == "POST":
        joined = joining.confirm(wanted, "/newsletters/confirm/")
        return render(request, "web/newsletter_confirmed.html", {"joined": joined})
    lists = Newsletter.objects.filter(pk__in=wanted.newsletters).select_related("edition")
    return render(request, "web/newsletter_confirm.html", {"lists": lists})


@csrf_exempt  # mail programs press this button themselves (RFC 8058); the token is what allows it
@never_cache
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leave the list of a mail: by a button only, never by opening the link."""
    mail, recipient = _mail(token)
    newsletter = Newsletter.objects.filter(pk=mail.newsletter).first() if mail else None
    if recipient is None or newsletter is None:
        return _link_over(request, 404)
    if request.method == "POST":
        joining.leave(recipient, newsletter, "/newsletters/leave/")
        clicks.note_leaving(mail, recipient)
        if "List-Unsubscribe" in request.POST:
            return HttpResponse(_("You get it no longer."), content_type="text/plain")
    context = {
        "newsletter": newsletter,
        "left": request.method == "POST",
        "preferences": joining.preferences_url(recipient),
    }
    return render(request, "web/newsletter_leave.html", context)


@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What one address gets: join, leave, pause, and whether clicks are counted."""
    _mail_of, recipient = _mail(token)
    if recipient is None:
        return _link_over(request, 404)
    if request.method == "POST":
        _change(request, recipient)
        return redirect(request.path)
    memberships = {each.newsletter_id: each for each in recipient.memberships.all()}
    lists = _open_to(recipient).select_related("edition")
    rows = [(each, memberships.get(each.pk)) for each in lists]
    context = {
        "recipient": recipient,
        "rows": rows,
        "hidden": _masked(recipient.email),
        "zones": zones(),
    }
    return render(request, "web/newsletter_preferences.html", context)


@never_cache
@require_safe
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link of an issue, by way of our count."""
    mail, recipient = _mail(token)
    url = request.GET.get("u", "")
    if mail is None or not is_ours(url, request.GET.get("s", ""), mail.issue):
        return _link_over(request, 404)
    answer = HttpResponseRedirect(url)
    if recipient is not None and request.method == "GET":
        clicks.note(mail, recipient, url)
        if clicks.is_counted(recipient):
            answer.set_cookie(
                clicks.COOKIE,
                clicks.came_from(mail.issue),
                max_age=clicks.COOKIE_AGE,
                secure=PAPER.secure,
                httponly=True,
                samesite="Lax",
            )
    return answer


@require_safe
def archive(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """A newsletter: what it is, its box, and the issues that went."""
    newsletter = _newsletter(edition, slug)
    sent = newsletter.issues.filter(state__in=[Issue.State.SENT, Issue.State.SENDING])
    issues = [] if newsletter.for_subscribers and not _subscribes(request) else list(sent[:SHOWN])
    context = {
        **_paper_of(newsletter.edition),
        "newsletter": newsletter,
        "issues": issues,
        "sample": not issues and composing.sample(newsletter, timezone.now()) is not None,
        "wording": _(joining.WORDING),
        "signed_in": _confirmed_reader(request) is not None,
    }
    return render(request, "web/newsletter.html", context)


@require_safe
def issue(request: HttpRequest, edition: str, slug: str, issue: int) -> HttpResponse:
    """An issue on the web, as a visitor sees it; stories open on their own pages, by the rule. One
    for subscribers is theirs alone. Raises Http404."""
    newsletter = _newsletter(edition, slug)
    if newsletter.for_subscribers and not _subscribes(request):
        raise Http404
    began = newsletter.issues.exclude(began_at=None)
    return _on_the_web(request, get_object_or_404(began, pk=issue))


@require_safe
def sample(request: HttpRequest, edition: str, slug: str) -> HttpResponse:
    """What an issue would hold now: headlines, which everybody may read. Raises Http404."""
    made = composing.sample(_newsletter(edition, slug), timezone.now())
    if made is None:
        raise Http404
    return _on_the_web(request, made)


def _on_the_web(request: HttpRequest, issue: Issue) -> HttpResponse:
    context = {
        **_paper_of(issue.newsletter.edition),
        "newsletter": issue.newsletter,
        "issue": issue,
        "parts": Contents(issue).seen_by(Face()),
        "wording": _(joining.WORDING),
        "signed_in": _confirmed_reader(request) is not None,
    }
    return render(request, "web/newsletter_issue.html", context)


@cache
def zones() -> list[str]:
    """Time zones as people choose them: by continent and city."""
    named = (zone for zone in available_timezones() if zone.partition("/")[0] in CONTINENTS)
    return sorted(named)


def _change(request: HttpRequest, recipient: Recipient) -> None:
    page = "/newsletters/preferences/"
    if "measured" in request.POST:
        recipient.measured = request.POST["measured"] == "1"
        recipient.save(update_fields=["measured"])
        messages.success(request, _("Your choice is kept."))
        return
    if request.POST.get("time_zone") in ["", *zones()]:
        recipient.time_zone = request.POST["time_zone"]
        recipient.save(update_fields=["time_zone"])
        messages.success(request, _("Your choice is kept."))
        return
    key = number(request.POST.get("newsletter", ""))
    newsletter = get_object_or_404(_open_to(recipient), pk=key)
    match request.POST.get("do", ""):
        case "join" if recipient.refused:
            messages.error(request, _("Mail to this address does not arrive. Write to us."))
            return
        case "join":
            messages.success(request, _join_again(recipient, newsletter, page))
            return
        case "leave":
            joining.leave(recipient, newsletter, page)
        case "pause":
            joining.pause(recipient, newsletter, timezone.now() + PAUSE, page)
        case "go_on":
            joining.go_on(recipient, newsletter)
        case _:
            raise Http404
    messages.success(request, _("Your choice is kept."))


def _join_again(recipient: Recipient, newsletter: Newsletter, page: str) -> str:
    """Put a known address on one more list, or write to one that nobody has confirmed; what was
    done, in words."""
    # Whoever has this link reads the mail of this address.
    if recipient.consents.filter(act__in=joining.CONFIRMING).exists():
        joining.join_known(recipient, newsletter, page)
        return _("Your choice is kept.")
    joining.ask(recipient.email, [newsletter], recipient.language, page)
    return _("We have sent you a letter. Press the button in it, and you get the newsletter.")


def _to_choices(reader: Reader) -> HttpResponseRedirect:
    try:
        recipient = joining.recipient_of(reader)
    except BadAddress:  # mail servers do not take it
        return redirect("newsletters")
    return redirect("newsletter_preferences", seal_mail(Mail(recipient.key, 0)))


def _open_to(recipient: Recipient) -> QuerySet[Newsletter]:
    """The lists an address may choose: those on offer, and its own."""
    mine = recipient.memberships.values("newsletter")
    return Newsletter.objects.filter(Q(offered=True) | Q(pk__in=mine), edition__live=True)


def _chooser(request: HttpRequest, form: JoinForm, status: int) -> HttpResponse:
    chosen = request.POST.getlist("newsletters") or request.GET.getlist("newsletters")
    offered = Newsletter.objects.filter(offered=True, edition__live=True).select_related("edition")
    context = {
        "form": form,
        "lists": offered.order_by("edition__path", "position", "name"),
        "chosen": chosen,
        "wording": _(joining.WORDING),
        "signed_in": _confirmed_reader(request) is not None,
        "here": way_back(request) or "/newsletters/",
        "elsewhere": status == 403,
    }
    return render(request, "web/newsletters.html", context, status=status)


def _mail(token: str) -> tuple[Mail | None, Recipient | None]:
    try:
        mail = read_mail(token)
    except BadLink:
        return None, None
    return mail, Recipient.objects.filter(key=mail.recipient).select_related("reader").first()


def _link_over(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "web/newsletter_link_over.html", status=status)


def _newsletter(edition: str, slug: str) -> Newsletter:
    live = Newsletter.objects.filter(edition__live=True, edition__slug=edition, slug=slug)
    return get_object_or_404(live.select_related("edition"))


def _paper_of(edition: Edition) -> dict[str, Any]:
    return {"edition": edition, "sections": edition.sections}


def _confirmed_reader(request: HttpRequest) -> Reader | None:
    reader = request.user
    if not isinstance(reader, Reader):
        return None
    return reader if has_verified_email(reader, reader.email) else None


def _subscribes(request: HttpRequest) -> bool:
    reader = request.user
    return isinstance(reader, Reader) and seat_of(reader, timezone.now()) is not None


def _from_elsewhere(request: HttpRequest) -> bool:
    """What a token in the form tells elsewhere."""
    heads = request.headers
    site, origin = heads.get("Sec-Fetch-Site", ""), heads.get("Origin", "")
    return is_from_elsewhere(site, origin, request.get_host())


def _masked(email: str) -> str:
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
