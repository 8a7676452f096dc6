"""What is somebody else's is not there, and no form is sent for a reader from elsewhere."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from broadsheet.billing.models import Agreement, Gift, OfferUse, Purchase, Undoing
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, seating
from broadsheet.subscriptions.models import Plan
from tests import people
from tests.billing.conftest import (
    DOOR,
    Till,
    agreement_of,
    at_stripe,
    at_the_till,
    buy,
    go_to_the_till,
    price,
    signed_in,
    subscription_of,
)

FORMS = (
    "/subscribe/basic/",
    "/subscribe/handover/1/",
    "/account/subscription/cancel/",
    "/account/subscription/withdraw/",
    "/account/subscription/keep/",
    "/account/subscription/pause/",
    "/account/subscription/resume/",
    "/account/portal/",
    "/account/card/",
    "/card/a-link/",
    "/gifts/give/",
    "/gifts/redeem/",
    "/gifts/a-code/",
    "/admin/billing/refund/1/",
)


@pytest.fixture
def eve(db: None) -> Client:
    return signed_in(people.reader("eve@example.com"))


def test_somebody_else_s_purchase_is_not_there(
    till: Till, plans: dict[str, Plan], nora: Reader, eve: Client
) -> None:
    purchase = go_to_the_till(nora, price(plans["basic"]))
    for way in ("done", "left"):
        assert eve.get(f"/subscribe/{way}/{purchase.token}/").status_code == 404
        assert Client().get(f"/subscribe/{way}/{purchase.token}/").status_code == 302
    assert at_the_till(nora) == purchase


def test_somebody_else_s_subscription_is_not_changed_by_any_button(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, eve: Client
) -> None:
    agreement = buy(till, nora, price(plans["group"]))
    seating.seat(luis, subscription_of(nora))
    before = at_stripe(agreement)
    for client in (eve, signed_in(luis)):  # a stranger, and a reader of it
        for button in ("cancel", "withdraw", "keep", "pause", "resume"):
            address = f"/account/subscription/{button}/"
            form = {"days": "30", "stay": "1", "agreement": agreement.pk, "id": agreement.stripe_id}
            assert client.post(address, form).status_code == 404
        for button in ("portal", "card"):
            assert client.post(f"/account/{button}/").status_code == 404
    assert at_stripe(agreement) == before
    assert not Undoing.objects.exists()


def test_somebody_else_s_invoices_are_not_shown(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, eve: Client
) -> None:
    buy(till, nora, price(plans["group"]))
    seating.seat(luis, subscription_of(nora))
    assert "$35.00" in signed_in(nora).get("/account/invoices/").content.decode()
    for client in (eve, signed_in(luis)):
        for address in ("/account/invoices/", "/account/subscription/"):
            assert "$35.00" not in client.get(address).content.decode()


def test_somebody_else_s_hand_over_is_not_there(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, eve: Client
) -> None:
    buy(till, nora, price(plans["group"]))
    seating.seat(luis, subscription_of(nora))
    offer = handover.offer(subscription_of(nora), luis, nora, timezone.now())
    for client in (eve, signed_in(nora)):
        for ask in (client.get, client.post):
            assert ask(f"/subscribe/handover/{offer.pk}/").status_code == 404
    assert not Purchase.objects.filter(kind=Purchase.Kinds.HANDOVER).exists()


def test_a_reader_s_agreement_is_never_taken_from_a_form(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    theirs, mine = buy(till, nora, price(plans["group"])), buy(till, luis, price(plans["group"]))
    form = {"agreement": theirs.pk, "customer": theirs.customer_id, "id": theirs.stripe_id}
    signed_in(luis).post("/account/subscription/cancel/", form)
    assert at_stripe(theirs)["cancel_at"] is None
    assert at_stripe(mine)["cancel_at"] is not None
    assert agreement_of(nora).cancel_at is None


def test_visitors_are_asked_to_sign_in(till: Till, plans: dict[str, Plan]) -> None:
    for address in FORMS:
        if address.startswith(("/card/", "/gifts/a-code/", "/admin/")):
            continue
        answer = Client().get(address)
        assert answer.status_code in (302, 405), address
    for model in (Purchase, Agreement, Gift, OfferUse):
        assert not model.objects.exists()


@pytest.mark.parametrize("address", FORMS)
def test_no_form_is_taken_from_another_site(
    till: Till, plans: dict[str, Plan], nora: Reader, address: str
) -> None:
    staff = people.reader("irene@example.com", is_staff=True, is_superuser=True)
    for client in (Client(enforce_csrf_checks=True), signed_in(staff, enforce_csrf_checks=True)):
        assert client.post(address, {"terms": "1"}).status_code == 403


def test_the_webhook_alone_is_without_a_token() -> None:
    exempt = [
        str(one.pattern)
        for one in get_resolver().url_patterns
        if isinstance(one, URLPattern) and getattr(one.callback, "csrf_exempt", False)
    ]
    assert exempt == [DOOR.removeprefix("/")]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_nobody_is_led_to_another_site(
    till: Till, plans: dict[str, Plan], nora: Reader, elsewhere: str
) -> None:
    client = signed_in(nora)
    client.post("/subscribe/basic/", {"terms": "1", "next": elsewhere})
    purchase = at_the_till(nora)
    assert "evil" not in client.get(f"/subscribe/left/{purchase.token}/").headers["location"]
    till.stripe.pay(purchase.session_id)
    answer = client.get(f"/subscribe/done/{purchase.token}/")
    assert answer.headers["location"] == "/"
