"""Handing a subscription over: the owner offers it, and a reader of theirs answers."""

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.billing.letters import price_for
from broadsheet.readers import sudo
from broadsheet.subscriptions import handover
from broadsheet.subscriptions.models import OwnershipOffer
from broadsheet.web.seat_forms import OwnerForm
from broadsheet.web.views.asking import reader_of, way_back
from broadsheet.web.views.seats import attempt, back, managed


@never_cache
@sudo.required
def offer(request: HttpRequest, subscription: int) -> HttpResponseBase:
    """The owner, who has just proved who they are, chooses one of the readers."""
    theirs = managed(request, subscription)
    if theirs.owner != reader_of(request):
        return back(request)
    form = OwnerForm(theirs, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {
            "subscription": theirs,
            "form": form,
            "paid": handover.is_paid(theirs),
            "next": way_back(request),
            "on_account": True,
        }
        status = 400 if request.method == "POST" else 200
        return render(request, "web/hand_over.html", context, status=status)
    if not ratelimit.consume(request, action="offer_ownership"):
        return ratelimit.respond_429(request)
    to = form.cleaned_data["to"]
    attempt(
        request,
        lambda: handover.offer(
            theirs, to, reader_of(request), timezone.now(), price_for(theirs, to.language)
        ),
        _("%(address)s has a letter with your offer.") % {"address": to.email},
    )
    return back(request)


@login_required
@require_POST
def take_back(request: HttpRequest, offer: int) -> HttpResponse:
    """The owner withdraws an offer."""
    found = OwnershipOffer.objects.filter(subscription__owner=reader_of(request))
    theirs = get_object_or_404(found, pk=offer)
    attempt(
        request,
        lambda: handover.take_back(theirs, timezone.now()),
        _("The offer is taken back. The subscription stays yours."),
    )
    return back(request)


@never_cache
@login_required
def page(request: HttpRequest, offer: int) -> HttpResponse:
    """What was offered to the reader, and their answer."""
    theirs = _theirs(request, offer)
    open_now = theirs.state == OwnershipOffer.States.OPEN and theirs.expires_at > timezone.now()
    context = {
        "offer": theirs,
        "open": open_now,
        "paid": handover.is_paid(theirs.subscription),
        "on_account": True,
    }
    return render(request, "web/hand_over_offer.html", context, status=200 if open_now else 410)


@login_required
@require_POST
def accept(request: HttpRequest, offer: int) -> HttpResponse:
    """The reader becomes the owner, or goes on to pay first."""
    theirs = _theirs(request, offer)
    try:
        attempt(
            request,
            lambda: handover.accept(theirs, timezone.now()),
            _("The subscription is yours. You hand out its seats on this page."),
        )
    except handover.NeedsPayment:
        return redirect(f"/subscribe/handover/{theirs.pk}/")
    return back(request)


@login_required
@require_POST
def decline(request: HttpRequest, offer: int) -> HttpResponse:
    """The reader says no."""
    theirs = _theirs(request, offer)
    attempt(
        request,
        lambda: handover.decline(theirs, timezone.now()),
        _("You have declined. Everything stays as it was."),
    )
    return back(request)


def _theirs(request: HttpRequest, offer: int) -> OwnershipOffer:
    found = OwnershipOffer.objects.filter(to=reader_of(request))
    return get_object_or_404(
        found.select_related("subscription__plan", "subscription__owner"), pk=offer
    )
