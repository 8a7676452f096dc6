"""The page of seats: who holds them, who is invited, which are free; for owners and members."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, invitations, joining, seating
from broadsheet.subscriptions.models import (
    Invitation,
    OwnershipOffer,
    Seat,
    Subscription,
)
from broadsheet.subscriptions.refusals import Refused
from broadsheet.web.seat_forms import AddressForm
from broadsheet.web.views.asking import number, reader_of, way_back

ON_A_PAGE = 50
"""Seats that are listed at once."""


@dataclass(slots=True)
class Board:
    """One subscription as its owner or an administrator sees it. Of people: addresses alone."""

    subscription: Subscription
    owns: bool
    rows: "Page[Seat | Invitation]"
    held: int
    promised: int
    free: int
    reads: bool
    """Whether whoever looks has a seat of their own in it."""
    group: bool
    offer: OwnershipOffer | None
    form: AddressForm = field(default_factory=AddressForm)


@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Every subscription whose seats the reader hands out, and the seats they have."""
    return _page(request, list(seating.managed_by(reader_of(request))))


@never_cache
@login_required
def one(request: HttpRequest, subscription: int) -> HttpResponse:
    """One of them, with the pages of its list."""
    return _page(request, [managed(request, subscription)])


@never_cache
@login_required
@require_POST
def invite(request: HttpRequest, subscription: int) -> HttpResponse:
    """Offer a free seat to an address."""
    theirs = managed(request, subscription)
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, [theirs], form)
    if not ratelimit.consume(request, action="invite_reader"):
        return ratelimit.respond_429(request)
    email = form.cleaned_data["email"]
    attempt(
        request,
        lambda: invitations.invite(theirs, reader_of(request), email, spoken(), timezone.now()),
        _("%(address)s is invited.") % {"address": email},
    )
    return back(request)


@login_required
@require_POST
def invite_again(request: HttpRequest, invitation: int) -> HttpResponse:
    """Send an invitation once more, with a new link."""
    theirs = managed_invitation(request, invitation)
    if not ratelimit.consume(request, action="invite_again", key=f"invitation:{theirs.pk}"):
        return ratelimit.respond_429(request)
    attempt(
        request,
        lambda: invitations.send_again(theirs, reader_of(request), spoken(), timezone.now()),
        _(
            "The invitation to %(address)s is on its way again; the link of the letter before is "
            "void."
        )
        % {"address": theirs.email},
    )
    return back(request, theirs)


