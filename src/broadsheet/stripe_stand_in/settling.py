"""Open invoices that are paid, or not, and what follows for their subscriptions."""

from typing import Any

from broadsheet.stripe_stand_in import (
    errors,
    invoicing,
    subscription_changes,
    subscription_states,
    subscriptions,
)
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def settle(
    world: World,
    invoice: Doc,
    method: Doc | None,
    *,
    present: bool = False,
    authenticated: bool = False,
    by_itself: bool = False,
) -> bool:
    """Tries to charge an open invoice, with all that follows from it."""
    done = invoicing.collect(
        world,
        invoice,
        method,
        present=present,
        authenticated=authenticated,
        by_itself=by_itself,
    )
    if done:
        follow(world, invoice)
    else:
        subscription_states.after_failed(world, invoice, by_itself=by_itself)
    return done


def follow(world: World, invoice: Doc) -> None:
    """What follows from an invoice that has been paid."""
    subscription_changes.apply_pending(world, invoice)
    subscription_states.after_paid(world, invoice)


def pay(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/invoices/{id}/pay."""
    invoice = world.get("invoice", ident)
    if invoice["status"] == "paid":
        raise errors.invalid("Invoice is already paid", None, "invoice_already_paid")
    if invoice["status"] == "draft":
        invoicing.finalize(world, invoice)
        if invoice["status"] == "paid":
            return invoice
    if invoice["status"] not in {"open", "uncollectible"}:
        raise errors.invalid(f"Invoice is {invoice['status']} and cannot be paid.")
    named = params.text("payment_method")
    method = world.get("payment_method", named, "payment_method") if named else None
    method = method or invoicing.card_for(world, invoice)
    if method is None:
        raise errors.invalid(
            "There is no default payment method to charge this invoice to.",
            None,
            "invoice_no_payment_method_types",
        )
    if not settle(world, invoice, method):
        raise errors.declined(subscriptions.refusal_of(world, invoice))
    return invoice


def pay_what_is_owed(world: World, customer: str, method: Doc) -> None:
    """A new card pays at once what the old one could not."""
    for invoice in reversed(world.every("invoice", customer)):
        if invoice["status"] == "open":
            settle(world, invoice, method, present=True, authenticated=True)


def finalize(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/invoices/{id}/finalize."""
    invoice = world.get("invoice", ident)
    if invoice["status"] != "draft":
        raise errors.invalid("This invoice is already finalized.", None, "invoice_not_editable")
    return invoicing.finalize(world, invoice)


def void(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/invoices/{id}/void."""
    return invoicing.void(world, world.get("invoice", ident))
