"""Whatever is sent to the pages that pay is answered, and none of them is a machine for letters or
for questions to Stripe."""

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.settings.django import OUR_RATES
from broadsheet.subscriptions import invitations
from broadsheet.subscriptions.models import Invitation, Plan
from tests.billing.conftest import Till, agreement_of, buy, price, signed_in

NONSENSE = ["--5", "-", "9" * 5000, "٣", "²", "1e3", "\0", "-9" * 3, "-" + "9" * 10]


@pytest.fixture
def limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = OUR_RATES
    cache.clear()


@pytest.mark.parametrize("given", NONSENSE)
def test_numbers_that_are_none_are_answered(
    till: Till, plans: dict[str, Plan], nora: Reader, given: str
) -> None:
    buy(till, nora, price(plans["premium"]))
    client = signed_in(nora)
    sent = {"terms": 1, "seats": given, "at": given, "today": given}
    assert client.post("/subscribe/group/", sent).status_code == 422
    assert client.post("/subscribe/group/", {**sent, "seats": ""}).status_code == 422


def change_nothing(client: Client, email: str) -> None:
    """The form of a change to what there is already, which costs nothing now."""
    sent = {"terms": 1, "at": int(time.time()), "today": 3500, "invite": email}
    assert client.post("/subscribe/group/", sent).status_code == 302


def test_naming_who_reads_along_counts_as_an_invitation(
    till: Till, plans: dict[str, Plan], nora: Reader, limits: None, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**OUR_RATES, "invite_reader": "2/d/user"}
    buy(till, nora, price(plans["group"]))
    client = signed_in(nora)
    for number in range(4):
        change_nothing(client, f"someone{number}@example.com")
        for one in Invitation.objects.open():
            invitations.take_back(one, timezone.now())
    assert Letter.objects.filter(kind="invitation").count() == 2
    assert "enough invitations for one day" in client.get("/account/seats/").content.decode()


def test_stripe_is_asked_so_often_for_one_reader_and_no_more(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, limits: None, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**OUR_RATES, "ask_the_till": "5/m/user"}
    buy(till, nora, price(plans["premium"]))
    client = signed_in(nora)
    before = len(till.stripe.orders)
    said = [client.get("/subscribe/group/").status_code for _ in range(9)]
    assert said == [200] * 5 + [429] * 4
    asked = len(till.stripe.orders)
    assert asked > before
    # Pages that only show what is paid go on, with what the paper knows itself.
    for _ in range(3):
        page = client.get("/account/subscription/")
        assert page.context["next_payment"] == (
            agreement_of(nora).amount,
            agreement_of(nora).renews_at,
        )
    assert client.get("/account/").status_code == 200
    assert len(till.stripe.orders) == asked
    assert signed_in(luis).get("/subscribe/group/").status_code == 200


def test_a_gift_goes_to_an_address_that_mail_can_be_sent_to(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    of = price(plans["basic"])
    sent = {"what": f"{of.pk}-1", "giver": "Nora", "receiver": "Eva"}
    sent["receiver_email"] = "eva@" + "ü" * 60 + ".example"
    answer = signed_in(nora).post("/gifts/give/", sent)
    assert answer.status_code == 422
    assert "not an e-mail address" in answer.content.decode()
