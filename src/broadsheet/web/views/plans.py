"""What can be subscribed to, and for how much; the dialog's way out leads here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.access import Mode
from broadsheet.billing.models import Agreement
from broadsheet.billing.till import is_demonstration, is_open
from broadsheet.newsroom.models import Edition
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Price
from broadsheet.subscriptions.rights import seat_of
from broadsheet.terms.signing_up import edition_of
from broadsheet.web.views.asking import way_back

ANY_CURRENCY = "USD"
"""Of prices where an edition's own currency has none, and before any edition was read."""


def plans(request: HttpRequest) -> HttpResponse:
    """What each plan gives, and what it costs in the reader's edition."""
    reader = request.user if isinstance(request.user, Reader) else None
    agreement = live_agreement(reader)
    seat = seat_of(reader, timezone.now()) if reader else None
    current = seat.subscription.plan_id if seat else None
    period = period_of(request)
    currency = currency_for(edition_of(request), agreement)
    on_offer = Plan.objects.filter(on_offer=True).prefetch_related("prices", "words")
    context = {
        "plans": [
            _offer(plan, current, price_of(plan, currency, period), signed_in=reader is not None)
            for plan in on_offer
        ],
        "period": period,
        "next": way_back(request),
        "till_open": is_open(),
        "demonstration": is_demonstration(),
    }
    return render(request, "web/plans.html", context)


def live_agreement(reader: Reader | None) -> Agreement | None:
    """What the reader pays for now."""
    found = Agreement.objects.filter(customer__reader=reader, live=True)
    return found.select_related("subscription__plan", "customer").first() if reader else None


def period_of(request: HttpRequest, default: str = Price.Periods.MONTH) -> str:
    """How often the reader wants to pay."""
    asked = request.POST.get("period") or request.GET.get("period", "")
    return asked if asked in Price.Periods.values else default


def currency_for(edition: Edition | None, agreement: Agreement | None) -> str:
    """The currency of what is paid already, since Stripe keeps a subscription to one, else the
    edition's."""
    if agreement is not None:
        return agreement.currency
    return edition.currency if edition else ANY_CURRENCY


def price_of(plan: Plan, currency: str, period: str) -> Price | None:
    """A plan's price; None: it is not sold like this."""
    prices = {(one.currency, one.period): one for one in plan.prices.all()}
    found = prices.get((currency, period)) or prices.get((ANY_CURRENCY, period))
    if found is not None:
        found.plan = plan  # with its words, already fetched
    return found


def _offer(
    plan: Plan, current: int | None, price: Price | None, *, signed_in: bool
) -> dict[str, Any]:
    free_and_theirs = plan.seats == 0 and signed_in and current is None
    name, promise = plan.said()
    return {
        "code": plan.code,
        "name": name,
        "promise": promise,
        "seats": plan.seats,
        "most_seats": plan.most_seats,
        "price": price,
        "features": _features(plan),
        "current": plan.pk == current or free_and_theirs,
    }


def _features(plan: Plan) -> list[str]:
    if plan.seats == 0:
        return [_("Free stories, and those for registered readers")]
    readers = ngettext(
        "One reader, with an account of their own",
        "%(seats)d readers, each with an account of their own",
        plan.seats,
    )
    features = [_("Every story in every edition"), readers % {"seats": plan.seats}]
    if plan.mode == Mode.ENFORCE:
        features.append(_("Any number of devices, read on one at a time per reader"))
    if plan.gifts_per_month:
        gifts = ngettext(
            "One story a month to give away",
            "%(n)d stories a month to give away",
            plan.gifts_per_month,
        )
        features.append(gifts % {"n": plan.gifts_per_month})
    return features
