"""What a purchase will cost is reckoned as Stripe does, to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.billing.models import Offer
from broadsheet.billing.quotes import Quote, quote
from broadsheet.stripe_stand_in import money
from broadsheet.subscriptions.models import Plan, Price

AMOUNTS = st.integers(1, 99_999_999)
MONTH, YEAR = Price.Periods.MONTH, Price.Periods.YEAR


@st.composite
def prices(draw: st.DrawFn) -> Price:
    amount = draw(AMOUNTS)
    introduced = draw(st.booleans()) and amount > 1
    return Price(
        plan=Plan(code="p", name="P", seats=draw(st.integers(1, 5)), most_seats=1000),
        currency=draw(st.sampled_from(["USD", "EUR", "JPY"])),
        period=draw(st.sampled_from([MONTH, YEAR])),
        amount=amount,
        seat_amount=draw(st.integers(0, 10_000)),
        trial_days=draw(st.sampled_from([0, 14])),
        intro_amount=draw(st.integers(0, amount - 1)) if introduced else None,
        intro_periods=draw(st.integers(1, 12)) if introduced else 0,
    )


offers = st.builds(Offer, percent=st.integers(1, 100), periods=st.integers(0, 36))


@given(prices(), st.integers(0, 100), offers | st.none(), st.booleans())
def test_nobody_pays_more_than_the_price_or_less_than_nothing(
    price: Price, further: int, offer: Offer | None, first: bool
) -> None:
    shown = quote(price, price.plan.seats + further, offer, first=first)
    assert (
        0 <= shown.today <= shown.cheaper <= shown.full == price.total(price.plan.seats + further)
    )
    assert (shown.currency, shown.period) == (price.currency, price.period)


@given(prices(), offers)
def test_an_offer_takes_off_what_stripe_takes_off(price: Price, offer: Offer) -> None:
    shown = quote(price, price.plan.seats, offer, first=False)
    assert shown.full - shown.cheaper == money.percentage(shown.full, offer.percent)


@given(prices(), offers)
def test_an_offer_goes_before_the_introduction(price: Price, offer: Offer) -> None:
    with_intro = quote(price, price.plan.seats, offer, first=True)
    without = quote(price, price.plan.seats, offer, first=False)
    assert with_intro.cheaper == without.cheaper


@given(prices())
def test_free_days_and_introductions_are_for_those_who_come_for_the_first_time(
    price: Price,
) -> None:
    again = quote(price, price.plan.seats, None, first=False)
    assert (again.today, again.trial_days, again.is_reduced) == (price.amount, 0, False)
    first = quote(price, price.plan.seats, None, first=True)
    assert first.trial_days == price.trial_days
    assert first.today == (0 if price.trial_days else first.cheaper)
    assert first.is_reduced == (price.intro_amount is not None)


@given(prices(), offers)
def test_an_offer_s_months_are_a_year_s_beginning(price: Price, offer: Offer) -> None:
    shown = quote(price, price.plan.seats, offer, first=False)
    months = shown.cheaper_periods * (12 if price.period == YEAR else 1)
    assert (months == 0) == (offer.periods == 0)
    assert offer.periods <= months < offer.periods + 12


@given(prices(), st.integers(1, 50))
def test_each_further_seat_costs_the_same(price: Price, further: int) -> None:
    one, more = (
        quote(price, price.plan.seats + n, None, first=True).full for n in (further, further + 1)
    )
    assert more - one == price.seat_amount


def test_half_a_cent_is_the_reader_s() -> None:
    price = Price(plan=Plan(seats=1), currency="USD", period=MONTH, amount=999)
    assert quote(price, 1, Offer(percent=50), first=False).cheaper == 499


def test_yen_have_no_cents() -> None:
    price = Price(plan=Plan(seats=1), currency="JPY", period=MONTH, amount=1500)
    assert quote(price, 1, Offer(percent=33), first=False) == Quote(
        "JPY", MONTH, today=1005, trial_days=0, cheaper=1005, cheaper_periods=0, full=1500
    )
