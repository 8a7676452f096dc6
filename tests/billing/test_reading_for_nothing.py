"""Ways by which somebody might read without paying for it, all of them shut."""

from django.utils import timezone

from broadsheet.billing.models import Agreement
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, seating
from broadsheet.subscriptions.models import OwnershipOffer, Plan, Subscription
from tests.billing.conftest import (
    FAILS_LATER,
    Till,
    agreement_of,
    at_the_till,
    buy,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    undo_what_is_left,
)


def hand_over(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, seats: int = 5
) -> OwnershipOffer:
    """Nora, who pays for a year of a group, offers it to Luis, who goes to the till."""
    bought = buy(till, nora, price(plans["group"], "year"), seats).subscription
    assert bought is not None
    seating.seat(luis, bought)
    offer = handover.offer(bought, luis, nora, timezone.now())
    assert signed_in(luis).post(f"/subscribe/handover/{offer.pk}/").status_code == 302
    return offer


def pass_on(till: Till, bought: Subscription, owner: Reader, to: Reader) -> None:
    bought.refresh_from_db()
    offer = handover.offer(bought, to, owner, timezone.now())
    assert signed_in(to).post(f"/subscribe/handover/{offer.pk}/").status_code == 302
    finish(till, at_the_till(to).session_id)


def go_over(reader: Reader, to: str) -> None:
    """The reader goes over to something smaller, and is credited what is left."""
    client = signed_in(reader)
    shown = client.get(f"/subscribe/group/?{to}").context["preview"]
    assert shown.today < 0
    asked = dict(part.split("=") for part in to.split("&"))
    sent = {"at": int(shown.at.timestamp()), "today": shown.today, "terms": 1, **asked}
    assert client.post("/subscribe/group/", sent).status_code == 302


def finish(till: Till, session: str) -> None:
    till.stripe.pay(session)
    till.tell()
    undo_what_is_left()
    till.tell()


def nothing_passed(offer: OwnershipOffer, nora: Reader, luis: Reader) -> bool:
    offer.subscription.refresh_from_db()
    gone = not Agreement.objects.filter(customer__reader=luis).exists()
    return gone and offer.subscription.owner == nora


def test_what_was_withdrawn_and_given_back_is_not_taken_on(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    offer = hand_over(till, plans, nora, luis)
    session = at_the_till(luis).session_id
    signed_in(nora).post("/account/subscription/withdraw/")
    undo_what_is_left()
    till.tell()
    finish(till, session)
    assert nothing_passed(offer, nora, luis)
    assert (paid_at_stripe(), reads(luis), reads(nora)) == (0, False, False)
    assert sdk().v1.subscriptions.list({"status": "trialing"}).data == []


def test_what_was_credited_to_the_old_owner_is_not_read_for_nothing_by_the_new_one(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    offer = hand_over(till, plans, nora, luis)
    session = at_the_till(luis).session_id
    go_over(nora, "period=month")
    assert agreement_of(nora).period == "month"
    finish(till, session)
    assert nothing_passed(offer, nora, luis)


def test_seats_that_were_credited_meanwhile_do_not_pass_either(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    offer = hand_over(till, plans, nora, luis, seats=9)
    session = at_the_till(luis).session_id
    go_over(nora, "period=year&seats=5")
    assert agreement_of(nora).subscription.seats_bought == 5  # type: ignore[union-attr]
    finish(till, session)
    assert nothing_passed(offer, nora, luis)
    # Whoever goes there again is shown what it is now.
    assert signed_in(luis).post(f"/subscribe/handover/{offer.pk}/").status_code == 302
    assert at_the_till(luis).seats == 5


def test_a_payment_that_is_due_is_paid_by_the_new_owner_at_once(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    bought = buy(till, nora, price(plans["group"]), card=FAILS_LATER).subscription
    assert bought is not None
    till.advance(days=45)
    till.tell()
    assert agreement_of(nora).due_since is not None
    seating.seat(luis, bought)
    offer = handover.offer(bought, luis, nora, timezone.now())
    address = f"/subscribe/handover/{offer.pk}/"
    client = signed_in(luis)
    assert "It is not paid any more" in client.get(address).content.decode()
    client.post(address)
    before = paid_at_stripe()
    finish(till, at_the_till(luis).session_id)
    assert paid_at_stripe() == before + 3500
    assert agreement_of(luis).trial_ends_at is None


def test_free_days_are_not_handed_to_and_fro(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    """Each hand-over may give two days after a paid month; after free days it gives none."""
    bought = buy(till, nora, price(plans["group"])).subscription
    assert bought is not None
    seating.seat(luis, bought)
    till.advance_to_renewal(agreement_of(nora))
    pass_on(till, bought, nora, luis)
    assert agreement_of(luis).trial_ends_at is not None
    paid = paid_at_stripe()
    pass_on(till, bought, luis, nora)
    assert agreement_of(nora).trial_ends_at is None
    assert paid_at_stripe() == paid + 3500


def test_whoever_paid_for_what_could_not_pass_has_it_back(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    bought = buy(till, nora, price(plans["group"]), card=FAILS_LATER).subscription
    assert bought is not None
    till.advance(days=45)
    till.tell()
    seating.seat(luis, bought)
    offer = handover.offer(bought, luis, nora, timezone.now())
    signed_in(luis).post(f"/subscribe/handover/{offer.pk}/")
    session, paid = at_the_till(luis).session_id, paid_at_stripe()
    handover.take_back(offer, timezone.now())
    finish(till, session)
    assert nothing_passed(offer, nora, luis)
    assert paid_at_stripe() == paid
