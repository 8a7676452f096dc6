"""From the plans to a subscription: choose, see the price to pay today, agree, read."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from broadsheet.billing import changes, checkout, inviting, offers
from broadsheet.billing.models import Agreement, Offer, Purchase
from broadsheet.billing.quotes import quote
from broadsheet.billing.till import Declined, is_demonstration
from broadsheet.newsletters import clicks
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Invitation, Plan, Price, Subscription
from broadsheet.subscriptions.rights import seat_of
from broadsheet.terms.acceptance import accept
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import How
from broadsheet.terms.signing_up import edition_of
from broadsheet.web.views.asking import at_the_till, number, reader_of, way_back
from broadsheet.web.views.plans import currency_for, live_agreement, period_of, price_of
from broadsheet.web.views.trying import too_many_codes, wrong_code


@dataclass(slots=True)
class Choice:
    """What a reader has chosen on the page so far."""

    price: Price
    seats: int
    code: str
    offer: Offer | None
    faults: list[str]

    @property
    def query(self) -> str:
        """The choice as an address's query."""
        asked = {"period": self.price.period, "seats": str(self.seats), "code": self.code}
        return urlencode(asked)


@never_cache
@login_required
@ensure_csrf_cookie
@at_the_till
def subscribe(request: HttpRequest, plan: str) -> HttpResponse:
    """One page, the price to pay today, one confirmation."""
    reader = reader_of(request)
    wanted = get_object_or_404(Plan.objects.filter(on_offer=True, seats__gt=0), code=plan)
    agreement = live_agreement(reader)
    if agreement is not None and (agreement.subscription is None or agreement.paused):
        messages.info(request, _why_not_now(agreement))
        return redirect("subscription")
    choice = _choice(request, wanted, reader, agreement)
    if choice is None:
        return render(request, "web/not_sold.html", {"plan": wanted}, status=404)
    if request.method != "POST":
        return _show(request, choice, agreement)
    if not choice.faults and not request.POST.get("terms"):
        choice.faults.append(_("Please agree to the terms first: tick the box below."))
    if choice.faults:
        return _show(request, choice, agreement)
    if agreement is not None:
        return _change(request, choice, agreement)
    return _buy(request, choice)


@never_cache
@login_required
@at_the_till
def done(request: HttpRequest, token: str) -> HttpResponse:
    """The browser is back from the till: what was bought is there, whoever tells us first."""
    purchase = get_object_or_404(Purchase, token=token, customer__reader=reader_of(request))
    purchase = checkout.settle(purchase)
    if purchase.state == Purchase.States.OPEN:
        return render(request, "web/at_the_till.html", {"purchase": purchase})
    if purchase.state == Purchase.States.LEFT:
        return _to_the_choice(request, purchase)
    if purchase.state == Purchase.States.TWICE:
        said = _("You had a subscription already. The second one was ended, and its money is back.")
        messages.warning(request, said)
        return redirect("subscription")
    if purchase.kind == Purchase.Kinds.GIFT:
        return redirect("gift_card", purchase.gift.code)
    messages.success(request, _("Thank you. The whole paper is open to you."))
    return redirect(_after(purchase))


@login_required
def left(request: HttpRequest, token: str) -> HttpResponse:
    """The browser is back without having paid: to where the choice was made."""
    purchase = get_object_or_404(Purchase, token=token, customer__reader=reader_of(request))
    if purchase.state in (Purchase.States.PAID, Purchase.States.TWICE):
        return redirect("bought", token)  # paid in another tab
    return _to_the_choice(request, purchase)


def _to_the_choice(request: HttpRequest, purchase: Purchase) -> HttpResponse:
    messages.info(request, _("Nothing was paid."))
    if purchase.kind == Purchase.Kinds.GIFT:
        return redirect("give")
    if purchase.price is None or purchase.kind == Purchase.Kinds.HANDOVER:
        return redirect("account")
    asked = {"period": purchase.price.period, "seats": str(purchase.seats)}
    asked |= {"next": str(purchase.details["next"])} if purchase.details.get("next") else {}
    return redirect(f"/subscribe/{purchase.price.plan.code}/?{urlencode(asked)}")


