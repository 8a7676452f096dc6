"""A payment fails: readers read on for a while, are written to, and mend it without signing in."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from broadsheet.billing import letters, sweeping
from broadsheet.billing.models import Agreement
from broadsheet.mail.models import Letter
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan
from broadsheet.subscriptions.office import admit
from tests.billing.conftest import (
    FAILS_LATER,
    Till,
    agreement_of,
    at_stripe,
    buy,
    letters_to,
    new_card,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)


@pytest.fixture
def due(till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader) -> Agreement:
    """Nora's renewal has failed an hour ago; Luis reads with her."""
    agreement = buy(till, nora, price(plans["group"]))
    seating.seat(luis, subscription_of(nora))
    new_card(agreement, "pm_card_chargeCustomerFail")
    till.advance_to_renewal(agreement, less=0)
    till.advance(seconds=7200)
    till.tell()
    return agreement_of(nora)


def test_everybody_reads_on_until_the_grace_is_over(
    till: Till, due: Agreement, nora: Reader, luis: Reader
) -> None:
    assert due.due_since is not None
    assert subscription_of(nora).ends_at == due.due_since + timedelta(days=14)
    till.advance(days=13)
    assert (reads(nora), reads(luis)) == (True, True)
    till.advance(days=1)
    assert (reads(nora), reads(luis)) == (False, False)


def test_letters_go_at_once_and_after_three_seven_and_twelve_days(
    till: Till, due: Agreement, nora: Reader
) -> None:
    told = []
    for _ in range(14):
        told.append(letters_to(nora).count("payment_failed"))
        till.advance(days=1)
        till.tell()
        for _ in range(2):
            sweeping.remind(timezone.now())
    assert told == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4]


def test_letters_that_a_stopped_paper_did_not_write_are_not_written_all_at_once(
    till: Till, due: Agreement, nora: Reader
) -> None:
    till.advance(days=8)
    sweeping.remind(timezone.now())
    assert letters_to(nora).count("payment_failed") == 2


def test_nobody_is_reminded_who_has_paid_in_this_moment(
    till: Till, due: Agreement, nora: Reader
) -> None:
    till.advance(days=8)
    new_card(due)
    _pay(due)
    till.lose()
    sweeping.remind(timezone.now())
    assert letters_to(nora).count("payment_failed") == 1
    assert agreement_of(nora).due_since is None


def test_the_letter_says_how_much_until_when_and_where(
    till: Till, due: Agreement, nora: Reader
) -> None:
    letter = Letter.objects.get(kind="payment_failed")
    assert "$35.00" in letter.text
    assert letters.card_link(due)[:30] in letter.text


def test_the_pass_says_that_a_payment_is_due(till: Till, due: Agreement, luis: Reader) -> None:
    client = signed_in(luis)
    client.get("/account/")
    admission = admit(client.session.session_key or "", "a-device")
    assert admission is not None
    assert admission.a_pass.payment_due
    new_card(due)
    _pay(due)
    till.tell()
    again = admit(client.session.session_key or "", "a-device")
    assert again is not None
    assert not again.a_pass.payment_due
    assert sign_ins is not None


def test_recovery_clears_everything(till: Till, due: Agreement, nora: Reader) -> None:
    till.advance(days=4)
    sweeping.remind(timezone.now())
    new_card(due)
    _pay(due)
    till.tell()
    agreement, bought = agreement_of(nora), subscription_of(nora)
    assert (agreement.due_since, agreement.reminders) == (None, 0)
    assert (bought.ends_at, bought.payment_due) == (None, False)
    assert letters_to(nora).count("receipt") == 2
    till.advance(days=5)
    sweeping.remind(timezone.now())
    assert letters_to(nora).count("payment_failed") == 2


def _pay(due: Agreement) -> None:
    sdk().v1.invoices.pay(str(at_stripe(due)["latest_invoice"]))


def test_a_second_failure_is_told_like_the_first(till: Till, due: Agreement, nora: Reader) -> None:
    new_card(due)
    _pay(due)
    till.tell()
    new_card(due, "pm_card_chargeCustomerFail")
    till.advance(days=31)
    till.tell()
    assert agreement_of(nora).due_since is not None
    assert letters_to(nora).count("payment_failed") == 2


def test_what_is_never_paid_ends_in_order(
    till: Till, due: Agreement, nora: Reader, luis: Reader
) -> None:
    for _ in range(30):
        till.advance(days=1)
        till.tell()
        sweeping.remind(timezone.now())
    assert not Agreement.objects.filter(live=True).exists()
    assert (reads(nora), reads(luis)) == (False, False)
    told = letters_to(nora)
    assert (told.count("payment_failed"), told.count("ended")) == (4, 1)
    assert subscription_of(nora).seats.filter(reader=luis).exists()


def test_grace_begins_with_the_invoice_that_failed_not_with_the_year(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    agreement = buy(till, nora, price(plans["group"], "year"))
    till.advance(days=200)
    new_card(agreement, "pm_card_chargeCustomerFail")
    item = at_stripe(agreement)["items"]["data"][0]["id"]
    dearer = price(plans["group"], "year")
    sdk().v1.subscriptions.update(
        agreement.stripe_id,
        {
            "items": [{"id": item, "price": dearer.stripe_price, "quantity": 2}],
            "proration_behavior": "always_invoice",
        },
    )
    till.tell()
    assert at_stripe(agreement)["status"] == "past_due"
    assert reads(nora)


# The link of the letters


def _path(agreement: Agreement) -> str:
    return "/card/" + letters.card_link(agreement).partition("/card/")[2]


def test_the_link_leads_to_the_card_and_to_nothing_else(till: Till, due: Agreement) -> None:
    visitor = Client()
    page = visitor.get(_path(due))
    assert page.status_code == 200
    assert "nora@example.com" not in page.content.decode()
    assert not till.asked(
        "POST", "/v1/billing_portal"
    )  # whatever opens links in mail opens nothing
    answer = visitor.post(_path(due))
    assert answer.url.startswith(till.stripe.address)  # type: ignore[attr-defined]
    asked = till.asked("POST", "/v1/billing_portal/sessions")[-1]
    assert asked["flow_data"]["type"] == "payment_method_update"
    assert visitor.get("/account/subscription/").status_code == 302


def test_a_new_card_by_the_link_pays_what_is_due(till: Till, due: Agreement, nora: Reader) -> None:
    answer = Client().post(_path(due))
    session = answer.url.rstrip("/").split("/p/session/")[1].split("/")[0]  # type: ignore[attr-defined]
    till.stripe.change_card(session)
    till.tell()
    assert agreement_of(nora).due_since is None
    assert paid_at_stripe() == 7000


def test_a_link_that_was_forged_or_is_too_old_opens_nothing(till: Till, due: Agreement) -> None:
    good = _path(due)
    other = signing.dumps(due.pk, salt="another.salt")
    for path in (f"/card/{other}/", good[:-3] + "xx/", "/card/1/"):
        assert Client().post(path).status_code == 410
    till.advance(days=29)
    Agreement.objects.update(live=True)
    assert Client().get(good).status_code == 200
    till.advance(days=2)
    assert Client().post(good).status_code == 410


def test_a_link_to_what_has_ended_is_over(till: Till, due: Agreement) -> None:
    sdk().v1.subscriptions.cancel(due.stripe_id)
    till.tell()
    assert Client().get(_path(due)).status_code == 410


def test_a_card_that_fails_from_the_first_renewal_on(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["basic"]), card=FAILS_LATER)
    till.advance(days=32)
    till.tell()
    assert agreement_of(nora).due_since is not None
    assert subscription_of(nora).payment_due
