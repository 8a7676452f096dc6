"""The protocol: keys, errors, idempotency, lists, expansion, outages."""

import http.client
from typing import Any

import pytest
import stripe

from broadsheet.stripe_stand_in import StandIn
from tests.stripe_stand_in import shop
from tests.stripe_stand_in.conftest import client
from tests.stripe_stand_in.shapes import Shapes


def test_a_wrong_key_is_refused(till: StandIn, shapes: Shapes) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        client(till, shapes, key="sk_test_other").customers.list()
    assert refused.value.http_status == 401
    assert "sk_test_other" not in str(refused.value)


def test_what_is_not_there_is_missing(sdk: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.customers.retrieve("cus_nobody")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.request_id.startswith("req_")


def test_what_a_parameter_names_and_is_not_there_is_a_bad_request(sdk: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.subscriptions.create({"customer": "cus_nobody", "items": []})
    assert (refused.value.http_status, refused.value.param) == (400, "customer")


def test_a_parameter_that_would_be_ignored_is_refused(sdk: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.customers.create({"nickname": "A"})
    assert refused.value.code == "parameter_unknown"


def test_a_needed_parameter_is_asked_for(sdk: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.products.create({})
    assert (refused.value.code, refused.value.param) == ("parameter_missing", "name")


def test_the_same_key_gives_the_same_answer_and_makes_one_object(sdk: Any) -> None:
    one = sdk.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    two = sdk.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    assert one.id == two.id
    assert len(sdk.customers.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(sdk: Any) -> None:
    sdk.customers.create({"name": "A"}, {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError):
        sdk.customers.create({"name": "B"}, {"idempotency_key": "k1"})


def test_lists_come_in_pages_newest_first(sdk: Any) -> None:
    made = [sdk.customers.create({"name": str(at)}).id for at in range(5)]
    first = sdk.customers.list({"limit": 2})
    assert [one.id for one in first.data] == made[:2:-1]
    assert first.has_more
    rest = sdk.customers.list({"limit": 3, "starting_after": first.data[-1].id})
    assert [one.id for one in rest.data] == made[2::-1]
    assert not rest.has_more
    assert [one.id for one in sdk.customers.list({"limit": 2}).auto_paging_iter()] == made[::-1]


def test_ids_are_expanded_when_asked_for(sdk: Any) -> None:
    made = shop.subscription(sdk, expand=["customer", "latest_invoice.payments"])
    assert made.customer.email == "ana@example.com"
    assert made.latest_invoice.payments.data[0].status == "paid"
    invoice = sdk.invoices.retrieve(
        made.latest_invoice.id, {"expand": ["payments.data.payment.payment_intent"]}
    )
    assert invoice.payments.data[0].payment.payment_intent.status == "succeeded"
    listed = sdk.subscriptions.list({"expand": ["data.items.data.price.product"]})
    assert shop.item(listed.data[0]).price.product.name == "Basic"


def test_what_cannot_be_expanded_is_refused(sdk: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        sdk.customers.create({"expand": ["email_of_neighbour"]})


def test_metadata_is_merged_and_taken_away(sdk: Any) -> None:
    made = sdk.customers.create({"metadata": {"a": "1", "b": "2"}})
    made = sdk.customers.update(made.id, {"metadata": {"a": "", "c": "3"}})
    assert made.metadata.to_dict() == {"b": "2", "c": "3"}
    assert sdk.customers.update(made.id, {"metadata": ""}).metadata.to_dict() == {}


def test_an_outage_is_answered_and_nothing_is_done(till: StandIn, sdk: Any) -> None:
    till.fail_next(status=503)
    with pytest.raises(stripe.APIError) as refused:
        sdk.customers.create({})
    assert refused.value.http_status == 503
    assert sdk.customers.list().data == []
    assert [one.status for one in till.orders] == [503, 200]


def test_a_lost_answer_was_carried_out_and_a_retry_finds_it(till: StandIn, shapes: Shapes) -> None:
    till.fail_next(lost=True, method="POST", path="/v1/customers")
    made = client(till, shapes, retries=1).customers.create({"name": "Once"})
    assert [one.id for one in client(till, shapes).customers.list().data] == [made.id]
    assert [one.status for one in till.orders] == [0, 200, 200]
    assert till.orders[0].idempotency_key == till.orders[1].idempotency_key


def test_the_control_needs_the_key(till: StandIn) -> None:
    connection = http.client.HTTPConnection(till.address.removeprefix("http://"))
    connection.request("POST", "/_stand_in/advance", "days=1")
    assert connection.getresponse().status == 401


def test_the_clock_is_advanced_over_http(till: StandIn) -> None:
    before = till.now
    connection = http.client.HTTPConnection(till.address.removeprefix("http://"))
    headers = {"Authorization": f"Bearer {till.api_key}"}
    connection.request("POST", "/_stand_in/advance", "days=2", headers)
    assert connection.getresponse().status == 200
    assert till.now - before >= 2 * 86_400


def test_customers_are_found_by_their_address_and_deleted(sdk: Any) -> None:
    made = sdk.customers.create({"email": "a@example.com"})
    sdk.customers.create({"email": "b@example.com"})
    assert [one.id for one in sdk.customers.list({"email": "a@example.com"}).data] == [made.id]
    assert sdk.customers.delete(made.id).deleted
    assert sdk.customers.retrieve(made.id).deleted
    assert len(sdk.customers.list().data) == 1


def test_prices_are_found_by_their_lookup_key(sdk: Any) -> None:
    shop.price(sdk, lookup_key="old", name="Other")
    made = shop.price(sdk, 7_900, "year", lookup_key="yearly")
    found = sdk.prices.list({"lookup_keys": ["yearly"], "active": True}).data
    assert [(one.id, one.unit_amount, str(one.unit_amount_decimal)) for one in found] == [
        (made.id, 7_900, "7900")
    ]
    assert sdk.prices.update(made.id, {"active": False}).active is False
    assert sdk.prices.list({"lookup_keys": ["yearly"], "active": True}).data == []


def test_endpoints_and_portal_configurations_can_be_made(sdk: Any) -> None:
    made = sdk.webhook_endpoints.create({"url": "https://example.com", "enabled_events": ["*"]})
    assert made.secret == "whsec_for_tests"
    assert [one.id for one in sdk.webhook_endpoints.list().data] == [made.id]
    config = sdk.billing_portal.configurations.create(
        {"features": {"invoice_history": {"enabled": True}}}
    )
    assert config.features.invoice_history.enabled
    assert not config.features.subscription_cancel.enabled
