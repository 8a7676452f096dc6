"""A reader goes to the till and comes back a subscriber."""

import pytest
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page

from broadsheet.billing.models import Agreement, Invoice, Purchase
from broadsheet.newsletters import clicks
from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsroom.models import Edition, Paper
from broadsheet.readers.models import Reader
from broadsheet.stripe_stand_in.browser import NotPaid
from broadsheet.subscriptions.models import Invitation, Plan, Subscription
from tests.billing.conftest import (
    DECLINED,
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    at_the_till,
    buy,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)

NEEDS_3DS = "4000000000003220"


def choose(client: Client, plan: str, **fields: str) -> HttpResponse:
    """The form on a plan's page is sent, with the terms agreed to."""
    return client.post(f"/subscribe/{plan}/", {"terms": "1", **fields})


def pay(till: Till, reader: Reader, **more: str) -> Purchase:
    purchase = at_the_till(reader)
    till.stripe.pay(purchase.session_id, **more)
    till.tell()
    purchase.refresh_from_db()
    return purchase


def test_who_has_paid_reads(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    agreement = buy(till, nora, price(plans["basic"]))
    bought = subscription_of(nora)
    assert (bought.plan, bought.seat_count, bought.ends_at) == (plans["basic"], 1, None)
    assert bought.seats.get().reader == nora
    assert agreement.amount == 900
    assert sorted(letters_to(nora)) == ["receipt", "welcome"]


@pytest.mark.parametrize("period", ["month", "year"])
@pytest.mark.parametrize("plan", ["basic", "premium", "group"])
def test_each_plan_is_sold_by_the_month_and_by_the_year(
    till: Till, plans: dict[str, Plan], nora: Reader, plan: str, period: str
) -> None:
    client = signed_in(nora)
    assert choose(client, plan, period=period).url.startswith(till.stripe.address)  # type: ignore[attr-defined]
    pay(till, nora)
    agreement, bought = agreement_of(nora), subscription_of(nora)
    assert (agreement.period, agreement.amount) == (period, price(plans[plan], period).amount)
    assert (bought.plan.code, bought.seat_count) == (plan, plans[plan].seats)


def test_an_edition_s_readers_pay_in_its_currency_and_read_it_as_they_write_it(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    nora.language = "es"
    nora.save()
    agreement = buy(till, nora, price(plans["premium"], currency="EUR"), 3)
    assert (agreement.currency, agreement.amount) == ("EUR", 1300 + 450)
    page = signed_in(nora).get("/account/subscription/", headers={"accept-language": "es"})
    assert "17,50\xa0€" in page.content.decode()


def test_further_seats_are_paid_and_had(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    choose(signed_in(nora), "group", seats="7")
    pay(till, nora)
    assert subscription_of(nora).seats.count() == 7
    assert agreement_of(nora).amount == 3500 + 2 * 600 == paid_at_stripe()


def test_the_price_on_the_page_is_the_price_at_the_till(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    page = signed_in(nora).get("/subscribe/basic/").content.decode()
    assert "$1.00" in page
    assert "$9.00 a month" in page
    buy(till, nora, price(plans["basic"]))
    assert paid_at_stripe() == 100


def test_a_trial_is_free_and_had_once_only(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    agreement = buy(till, nora, price(plans["premium"]))
    assert agreement.trial_ends_at is not None
    assert paid_at_stripe() == 0
    assert reads(nora)
    sdk().v1.subscriptions.cancel(agreement.stripe_id)
    till.tell()
    assert "free" not in signed_in(nora).get("/subscribe/premium/").content.decode().lower()
    again = buy(till, nora, price(plans["premium"]))
    assert again.trial_ends_at is None
    assert paid_at_stripe() == 1400


def test_a_trial_that_ends_is_paid_and_told(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["premium"]))
    assert letters_to(nora) == ["welcome"]
    till.advance(days=15)
    till.tell()
    assert paid_at_stripe() == 1400
    assert agreement_of(nora).trial_ends_at is None
    assert letters_to(nora) == ["welcome", "receipt"]


def test_an_introduction_lasts_as_long_as_it_says(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["basic"]))
    till.advance(days=32)
    till.tell()
    assert paid_at_stripe() == 100 + 900


def test_whom_somebody_names_while_buying_is_invited_once_it_is_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "premium", invite="Luis@Example.com")
    assert not Invitation.objects.exists()
    pay(till, nora)
    till.tell_again()
    assert Invitation.objects.get().email == "Luis@Example.com"
    assert letters_to("Luis@Example.com") == ["invitation"]


def test_a_companion_s_address_that_is_none_keeps_nobody_from_what_they_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "premium", invite="not an address")
    assert pay(till, nora).state == Purchase.States.PAID
    assert reads(nora)


def test_a_subscription_is_counted_for_the_issue_that_its_reader_came_from(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    root = Page.get_first_root_node()
    paper = root.add_child(instance=Paper(title="Paper", slug="paper"))
    us = paper.add_child(instance=Edition(title="US", slug="us"))
    newsletter = Newsletter.objects.create(edition=us, name="The Fold", slug="fold")
    issue = Issue.objects.create(newsletter=newsletter, subject="One")
    browser = signed_in(nora)
    browser.cookies[clicks.COOKIE] = clicks.came_from(issue.pk)
    choose(browser, "basic")
    pay(till, nora)
    till.tell_again()
    issue.refresh_from_db()
    assert issue.subscriptions == 1


@pytest.mark.parametrize("cookie", ["1", "1:x", "x" * 5000, ""])
def test_a_cookie_that_is_none_of_ours_counts_nothing(cookie: str) -> None:
    assert clicks.issue_in({clicks.COOKIE: cookie}) is None


def test_nothing_is_sold_without_the_terms(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    assert signed_in(nora).post("/subscribe/basic/").status_code == 422
    assert not Purchase.objects.exists()


# The browser goes its own ways


def test_the_browser_alone_settles_a_purchase(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    choose(client, "basic", next="/us/politics/a-story/")
    purchase = at_the_till(nora)
    back = till.stripe.pay(purchase.session_id)
    answer = client.get(back.partition("8000")[2] or back)
    assert (answer.status_code, answer.url) == (302, "/us/politics/a-story/")  # type: ignore[attr-defined]
    assert reads(nora)


def test_the_webhook_alone_settles_a_purchase(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic")
    assert pay(till, nora).state == Purchase.States.PAID


def test_the_sweep_alone_settles_a_purchase(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic")
    till.stripe.pay(at_the_till(nora).session_id)
    a_minute_passes(till)
    assert Purchase.objects.get().state == Purchase.States.PAID
    assert reads(nora)


def test_one_purchase_that_cannot_be_settled_keeps_no_other_waiting(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    for reader in (luis, nora):
        choose(signed_in(reader), "basic")
    till.stripe.pay(at_the_till(nora).session_id)
    Purchase.objects.filter(customer__reader=luis).update(session_id="cs_test_of_another_account")
    a_minute_passes(till)
    assert reads(nora)


def test_whoever_left_the_till_finds_their_choice_again(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    choose(client, "group", seats="7", period="year", next="/us/a/")
    token = at_the_till(nora).token
    back = client.get(f"/subscribe/left/{token}/")
    assert back.url == "/subscribe/group/?period=year&seats=7&next=%2Fus%2Fa%2F"  # type: ignore[attr-defined]
    till.advance(days=2)
    a_minute_passes(till)
    assert Purchase.objects.get().state == Purchase.States.LEFT
    assert not reads(nora)


def test_the_page_of_thanks_thanks_nobody_who_has_not_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    choose(client, "basic")
    purchase = at_the_till(nora)
    assert client.get(f"/subscribe/done/{purchase.token}/").status_code == 200
    till.advance(days=2)
    a_minute_passes(till)
    page = client.get(f"/subscribe/done/{purchase.token}/", follow=True)
    assert "Nothing was paid." in page.content.decode()
    assert "Thank you" not in page.content.decode()


def test_who_paid_in_another_tab_is_not_told_that_nothing_was_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    choose(client, "basic")
    purchase = pay(till, nora)
    page = client.get(f"/subscribe/left/{purchase.token}/", follow=True).content.decode()
    assert "Thank you" in page
    assert "Nothing was paid." not in page


# The card


def test_a_declined_card_buys_nothing_and_the_next_one_does(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic", period="year")
    purchase = at_the_till(nora)
    with pytest.raises(NotPaid):
        till.stripe.pay(purchase.session_id, DECLINED)
    till.tell()
    assert not reads(nora)
    assert letters_to(nora) == []
    pay(till, nora)
    assert reads(nora)
    assert paid_at_stripe() == 9000


def test_a_bank_that_asks_is_answered_or_nothing_is_bought(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic")
    purchase = at_the_till(nora)
    with pytest.raises(NotPaid):
        till.stripe.pay(purchase.session_id, NEEDS_3DS, authenticate=False)
    till.tell()
    assert not reads(nora)
    assert pay(till, nora, card=NEEDS_3DS).state == Purchase.States.PAID
    assert sorted(letters_to(nora)) == ["receipt", "welcome"]


# People


def test_an_account_deleted_at_the_till_is_given_its_money_back(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic", period="year")
    purchase = at_the_till(nora)
    till.stripe.pay(purchase.session_id)
    nora.delete()
    till.tell()
    for _ in range(2):
        a_minute_passes(till)
        till.tell()
    purchase.refresh_from_db()
    assert purchase.state == Purchase.States.TWICE
    assert paid_at_stripe() == 0
    assert not Agreement.objects.filter(live=True).exists()
    assert not Subscription.objects.exists()
    assert Invoice.objects.get().refunded == 9000


def test_an_account_deleted_at_the_till_is_given_its_money_back_though_stripe_was_away(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    choose(signed_in(nora), "basic", period="year")
    purchase = at_the_till(nora)
    till.stripe.pay(purchase.session_id)
    nora.delete()
    till.stripe.fail_next(times=9)
    a_minute_passes(till)  # nothing can be done
    till.stripe.be_well()
    for _ in range(3):
        a_minute_passes(till)
    purchase.refresh_from_db()
    assert (purchase.state, paid_at_stripe()) == (Purchase.States.TWICE, 0)


def test_who_pays_already_changes_what_they_have_instead(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    agreement = buy(till, nora, price(plans["basic"]))
    page = signed_in(nora).get("/subscribe/premium/").content.decode()
    assert "Change to Premium" in page
    assert at_stripe(agreement)["status"] == "active"
