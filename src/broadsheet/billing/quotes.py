"""What a purchase will cost, before anybody goes to the till. Amounts are in minor units."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from broadsheet.billing.models import Offer
from broadsheet.subscriptions.models import Price


@dataclass(frozen=True, slots=True)
class Quote:
    """What is paid today, and what after that. Tax is added at the till where it applies."""

    currency: str
    period: str
    today: int
    trial_days: int
    cheaper: int
    """What a period costs in the beginning, after any free days; the same as `full` if nothing
    is taken off."""
    cheaper_periods: int
    """For so many periods; 0: for as long as it is paid."""
    full: int

    @property
    def is_reduced(self) -> bool:
        """Whether something is taken off."""
        return self.cheaper < self.full


def quote(price: Price, seats: int, offer: Offer | None, *, first: bool) -> Quote:
    """The price of a subscription. `first`: its buyer has had none before, so free days and
    the introduction are theirs; an offer goes before the introduction."""
    full = price.total(seats)
    cheaper, periods = full, 0
    if offer is not None:
        cheaper, periods = _less(full, offer.percent), _periods(offer, price)
    elif first and price.intro_amount is not None:
        cheaper, periods = full - (price.amount - price.intro_amount), price.intro_periods
    days = price.trial_days if first else 0
    return Quote(
        currency=price.currency,
        period=price.period,
        today=0 if days else cheaper,
        trial_days=days,
        cheaper=cheaper,
        cheaper_periods=periods,
        full=full,
    )


def _less(amount: int, percent: int) -> int:
    # As Stripe does: what is taken off is rounded, and half a cent is the reader's.
    off = Decimal(amount) * percent / 100
    return amount - int(off.quantize(Decimal(1), ROUND_HALF_UP))


def _periods(offer: Offer, price: Price) -> int:
    # An offer counts months; a year that begins within them is reduced as a whole.
    return -(-offer.periods // 12) if price.period == Price.Periods.YEAR else offer.periods
