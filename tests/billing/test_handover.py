"""A subscription that is paid passes to another reader, who pays from where the old one stopped."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.billing.models import Agreement, Purchase
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, seating
from broadsheet.subscriptions.models import OwnershipOffer, Plan, Price
from tests import people
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    at_the_till,
    buy,
    letters_to,
    new_card,
    paid_at_stripe,
    price,
    reads,
    signed_in,
    undo_what_is_left,
)


@pytest.fixture
def offer(till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader) -> OwnershipOffer:
    """Nora, who pays for a group of five, hands it over to Luis, who reads in it."""
    agreement = buy(till, nora, price(plans["group"]))
    assert agreement.subscription is not None
    seating.seat(luis, agreement.subscription)
    seating.seat(people.reader("eva@example.com"), agreement.subscription)
    till.advance(days=10)
    return handover.offer(agreement.subscription, luis, nora, timezone.now())


def take_on(client: Client, offer: OwnershipOffer) -> int:
    return client.post(f"/subscribe/handover/{offer.pk}/").status_code


def pay(till: Till, reader: Reader) -> None:
    till.stripe.pay(at_the_till(reader).session_id)
    till.tell()
    undo_what_is_left()
    till.tell()


def test_the_new_owner_pays_from_the_end_of_what_the_old_one_paid(
    till: Till, offer: OwnershipOffer, nora: Reader, luis: Reader
) -> None:
    old = agreement_of(nora)
    seats = set(offer.subscription.seats.values_list("pk", "reader"))
    client = signed_in(luis)
    assert "It is paid until" in client.get(f"/subscribe/handover/{offer.pk}/").content.decode()
    assert take_on(client, offer) == 302
    pay(till, luis)
    bought = offer.subscription
    bought.refresh_from_db()
    new = agreement_of(luis)
    assert (bought.owner, new.subscription) == (luis, bought)
    assert set(bought.seats.values_list("pk", "reader")) == seats
    assert new.renews_at == old.renews_at
    assert at_stripe(old)["status"] == "canceled"
    assert not Agreement.objects.filter(customer__reader=nora, live=True).exists()
    assert paid_at_stripe() == 3500
    till.advance(days=22)
    till.tell()
    assert paid_at_stripe() == 7000
    assert (reads(nora), reads(luis), bought.ends_at) == (True, True, None)
    assert letters_to(nora).count("ended") == 0
    assert letters_to(luis).count("welcome") == 1


def test_the_old_owner_s_pages_work_while_their_payments_are_being_ended(
    till: Till, offer: OwnershipOffer, nora: Reader, luis: Reader
) -> None:
    take_on(signed_in(luis), offer)
    till.stripe.pay(at_the_till(luis).session_id)
    till.tell()
    client = signed_in(nora)
    for address in ("/account/subscription/", "/plans/", "/add-reader/", "/account/seats/"):
        assert client.get(address).status_code in (200, 302)
    assert "Try again in a minute" in client.get("/subscribe/basic/", follow=True).content.decode()
    for button in ("cancel", "keep", "pause", "resume", "withdraw"):
        assert client.post(f"/account/subscription/{button}/").status_code == 404
    a_minute_passes(till)
    till.tell()
    assert client.get("/subscribe/basic/").status_code == 200


def test_the_old_agreement_is_stopped_without_a_webhook_and_after_an_outage(
    till: Till, offer: OwnershipOffer, nora: Reader, luis: Reader
) -> None:
    take_on(signed_in(luis), offer)
    till.stripe.pay(at_the_till(luis).session_id)
    till.tell()
    till.stripe.fail_next(times=3)
    undo_what_is_left()
    a_minute_passes(till)
    till.lose()
    a_minute_passes(till)
    assert Agreement.objects.get(live=True).customer.reader == luis
    till.advance(days=40)
    assert paid_at_stripe() == 7000


def test_whoever_pays_for_one_of_their_own_cancels_that_first(
    till: Till, offer: OwnershipOffer, plans: dict[str, Plan], luis: Reader, nora: Reader
) -> None:
    buy(till, luis, price(plans["basic"], "year"))
    answer = signed_in(luis).post(f"/subscribe/handover/{offer.pk}/", follow=True)
    assert "You pay for a subscription of your own" in answer.content.decode()
    assert not Purchase.objects.filter(kind=Purchase.Kinds.HANDOVER).exists()
    assert agreement_of(nora).live


def test_whoever_buys_one_of_their_own_meanwhile_keeps_that_and_nothing_passes(
    till: Till, offer: OwnershipOffer, plans: dict[str, Plan], luis: Reader, nora: Reader
) -> None:
    take_on(signed_in(luis), offer)
    waiting = at_the_till(luis)
    own = buy_own(till, luis, plans)
    till.stripe.pay(waiting.session_id)
    till.tell()
    undo_what_is_left()
    till.tell()
    waiting.refresh_from_db()
    assert waiting.state == Purchase.States.TWICE
    assert agreement_of(luis) == own
    assert agreement_of(nora).subscription == offer.subscription


def buy_own(till: Till, luis: Reader, plans: dict[str, Plan]) -> Agreement:
    signed_in(luis).post("/subscribe/basic/", {"terms": "1", "period": "year"})
    mine = Purchase.objects.get(kind=Purchase.Kinds.SUBSCRIPTION, customer__reader=luis)
    till.stripe.pay(mine.session_id)
    till.tell()
    return agreement_of(luis)


def test_an_offer_that_is_over_when_it_is_paid_passes_nothing_and_asks_for_nothing(
    till: Till, offer: OwnershipOffer, luis: Reader, nora: Reader
) -> None:
    take_on(signed_in(luis), offer)
    handover.take_back(offer, timezone.now())
    purchase = at_the_till(luis)
    pay(till, luis)
    purchase.refresh_from_db()
    offer.subscription.refresh_from_db()
    assert purchase.state == Purchase.States.LEFT
    assert offer.subscription.owner == nora
    till.advance(days=60)
    till.tell_again()
    assert not Agreement.objects.filter(customer__reader=luis).exists()
    assert paid_at_stripe() == 3 * 3500


def test_an_offer_is_somebody_s_and_for_some_days(
    till: Till, offer: OwnershipOffer, nora: Reader, luis: Reader
) -> None:
    assert take_on(signed_in(nora), offer) == 404
    assert take_on(signed_in(people.reader("eve@example.com")), offer) == 404
    till.advance(days=40)
    assert take_on(signed_in(luis), offer) == 404


def test_what_the_old_owner_owes_is_not_given_to_the_new_one(
    till: Till, offer: OwnershipOffer, nora: Reader, luis: Reader
) -> None:
    new_card(agreement_of(nora), "pm_card_chargeCustomerFail")
    till.advance(days=22)
    till.tell()
    assert agreement_of(nora).due_since is not None
    OwnershipOffer.objects.update(expires_at=timezone.now() + timedelta(days=1))
    take_on(signed_in(luis), offer)
    pay(till, luis)
    assert agreement_of(luis).trial_ends_at is None  # paid at the till


def test_more_seats_than_are_sold_now_are_not_taken_on_for_nothing(
    till: Till, offer: OwnershipOffer, luis: Reader, plans: dict[str, Plan]
) -> None:
    offer.subscription.seats_bought = 9
    offer.subscription.save()
    Price.objects.filter(plan=plans["group"]).update(seat_amount=None)
    answer = signed_in(luis).post(f"/subscribe/handover/{offer.pk}/", follow=True)
    assert "more seats than are sold now" in answer.content.decode()