@never_cache
@login_required
def add_reader(request: HttpRequest) -> HttpResponse:
    """The dialog's way out, for whoever takes it: a free seat, one more seat, or a larger plan."""
    reader = reader_of(request)
    after = {"next": way_back(request)} if way_back(request) else {}
    agreement = live_agreement(reader)
    seat = seat_of(reader, timezone.now())
    bought = agreement.subscription if agreement else None
    if bought is None and seat is not None and seat.subscription.owner_id != reader.pk:
        context = {"subscription": seat.subscription, "next": way_back(request)}
        return render(request, "web/ask_the_owner.html", context)
    if bought is not None and _has_room(bought):
        return redirect(f"/account/seats/?{urlencode(after)}")
    if bought is not None and bought.seat_count < bought.plan.most_seats:
        asked = {"seats": str(bought.seat_count + 1), **after}
        return redirect(f"/subscribe/{bought.plan.code}/?{urlencode(asked)}")
    have = bought.seat_count if bought else 1
    larger = Plan.objects.filter(on_offer=True, seats__gt=have).first()
    if larger is None:
        return redirect(f"/plans/?{urlencode(after)}")
    return redirect(f"/subscribe/{larger.code}/?{urlencode(after)}")


def _has_room(bought: Subscription) -> bool:
    promised = Invitation.objects.open().filter(subscription=bought).exclude(seat=None)
    empty = bought.seats.filter(reader=None).exclude(pk__in=promised.values("seat"))
    return empty.exists()


# The choice


def _choice(
    request: HttpRequest, plan: Plan, reader: Reader, agreement: Agreement | None
) -> Choice | None:
    asked = request.POST if request.method == "POST" else request.GET
    currency = currency_for(edition_of(request), agreement)
    period = period_of(request, agreement.period if agreement else Price.Periods.MONTH)
    price = price_of(plan, currency, period)
    if price is None:
        return None
    choice = Choice(price, plan.seats, asked.get("code", "").strip()[:40], None, [])
    _choose_seats(choice, asked.get("seats", ""), agreement)
    if choice.code and agreement is None:
        _apply_code(request, choice, reader)
    return choice


def _choose_seats(choice: Choice, asked: str, agreement: Agreement | None) -> None:
    if not asked:
        return
    seats = number(asked)
    if checkout.can_be_bought(choice.price, seats):
        choice.seats = seats
    else:
        plan = choice.price.plan
        said = _("This plan is for %(least)d to %(most)d readers. Choose a number between them.")
        choice.faults.append(said % {"least": plan.seats, "most": max(plan.seats, plan.most_seats)})


def _apply_code(request: HttpRequest, choice: Choice, reader: Reader) -> None:
    if too_many_codes(request):
        choice.faults.append(_("Too many codes were tried. Wait an hour, or buy without one."))
        return
    try:
        choice.offer = offers.find(choice.code, choice.price, reader, timezone.now())
    except offers.NoSuchOffer:
        wrong_code(request)
        choice.faults.append(_no_such_code(choice))


def _no_such_code(choice: Choice) -> str:
    said = _("The code %(code)s does not work for this plan. Check its spelling.")
    return said % {"code": choice.code}


# What is shown


def _show(request: HttpRequest, choice: Choice, agreement: Agreement | None) -> HttpResponse:
    plan = choice.price.plan
    context: dict[str, Any] = {
        "choice": choice,
        "plan": plan,
        "periods": [one for one in plan.prices.all() if one.currency == choice.price.currency],
        "most_seats": max(plan.seats, plan.most_seats),
        "further_seats": choice.price.seat_amount is not None and plan.most_seats > plan.seats,
        "agreement": agreement,
        "next": way_back(request),
        "terms": terms_for(edition_of(request), get_language() or "en"),
        "demonstration": is_demonstration(),
        "invite": request.POST.get("invite", ""),
        "full": choice.price.total(choice.seats),
    }
    if agreement is None:
        first = not Agreement.objects.filter(customer__reader=reader_of(request)).exists()
        context["quote"] = quote(choice.price, choice.seats, choice.offer, first=first)
    else:
        context |= _change_shown(choice, agreement)
    status = 422 if choice.faults else 200
    return render(request, "web/subscribe.html", context, status=status)


