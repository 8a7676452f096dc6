"""Money that moves: payment intents, charges and refunds."""

from typing import Any

from broadsheet.stripe_stand_in import errors, payment_methods
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World, public

type Doc = dict[str, Any]


def new_intent(world: World, amount: int, currency: str, customer: str | None, **known: Any) -> Doc:
    """A payment that is to be made, written and told of."""
    ident = world.new_id("pi", 24)
    intent = {
        "id": ident,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{ident}_secret_{world.new_id('', 25)[1:]}",
        "confirmation_method": "automatic",
        "created": world.now(),
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **known,
    }
    return world.add(intent, "payment_intent.created")


def attempt(
    world: World,
    intent: Doc,
    method: Doc,
    *,
    present: bool = False,
    authenticated: bool = False,
) -> Doc:
    """Tries to charge a card. `present`: the reader is there and may complete 3-D Secure.

    Afterwards the intent succeeded, requires an action, or requires another payment method.
    """
    card = payment_methods.behaviour(method)
    intent["payment_method"] = method["id"]
    intent["next_action"] = None
    asks = card.asks == "always" or (card.asks == "first" and present)
    if not authenticated and asks and card.now is None:
        return _ask(world, intent)
    refusal = card.now or (None if present else card.later)
    if refusal:
        return _fail(world, intent, method, errors.decline(refusal))
    charge = _charge(world, intent, method, None)
    world.add(charge, "charge.succeeded")
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    world.save(intent)
    world.tell("payment_intent.succeeded", intent)
    return intent


def give_up(world: World, intent: Doc, method: Doc) -> Doc:
    """3-D Secure was not completed."""
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_authentication_failure",
        "message": "The provided PaymentMethod has failed authentication.",
    }
    intent["next_action"] = None
    return _fail(world, intent, method, error)


def cancel(world: World, intent: Doc) -> None:
    """A payment that is not wanted any more."""
    if intent["status"] not in {"succeeded", "canceled"}:
        intent |= {
            "status": "canceled",
            "canceled_at": world.now(),
            "cancellation_reason": "void_invoice",
            "next_action": None,
        }
        world.save(intent)
        world.tell("payment_intent.canceled", intent)


def _ask(world: World, intent: Doc) -> Doc:
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect"},
    }
    world.save(intent)
    world.tell("payment_intent.requires_action", intent)
    return intent


def _fail(world: World, intent: Doc, method: Doc, error: Doc) -> Doc:
    charge = _charge(world, intent, method, error)
    world.add(charge, "charge.failed")
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "payment_method": None,
        "last_payment_error": {
            **error,
            "charge": charge["id"],
            "payment_method": public(method),
        },
    }
    world.save(intent)
    world.tell("payment_intent.payment_failed", intent)
    return intent


def _charge(world: World, intent: Doc, method: Doc, error: Doc | None) -> Doc:
    ident = world.new_id("ch", 24)
    card = method["card"]
    paid = error is None
    return {
        "id": ident,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": world.new_id("txn", 24) if paid else None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "BROADSHEET",
        "captured": paid,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": error["code"] if error else None,
        "failure_message": error["message"] if error else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(error),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "type": "card",
            "card": {
                "amount_authorized": intent["amount"] if paid else None,
                "brand": card["brand"],
                "checks": card["checks"],
                "country": card["country"],
                "exp_month": card["exp_month"],
                "exp_year": card["exp_year"],
                "fingerprint": card["fingerprint"],
                "funding": card["funding"],
                "installments": None,
                "last4": card["last4"],
                "mandate": None,
                "network": card["brand"],
                "network_token": {"used": False},
                "three_d_secure": None,
                "wallet": None,
            },
        },
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": f"{world.address}/receipts/{ident}" if paid else None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded" if paid else "failed",
        "transfer_data": None,
        "transfer_group": None,
    }


def _outcome(error: Doc | None) -> Doc:
    return {
        "advice_code": "try_again_later" if error else None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if error else "approved_by_network",
        "reason": (error.get("decline_code") or error["code"]) if error else None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": error["message"] if error else "Payment complete.",
        "type": "issuer_declined" if error else "authorized",
    }


def retrieve_intent(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/payment_intents/{id}."""
    return world.get("payment_intent", ident)


def list_intents(world: World, params: Params) -> list[Doc]:
    """GET /v1/payment_intents."""
    return world.every("payment_intent", params.text("customer"))


def retrieve_charge(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/charges/{id}."""
    return world.get("charge", ident)


def list_charges(world: World, params: Params) -> list[Doc]:
    """GET /v1/charges."""
    intent = params.text("payment_intent")
    charges = world.every("charge", params.text("customer"))
    return [one for one in charges if intent in (None, one["payment_intent"])]


def create_refund(world: World, params: Params) -> Doc:
    """POST /v1/refunds: all of a charge or a part of it."""
    charge = _refunded_charge(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.number("amount")
    amount = left if amount is None else amount
    if left == 0:
        raise errors.invalid(
            f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded"
        )
    if amount <= 0:
        raise errors.invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        raise errors.invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            "amount",
        )
    refund = world.add(_refund(world, charge, amount, params), "refund.created")
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.change(charge, "charge.refunded")
    return refund


def _refunded_charge(world: World, params: Params) -> Doc:
    ident = params.text("charge")
    if ident is None:
        intent = world.get("payment_intent", params.required("payment_intent"), "payment_intent")
        if intent["status"] != "succeeded":
            raise errors.invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
        ident = str(intent["latest_charge"])
    charge = world.get("charge", ident, "charge")
    if not charge["paid"]:
        raise errors.invalid(f"Charge {ident} was not successful and cannot be refunded.")
    return charge


def _refund(world: World, charge: Doc, amount: int, params: Params) -> Doc:
    return {
        "id": world.new_id("re", 24),
        "object": "refund",
        "amount": amount,
        "balance_transaction": world.new_id("txn", 24),
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": params.metadata(),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.choice("reason", ("duplicate", "fraudulent", "requested_by_customer")),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def retrieve_refund(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/refunds/{id}."""
    return world.get("refund", ident)


def list_refunds(world: World, params: Params) -> list[Doc]:
    """GET /v1/refunds."""
    intent, charge = params.text("payment_intent"), params.text("charge")
    return [
        one
        for one in world.every("refund")
        if intent in (None, one["payment_intent"]) and charge in (None, one["charge"])
    ]
