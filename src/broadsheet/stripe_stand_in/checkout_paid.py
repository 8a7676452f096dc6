"""What a paid checkout session makes: a customer, a payment or a subscription, an invoice."""

from dataclasses import dataclass
from typing import Any

from broadsheet.stripe_stand_in import (
    checkout_totals,
    customers,
    errors,
    invoicing,
    lines,
    payment_methods,
    payments,
    rebates,
    subscriptions,
)
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


@dataclass(frozen=True)
class Payer:
    """What the reader typed."""

    email: str
    name: str = ""
    number: str = ""
    month: int = 0
    year: int = 0
    authenticated: bool = False


def needs_card(session: Doc) -> bool:
    """Whether a card has to be given."""
    free = session["amount_total"] == 0
    return not (free and session["payment_method_collection"] == "if_required")


def complete(world: World, session: Doc, payer: Payer) -> Doc | None:
    """Pays a session; the error of a card that was refused, and then nothing was made."""
    checkout_totals.reckon(world, session)
    method = None
    if needs_card(session):
        method = payment_methods.new(
            world, payer.number, payer.month, payer.year, name=payer.name, email=payer.email
        )
        if refusal := payment_methods.behaviour(method).now:
            _leave_a_trace(world, session, method)
            return errors.decline(refusal)
    customer = _customer(world, session, payer)
    make = _subscribe if session["mode"] == "subscription" else _sell
    made = make(world, session, customer, method)
    address = customer["address"] if customer else None
    session |= {
        **made,
        "status": "complete",
        "url": None,
        "payment_status": "paid" if session["amount_total"] else "no_payment_required",
        "customer": customer["id"] if customer else None,
        "customer_details": {
            "address": address,
            "business_name": None,
            "email": payer.email,
            "individual_name": None,
            "name": payer.name or None,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    world.save(session)
    world.tell("checkout.session.completed", session)
    return None


def _leave_a_trace(world: World, session: Doc, method: Doc) -> None:
    """A refused payment is told of, though the session stays open."""
    if session["mode"] == "payment" and session["amount_total"]:
        intent = _intent(world, session, session["customer"])
        world.save(method)
        payments.attempt(world, intent, method, present=True)
        session["payment_intent"] = intent["id"]
        world.save(session)


def _customer(world: World, session: Doc, payer: Payer) -> Doc | None:
    if session["customer"]:
        customer = customers.alive(world, session["customer"])
        update = checkout_totals.data(session, "customer_update")
        if update.text("name") == "auto" and payer.name:
            customer["name"] = payer.name
        if customer["email"] is None:
            customer["email"] = payer.email
        return world.change(customer, "customer.updated")
    if session["customer_creation"] == "if_required":
        return None
    made = customers.new(world, email=payer.email, name=payer.name or None)
    return world.add(made, "customer.created")


def _subscribe(world: World, session: Doc, customer: Doc | None, method: Doc | None) -> Doc:
    assert customer
    if method:
        payment_methods.keep(world, method, customer["id"])
    asked = checkout_totals.data(session, "subscription_data")
    recurring = [one for one in session["_items"] if one["price"]["recurring"]]
    once = [one for one in session["_items"] if not one["price"]["recurring"]]
    subscription = subscriptions.new(
        world,
        customer["id"],
        [(one["price"], one["quantity"], {}) for one in recurring],
        metadata=asked.metadata(),
        description=asked.text("description"),
        default_payment_method=method["id"] if method else None,
        automatic_tax={
            "disabled_reason": None,
            "enabled": session["automatic_tax"]["enabled"],
            "liability": None,
        },
    )
    if end := checkout_totals.trial(world, session):
        subscriptions.set_trial(world, subscription, end)
    coupons = [(world.get("coupon", coupon), code) for coupon, code in session["_coupons"]]
    extra = [lines.single(world, one["price"], one["quantity"], {}) for one in once]
    invoice = subscriptions.begin(world, subscription, coupons, session["id"], extra)
    world.tell("customer.subscription.created", subscription)
    if invoice["status"] == "open":
        invoicing.collect(world, invoice, method, present=True, authenticated=True)
        if subscription["status"] == "incomplete":
            subscription["status"] = "active"
        world.change(subscription, "customer.subscription.updated")
    return {"subscription": subscription["id"], "invoice": invoice["id"]}


def _intent(world: World, session: Doc, customer: str | None) -> Doc:
    if found := world.find(session["payment_intent"]):
        found |= {"customer": customer, "amount": session["amount_total"]}
        return found
    asked = checkout_totals.data(session, "payment_intent_data")
    return payments.new_intent(
        world,
        session["amount_total"],
        session["currency"],
        customer,
        metadata=asked.metadata(),
        description=asked.text("description"),
        receipt_email=asked.text("receipt_email"),
        setup_future_usage=asked.choice("setup_future_usage", ("off_session", "on_session")),
    )


def _sell(world: World, session: Doc, customer: Doc | None, method: Doc | None) -> Doc:
    owner = customer["id"] if customer else None
    discounts = [
        rebates.redeem(
            world, world.get("coupon", coupon), code, owner, checkout_session=session["id"]
        )["id"]
        for coupon, code in session["_coupons"]
    ]
    if method is None or not session["amount_total"]:
        return {}
    intent = _intent(world, session, owner)
    if intent["setup_future_usage"] and customer:
        payment_methods.keep(world, method, customer["id"])
    else:
        world.save(method)
    payments.attempt(world, intent, method, present=True, authenticated=True)
    made = {"payment_intent": intent["id"]}
    if session["invoice_creation"]["enabled"] and customer:
        made["invoice"] = _invoice(world, session, customer, intent, discounts)["id"]
    return made


def _invoice(world: World, session: Doc, customer: Doc, intent: Doc, discounts: list[str]) -> Doc:
    data = session["invoice_creation"]["invoice_data"]
    bought = [
        lines.single(world, one["price"], one["quantity"], one["metadata"])
        for one in session["_items"]
    ]
    invoice = invoicing.compose(world, customer, None, bought, "manual", discounts)
    invoice |= {
        "metadata": data["metadata"],
        "description": data["description"],
        "footer": data["footer"],
    }
    world.add(invoice, "invoice.created")
    invoicing.finalize_paid(world, invoice, intent)
    return invoice