def _why_not_now(agreement: Agreement) -> str:
    if agreement.paused:
        return _("Your subscription is paused. Let it go on first, then change it.")
    return _("Your last subscription is being ended at this moment. Try again in a minute.")


def _change_shown(choice: Choice, agreement: Agreement) -> dict[str, Any]:
    bought = agreement.subscription
    assert bought is not None  # seen to in `subscribe`
    same = (
        bought.plan_id == choice.price.plan_id
        and bought.seat_count == choice.seats
        and agreement.period == choice.price.period
    )
    taken = bought.seats.exclude(reader=None).count()
    shown: dict[str, Any] = {"same": same, "taken": taken, "too_few": choice.seats < taken}
    if same or shown["too_few"]:
        return shown
    now = datetime.fromtimestamp(int(time.time()), UTC)
    shown["preview"] = changes.preview(agreement, choice.price, choice.seats, now)
    return shown


# What is done


def _buy(request: HttpRequest, choice: Choice) -> HttpResponse:
    reader = reader_of(request)
    _accept_terms(request, reader)
    details: dict[str, Any] = {"next": way_back(request)}
    details |= {"invite": request.POST.get("invite", "").strip()[:254]}
    issue = clicks.issue_in(request.COOKIES)
    if issue is not None:
        details["issue"] = issue
    order = checkout.Order(choice.price, choice.seats, choice.offer, details=details)
    try:
        return redirect(checkout.begin(reader, order))
    except checkout.SubscribedAlready:
        messages.info(request, _("You have a subscription already; it can be changed here."))
        return redirect(f"{request.path}?{choice.query}")
    except offers.NoSuchOffer:
        choice.offer = None
        choice.faults.append(_no_such_code(choice))
        return _show(request, choice, None)


def _change(request: HttpRequest, choice: Choice, agreement: Agreement) -> HttpResponse:
    at, agreed = _agreed(request)
    try:
        changes.change(agreement, choice.price, choice.seats, at, agreed)
    except changes.Stale:
        choice.faults.append(_("The price has moved on since you saw it. This is what it is now."))
        return _show(request, choice, agreement)
    except changes.TooFew:
        return _show(request, choice, agreement)  # which says who has to go first
    except Declined as declined:
        choice.faults.append(str(declined))
        choice.faults.append(
            _("Nothing was changed. Change your card, then press the button again.")
        )
        return _show(request, choice, agreement)
    _accept_terms(request, reader_of(request))
    messages.success(request, _("You are on %(plan)s now.") % {"plan": choice.price.plan.title})
    return _invite(request, agreement)


def _invite(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """Invite whoever was named, then back to the story."""
    agreement.refresh_from_db()
    email = request.POST.get("invite", "").strip()[:254]
    if email and not ratelimit.consume(request, action="invite_reader"):
        said = _("These are enough invitations for one day. Invite %(email)s tomorrow.")
        messages.error(request, said % {"email": email})
        return redirect("seats")
    fault = inviting.invite(agreement.subscription, email) if agreement.subscription else ""
    if fault:
        messages.error(request, f"{email}: {fault}")
        return redirect("seats")
    if email:
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})
    return redirect(way_back(request) or "seats")


def _agreed(request: HttpRequest) -> tuple[datetime, int]:
    """The moment and the amount that were shown; nonsense is as if they were too old."""
    at, today = number(request.POST.get("at", "")), number(request.POST.get("today", ""))
    return datetime.fromtimestamp(max(0, at), UTC), today


def _accept_terms(request: HttpRequest, reader: Reader) -> None:
    terms = terms_for(edition_of(request), get_language() or "en")
    if terms is not None:
        accept(reader, terms, How.PURCHASE, timezone.now())


def _after(purchase: Purchase) -> str:
    if purchase.details.get("next"):
        return str(purchase.details["next"])
    return "/account/seats/" if purchase.seats > 1 else "/account/subscription/"
