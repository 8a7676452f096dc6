"""The pages: without scripts, in two languages, saying what they are."""

from typing import Any

import pytest

from broadsheet.stripe_stand_in import NotPaid, StandIn, browser
from tests.stripe_stand_in import shop

NOTICE = "Demonstration till: no money moves"


def get(till: StandIn, url: str) -> str:
    status, _, text = browser.ask(till.address, "GET", url.removeprefix(till.address), {})
    assert status == 200
    assert NOTICE in text or "Caja de demostración" in text
    assert "<script" not in text
    return text


def portal(sdk: Any, customer: str, **more: Any) -> Any:
    return sdk.billing_portal.sessions.create(
        {"customer": customer, "return_url": "http://127.0.0.1:9/account", **more}
    )


def flow(url: str) -> dict[str, Any]:
    after = {"type": "redirect", "redirect": {"return_url": url}}
    return {"type": "payment_method_update", "after_completion": after}


def test_checkout_says_what_is_due_today_and_later(till: StandIn, sdk: Any) -> None:
    sold = shop.price(sdk)
    text = get(till, shop.session(sdk, sold).url)
    for words in ("1 × Basic", "9.00 USD", "Then 9.00 USD every month", shop.CANCEL):
        assert words in text
    text = get(till, shop.session(sdk, sold, subscription_data={"trial_period_days": 14}).url)
    assert "0.00 USD" in text
    assert "Free until" in text


def test_checkout_speaks_the_sessions_language(till: StandIn, sdk: Any) -> None:
    text = get(till, shop.session(sdk, shop.price(sdk), locale="es").url)
    assert '<html lang="es">' in text
    assert "Número de tarjeta" in text


def test_checkout_says_which_cards_can_be_used(till: StandIn, sdk: Any) -> None:
    text = get(till, shop.session(sdk, shop.price(sdk)).url)
    assert "4000 0000 0000 9995" in text


def test_errors_are_summed_up_and_lead_to_their_fields(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    status, _, text = browser.ask(
        till.address, "POST", f"/c/pay/{made.id}", {"action": "pay", "number": "12"}
    )
    assert status == 422
    for name in ("email", "number", "expiry", "cvc"):
        assert f'<a href="#{name}">' in text
        assert f'id="{name}-wrong"' in text


def test_what_people_typed_is_not_html(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk, name="<b>Bold</b>"))
    form = {"action": "pay", "email": '"><script>x</script>'}
    _, _, text = browser.ask(till.address, "POST", f"/c/pay/{made.id}", form)
    assert "<script" not in text
    assert "<b>" not in text


def test_the_portal_shows_card_subscription_and_invoices(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    text = get(till, portal(sdk, made.customer).url)
    for words in ("Visa card ending in 4242", "Basic", "Invoice ", "http://127.0.0.1:9/account"):
        assert words in text


def test_the_portal_cancels_and_takes_it_back(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    path = f"/p/session/{portal(sdk, made.customer).id}"
    browser.ask(till.address, "POST", f"{path}/cancel", {"subscription": made.id})
    assert sdk.subscriptions.retrieve(made.id).cancel_at_period_end
    browser.ask(till.address, "POST", f"{path}/resume", {"subscription": made.id})
    assert not sdk.subscriptions.retrieve(made.id).cancel_at_period_end


def test_the_portal_does_not_touch_other_peoples_subscriptions(till: StandIn, sdk: Any) -> None:
    made, other = shop.subscription(sdk), shop.customer(sdk)
    path = f"/p/session/{portal(sdk, other.id).id}/cancel"
    status, _, _ = browser.ask(till.address, "POST", path, {"subscription": made.id})
    assert status == 404
    assert not sdk.subscriptions.retrieve(made.id).cancel_at_period_end


def test_a_new_card_pays_at_once_what_is_owed(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, card="pm_card_chargeCustomerFail", trial_period_days=1)
    till.advance(days=2)
    assert sdk.subscriptions.retrieve(made.id).status == "past_due"
    opened = portal(sdk, made.customer, flow_data=flow("http://127.0.0.1:9/card"))
    assert "Change the card" in get(till, opened.url)
    assert till.change_card(opened.id) == "http://127.0.0.1:9/card"
    paid = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (paid.status, paid.latest_invoice.status) == ("active", "paid")


def test_a_declined_card_is_not_kept(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    opened = portal(sdk, made.customer)
    with pytest.raises(NotPaid, match="declined"):
        till.change_card(opened.id, "4000000000000002")
    assert len(sdk.payment_methods.list({"customer": made.customer}).data) == 1
    till.change_card(opened.id, "4000002500003155")
    assert len(sdk.payment_methods.list({"customer": made.customer}).data) == 2


def test_an_invoice_is_a_page_and_a_pdf(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, expand=["latest_invoice"])
    text = get(till, made.latest_invoice.hosted_invoice_url)
    assert "9.00 USD" in text
    path = made.latest_invoice.invoice_pdf.removeprefix(till.address)
    status, _, pdf = browser.ask(till.address, "GET", path, {})
    assert (status, pdf[:8]) == (200, "%PDF-1.4")


def test_an_open_invoice_is_paid_on_its_page(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, card="pm_card_chargeCustomerFail", expand=["latest_invoice"])
    path = made.latest_invoice.hosted_invoice_url.removeprefix(till.address)
    card = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}
    assert browser.ask(till.address, "POST", path, card)[0] == 303
    assert sdk.subscriptions.retrieve(made.id).status == "active"
