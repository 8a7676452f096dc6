"""A subscription passes to one of its readers, who has to want it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, refusals, seating
from broadsheet.subscriptions.models import OwnershipOffer, Subscription
from tests.people import PASSWORD, Cast
from tests.subscriptions.post import letter_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta(cast: Cast) -> Subscription:
    """Marta's subscription; Luis reads on its second seat."""
    return cast.marta.subscriptions.get()


@pytest.fixture
def offer(marta: Subscription, cast: Cast) -> OwnershipOffer:
    return handover.offer(marta, cast.luis, cast.marta, timezone.now())


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subscription, "agreement", SimpleNamespace(live=True), raising=False)


def signed_in(reader: Reader) -> Client:
    """And they have just proved once more who they are."""
    client = Client()
    client.post("/account/login/", {"login": reader.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_reader_who_accepts_becomes_the_owner_and_both_keep_their_seats(
    offer: OwnershipOffer, marta: Subscription, cast: Cast
) -> None:
    marta.administrators.add(cast.luis)
    handover.accept(offer, timezone.now())
    marta.refresh_from_db()
    assert marta.owner == cast.luis
    assert not marta.administrators.exists()
    assert {seat.reader for seat in marta.seats.all()} == {cast.marta, cast.luis}
    offer.refresh_from_db()
    assert offer.state == "accepted"


def test_nothing_changes_until_then(offer: OwnershipOffer, marta: Subscription, cast: Cast) -> None:
    marta.refresh_from_db()
    assert marta.owner == cast.marta
    assert letter_to("luis@example.com").kind in ("ownership_offer", "notice")


def test_only_a_reader_with_a_seat_can_be_offered_it(marta: Subscription, cast: Cast) -> None:
    for somebody in (cast.nora, cast.marta):
        with pytest.raises(refusals.NotAReader):
            handover.offer(marta, somebody, cast.marta, timezone.now())


def test_only_the_owner_offers_it(marta: Subscription, cast: Cast) -> None:
    marta.administrators.add(cast.nora)
    with pytest.raises(refusals.NotYours):
        handover.offer(marta, cast.luis, cast.nora, timezone.now())


def test_one_offer_is_open_at_a_time(
    offer: OwnershipOffer, marta: Subscription, cast: Cast
) -> None:
    with pytest.raises(refusals.OfferOpen):
        handover.offer(marta, cast.luis, cast.marta, timezone.now())
    later = timezone.now() + timedelta(days=15)
    assert handover.offer(marta, cast.luis, cast.marta, later).state == "open"


@pytest.mark.parametrize("how", ["decline", "take_back"])
def test_an_offer_that_is_over_is_not_accepted(offer: OwnershipOffer, how: str) -> None:
    getattr(handover, how)(offer, timezone.now())
    with pytest.raises(refusals.NotOpen):
        handover.accept(offer, timezone.now())


def test_an_offer_ends_after_14_days(offer: OwnershipOffer) -> None:
    with pytest.raises(refusals.NotOpen):
        handover.accept(offer, timezone.now() + timedelta(days=14, seconds=1))


def test_who_has_left_meanwhile_does_not_become_the_owner(
    offer: OwnershipOffer, cast: Cast
) -> None:
    seating.give_up(cast.luis.seats.get().pk, cast.luis)
    with pytest.raises(refusals.NotAReader):
        handover.accept(offer, timezone.now())


def test_an_offer_of_a_former_owner_is_void(
    offer: OwnershipOffer, marta: Subscription, cast: Cast
) -> None:
    marta.owner = cast.nora
    marta.save()
    with pytest.raises(refusals.NotOpen):
        handover.accept(offer, timezone.now())


def test_a_paid_subscription_waits_for_the_new_owners_card(
    paid: None, offer: OwnershipOffer, marta: Subscription, cast: Cast
) -> None:
    with pytest.raises(handover.NeedsPayment) as needs:
        handover.accept(offer, timezone.now())
    assert needs.value.offer == offer
    marta.refresh_from_db()
    assert marta.owner == cast.marta
    handover.transfer(offer, timezone.now())
    marta.refresh_from_db()
    assert marta.owner == cast.luis


def test_on_the_page_a_paid_offer_leads_on_to_payment(
    paid: None, offer: OwnershipOffer, cast: Cast
) -> None:
    answer = signed_in(cast.luis).post(f"/account/hand-over/{offer.pk}/accept/")
    assert answer.headers["Location"] == f"/subscribe/handover/{offer.pk}/"


def test_the_owner_offers_and_the_reader_accepts_on_pages(marta: Subscription, cast: Cast) -> None:
    owner = signed_in(cast.marta)
    address = f"/account/seats/{marta.pk}/hand-over/"
    assert "luis@example.com" in words(owner.get(address))
    done = owner.post(address, {"to": cast.luis.pk}, follow=True)
    assert "has a letter with your offer" in words(done)
    offer = OwnershipOffer.objects.get()
    luis = signed_in(cast.luis)
    assert f"/account/hand-over/{offer.pk}/" in words(luis.get("/account/"))
    assert "Take it over" in words(luis.get(f"/account/hand-over/{offer.pk}/"))
    done = luis.post(f"/account/hand-over/{offer.pk}/accept/", follow=True)
    assert "The subscription is yours" in words(done)
    assert luis.get(f"/account/hand-over/{offer.pk}/").status_code == 410
    assert "The subscription of luis@example.com" in words(owner.get("/account/seats/"))


def test_the_owner_takes_the_offer_back(offer: OwnershipOffer, cast: Cast) -> None:
    owner = signed_in(cast.marta)
    assert "You have offered this subscription to luis@example.com" in words(
        owner.get("/account/seats/")
    )
    owner.post(f"/account/seats/hand-over/{offer.pk}/take-back/")
    offer.refresh_from_db()
    assert offer.state == "taken_back"


def test_offering_asks_who_one_is_once_more(marta: Subscription, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.marta, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/account/seats/{marta.pk}/hand-over/"
    for answer in (client.get(address), client.post(address, {"to": cast.luis.pk})):
        assert answer.status_code == 302
        assert "reauthenticate" in answer.headers["Location"]
    assert not OwnershipOffer.objects.exists()


def test_somebody_elses_offer_is_not_found_and_not_changed(
    offer: OwnershipOffer, cast: Cast
) -> None:
    for somebody in (cast.nora, cast.marta):
        client = signed_in(somebody)
        assert client.get(f"/account/hand-over/{offer.pk}/").status_code == 404
        for verb in ("accept", "decline"):
            assert client.post(f"/account/hand-over/{offer.pk}/{verb}/").status_code == 404
    luis = signed_in(cast.luis)
    assert luis.post(f"/account/seats/hand-over/{offer.pk}/take-back/").status_code == 404
    offer.refresh_from_db()
    assert offer.state == "open"


def test_who_cannot_become_the_owner_cannot_be_chosen(marta: Subscription, cast: Cast) -> None:
    owner = signed_in(cast.marta)
    answer = owner.post(f"/account/seats/{marta.pk}/hand-over/", {"to": cast.nora.pk})
    assert answer.status_code == 400
    assert not Letter.objects.exists()
