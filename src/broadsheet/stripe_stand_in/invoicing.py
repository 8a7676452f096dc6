"""Invoices: composed of lines, finalised, charged, paid, or void."""

from typing import Any

from broadsheet.stripe_stand_in import errors, payment_methods, payments, rebates
from broadsheet.stripe_stand_in.times import DAY
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

SELF = {"type": "self"}


def compose(
    world: World,
    customer: Doc,
    subscription: Doc | None,
    lines: list[Doc],
    reason: str,
    discounts: list[str],
) -> Doc:
    """A draft that is not written yet, with its discounts and totals."""
    ident = world.new_id("in", 24)
    invoice = _blank(world, customer, ident, lines[0]["currency"], reason)
    invoice["lines"] = {
        "object": "list",
        "data": [{**line, "invoice": ident} for line in lines],
        "has_more": False,
        "url": f"/v1/invoices/{ident}/lines",
    }
    if subscription:
        invoice["parent"] = {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        }
        invoice["automatic_tax"]["enabled"] = subscription["automatic_tax"]["enabled"]
        invoice["default_payment_method"] = None
        item = subscription["items"]["data"][0]
        invoice["period_end"] = item["current_period_start"]
        invoice["period_start"] = item.get("_previous_start", item["current_period_start"])
    if invoice["automatic_tax"]["enabled"]:
        invoice["automatic_tax"] |= {"liability": SELF, "provider": "stripe", "status": "complete"}
    invoice["discounts"] = list(discounts)
    _reckon(world, invoice, customer)
    return invoice


def _reckon(world: World, invoice: Doc, customer: Doc) -> None:
    lines = invoice["lines"]["data"]
    left = [line["amount"] if line["discountable"] else 0 for line in lines]
    taken = []
    for ident in invoice["discounts"]:
        coupon = world.get("coupon", world.get("discount", ident)["source"]["coupon"])
        products = [line["pricing"]["price_details"]["product"] for line in lines]
        off = rebates.shares(coupon, list(zip(left, products, strict=True)))
        for line, amount in zip(lines, off, strict=True):
            if line["discountable"]:
                line["discount_amounts"].append({"amount": amount, "discount": ident})
        left = [one - amount for one, amount in zip(left, off, strict=True)]
        taken.append({"amount": sum(off), "discount": ident})
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(one["amount"] for one in taken)
    owed = total + customer["balance"]
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_excluding_tax": total,
        "total_discount_amounts": taken,
        "starting_balance": customer["balance"],
        "amount_due": max(owed, 0),
        "amount_remaining": max(owed, 0),
    }


def _blank(world: World, customer: Doc, ident: str, currency: str, reason: str) -> Doc:
    now = world.now()
    return {
        "id": ident,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Demonstration till",
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": SELF,
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "test_clock": None,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": now,
    }


def subscription_of(invoice: Doc) -> str | None:
    """Id of the subscription that the invoice is for."""
    parent = invoice["parent"]
    return parent["subscription_details"]["subscription"] if parent else None