@login_required
@require_POST
def withdraw(request: HttpRequest, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    theirs = managed_invitation(request, invitation)
    attempt(
        request,
        lambda: invitations.take_back(theirs, timezone.now()),
        _("The invitation to %(address)s is taken back.") % {"address": theirs.email},
    )
    return back(request, theirs)


@never_cache
@login_required
def take_back(request: HttpRequest, seat: int) -> HttpResponse:
    """Take a seat from the reader who has it: first what that means, then the deed."""
    reader = reader_of(request)
    held = Seat.objects.exclude(reader=None).select_related("reader", "subscription__plan")
    theirs = get_object_or_404(held, pk=seat, subscription__in=seating.managed_by(reader))
    if request.method != "POST":
        context = {"seat": theirs, "next": way_back(request), "on_account": True}
        return render(request, "web/seat_take_back.html", context)
    assert theirs.reader is not None
    shown = number(request.POST.get("reader", ""))
    attempt(
        request,
        lambda: seating.take_back(theirs.pk, shown, reader),
        _("The seat of %(address)s is free again.") % {"address": theirs.reader.email},
    )
    return back(request)


@login_required
@require_POST
def take(request: HttpRequest, subscription: int) -> HttpResponse:
    """The owner or an administrator takes a free seat for themselves."""
    theirs = managed(request, subscription)
    attempt(
        request,
        lambda: seating.seat(reader_of(request), theirs),
        _("You have a seat now. The next story you open takes it."),
    )
    return back(request)


@never_cache
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """A reader gives up a seat of their own."""
    reader = reader_of(request)
    if request.method != "POST":
        context = {"own": own_seats(reader), "next": way_back(request), "on_account": True}
        return render(request, "web/seat_leave.html", context)
    seat = get_object_or_404(Seat, pk=number(request.POST.get("seat", "")), reader=reader)
    attempt(
        request,
        lambda: seating.give_up(seat.pk, reader),
        _("You have given up your seat. Your account stays."),
    )
    return back(request)


def spoken() -> str:
    """The language in which whoever asks is spoken to."""
    return get_language() or "en"


def managed(request: HttpRequest, subscription: int) -> Subscription:
    """A subscription (an id) that the reader looks after. Raises Http404."""
    return get_object_or_404(seating.managed_by(reader_of(request)), pk=subscription)


def managed_invitation(request: HttpRequest, invitation: int) -> Invitation:
    """An invitation (an id) to a subscription that the reader looks after. Raises Http404.

    Administrators are the owner's to invite.
    """
    found = Invitation.objects.select_related("subscription").filter(
        subscription__in=seating.managed_by(reader_of(request))
    )
    theirs = get_object_or_404(found, pk=invitation)
    if theirs.for_administrator:
        return get_object_or_404(
            found.filter(subscription__owner=reader_of(request)), pk=invitation
        )
    return theirs


def own_seats(reader: Reader) -> list[Seat]:
    """The seats the reader has, whoever pays for them."""
    found = Seat.objects.filter(reader=reader)
    return list(found.select_related("subscription__plan", "subscription__owner"))


def attempt(request: HttpRequest, work: Callable[[], object], done: str) -> bool:
    """Do something and say so, or say why it cannot be done; whether it was done."""
    try:
        work()
    except Refused as refused:
        messages.error(request, str(refused.says))
        return False
    messages.success(request, done)
    return True


def back(request: HttpRequest, invitation: Invitation | None = None) -> HttpResponse:
    """To the page of seats, or of what a group has besides, which still knows the story."""
    address = reverse("seats")
    if invitation is not None and invitation.for_administrator:
        address = reverse("seat_group", args=[invitation.subscription_id])
    way = way_back(request)
    return redirect(f"{address}?{urlencode({'next': way})}" if way else address)


def offered_to(reader: Reader) -> dict[str, Any]:
    """What waits for the reader's answer; for the template parts/offered.html."""
    now = timezone.now()
    return {
        "invitations": list(invitations.for_reader(reader, now)),
        "ownership_offers": list(handover.for_reader(reader, now)),
        "join_domains": [
            one
            for one in joining.domains_for(reader, now)
            if seating.free_seats(one.subscription, now)
        ],
    }


def _page(
    request: HttpRequest, subscriptions: list[Subscription], form: AddressForm | None = None
) -> HttpResponse:
    boards = [_board(request, subscription) for subscription in subscriptions]
    if form is not None:
        boards[0].form = form
    context = {
        "boards": boards,
        "elsewhere": [
            seat for seat in own_seats(reader_of(request)) if seat.subscription not in subscriptions
        ],
        "next": way_back(request),
        "on_account": True,
        **offered_to(reader_of(request)),
    }
    return render(request, "web/seats.html", context, status=400 if form else 200)


def _board(request: HttpRequest, subscription: Subscription) -> Board:
    reader, now = reader_of(request), timezone.now()
    held = list(subscription.seats.exclude(reader=None).select_related("reader"))
    promised = list(
        Invitation.objects.good(now).filter(subscription=subscription, role=Invitation.Roles.MEMBER)
    )
    pages: Paginator[Seat | Invitation] = Paginator([*held, *promised], ON_A_PAGE)
    return Board(
        subscription=subscription,
        owns=subscription.owner == reader,
        rows=pages.get_page(request.GET.get("page")),
        held=len(held),
        promised=len(promised),
        free=max(0, subscription.seat_count - len(held) - len(promised)),
        reads=any(seat.reader_id == reader.pk for seat in held),
        group=joining.has_group_tools(subscription),
        offer=handover.open_for(subscription, now),
    )