def finalize(world: World, invoice: Doc) -> Doc:
    """A number, the balance used, and a payment to be made; paid at once if nothing is due."""
    customer = world.get("customer", invoice["customer"])
    _reckon_balance(world, invoice, customer)
    _number(world, invoice, customer)
    if invoice["amount_due"]:
        _ask_for_payment(world, invoice)
    world.save(invoice)
    world.tell("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        paid(world, invoice)
    return invoice


def _number(world: World, invoice: Doc, customer: Doc) -> None:
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    moved = invoice["starting_balance"] != invoice["ending_balance"]
    world.change(customer, "customer.updated" if moved else None)
    page = f"{world.address}/i/{invoice['id']}"
    invoice |= {
        "status": "open",
        "number": number,
        "effective_at": world.now(),
        "automatically_finalizes_at": None,
        "hosted_invoice_url": page,
        "invoice_pdf": f"{page}/pdf",
    }
    invoice["status_transitions"]["finalized_at"] = world.now()


def finalize_paid(world: World, invoice: Doc, intent: Doc) -> Doc:
    """Finalises an invoice for a payment that was made already; the balance is left alone."""
    customer = world.get("customer", invoice["customer"])
    invoice |= {"starting_balance": 0, "ending_balance": 0}
    invoice |= {"amount_due": intent["amount"], "amount_remaining": intent["amount"]}
    _number(world, invoice, customer)
    world.add(_payment(world, invoice, intent))
    world.tell("invoice.finalized", invoice)
    paid(world, invoice)
    return invoice


def _reckon_balance(world: World, invoice: Doc, customer: Doc) -> None:
    owed = invoice["total"] + customer["balance"]
    invoice |= {
        "starting_balance": customer["balance"],
        "ending_balance": min(owed, 0),
        "amount_due": max(owed, 0),
        "amount_remaining": max(owed, 0),
    }
    customer["balance"] = min(owed, 0)


def _ask_for_payment(world: World, invoice: Doc) -> None:
    intent = payments.new_intent(
        world,
        invoice["amount_due"],
        invoice["currency"],
        invoice["customer"],
        description=_purpose(invoice),
        setup_future_usage="off_session" if subscription_of(invoice) else None,
    )
    world.add(_payment(world, invoice, intent))


def _payment(world: World, invoice: Doc, intent: Doc) -> Doc:
    return {
        "id": world.new_id("inpay", 24),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": world.now(),
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def _purpose(invoice: Doc) -> str:
    reasons = {
        "subscription_create": "Subscription creation",
        "subscription_update": "Subscription update",
    }
    return reasons.get(invoice["billing_reason"], f"Invoice {invoice['number']}")


def payments_of(world: World, invoice: str) -> list[Doc]:
    """Payments of an invoice, newest first."""
    return [one for one in world.every("invoice_payment") if one["invoice"] == invoice]


def intent_of(world: World, invoice: Doc) -> Doc | None:
    """The payment that is to be made for an invoice."""
    found = payments_of(world, invoice["id"])
    return world.find(found[0]["payment"]["payment_intent"]) if found else None


def collect(
    world: World,
    invoice: Doc,
    method: Doc | None,
    *,
    present: bool = False,
    authenticated: bool = False,
    by_itself: bool = False,
) -> bool:
    """Tries to charge an open invoice; `by_itself` is an attempt that nobody asked for."""
    intent = intent_of(world, invoice)
    assert intent
    invoice["attempted"] = True
    if by_itself or not invoice["attempt_count"]:
        invoice["attempt_count"] += 1
    if method is not None:
        payments.attempt(world, intent, method, present=present, authenticated=authenticated)
        if intent["status"] == "succeeded":
            paid(world, invoice)
            return True
    _schedule_retry(world, invoice, by_itself)
    world.save(invoice)
    if intent["status"] == "requires_action":
        world.tell("invoice.payment_action_required", invoice)
    if not (present and intent["status"] == "requires_action"):
        world.tell("invoice.payment_failed", invoice)
        _delinquent(world, invoice["customer"], True)
    return False


def _schedule_retry(world: World, invoice: Doc, by_itself: bool) -> None:
    if not by_itself:
        return
    days, at = world.terms.retry_after_days, invoice["attempt_count"] - 1
    invoice["next_payment_attempt"] = world.now() + days[at] * DAY if at < len(days) else None


def paid(world: World, invoice: Doc) -> None:
    """Marks an invoice as paid and tells of it."""
    now = world.now()
    amount = invoice["amount_due"]
    invoice |= {
        "status": "paid",
        "amount_paid": amount,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = now
    for payment in payments_of(world, invoice["id"])[:1]:
        payment |= {"status": "paid", "amount_paid": amount}
        payment["status_transitions"]["paid_at"] = now
        world.save(payment)
        world.tell("invoice_payment.paid", payment)
    world.save(invoice)
    world.tell("invoice.paid", invoice)
    world.tell("invoice.payment_succeeded", invoice)
    _delinquent(world, invoice["customer"], False)


def _delinquent(world: World, customer: str, whether: bool) -> None:
    doc = world.get("customer", customer)
    if not doc.get("deleted"):
        doc["delinquent"] = whether
        world.change(doc, "customer.updated")


def void(world: World, invoice: Doc, status: str = "void") -> Doc:
    """Nothing is owed any more: void, or uncollectible."""
    if invoice["status"] not in {"draft", "open", "uncollectible"}:
        raise errors.invalid(f"You can only void open invoices; this one is {invoice['status']}.")
    at, event = {
        "void": ("voided_at", "invoice.voided"),
        "uncollectible": ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    }[status]
    if intent := intent_of(world, invoice):
        payments.cancel(world, intent)
    for payment in payments_of(world, invoice["id"]):
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = world.now()
        world.save(payment)
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"][at] = world.now()
    world.save(invoice)
    world.tell(event, invoice)
    return invoice


def card_for(world: World, invoice: Doc) -> Doc | None:
    """The card that an invoice is charged to."""
    subscription = world.find(subscription_of(invoice))
    customer = world.get("customer", invoice["customer"])
    return payment_methods.for_charge(world, subscription, customer)
