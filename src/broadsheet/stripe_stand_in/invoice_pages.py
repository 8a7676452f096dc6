"""Invoices and receipts as pages to print, an invoice as a PDF, and a card for an open one."""

from dataclasses import asdict
from html import escape
from typing import Any

from broadsheet.stripe_stand_in import (
    card_form,
    cards,
    money,
    page,
    payment_methods,
    pdf,
    settling,
    times,
)
from broadsheet.stripe_stand_in.checkout_paid import Payer
from broadsheet.stripe_stand_in.page import Page, Visit
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def serve(visit: Visit, path: list[str]) -> Page:
    """`/i/<invoice>`, `/i/<invoice>/pdf` and `/i/<invoice>/secure`."""
    with visit.desk.working() as world:
        invoice = world.find(path[0])
        if invoice is None or invoice["object"] != "invoice" or invoice["status"] == "draft":
            return page.not_found(visit)
        if path[1:] == ["pdf"]:
            return _pdf(visit, invoice)
        if path[1:] == ["secure"] and invoice.get("_payer"):
            return _secure(visit, world, invoice)
        if visit.method == "POST" and invoice["status"] == "open":
            return _post(visit, world, invoice)
        return _show(visit, world, invoice, {})


def _show(visit: Visit, world: World, invoice: Doc, wrong: dict[str, str]) -> Page:
    def amount(number: int) -> str:
        return money.shown(number, invoice["currency"], visit.language)

    rows = [
        [escape(one["description"] or ""), amount(one["amount"])]
        for one in invoice["lines"]["data"]
    ]
    off = sum(one["amount"] for one in invoice["total_discount_amounts"])
    used = invoice["amount_due"] - invoice["total"]
    sums = [("subtotal", invoice["subtotal"])]
    sums += [("discount", -off)] if off else []
    sums += [("total", invoice["total"])]
    sums += [("balance", used)] if used else []
    sums += [("due", invoice["amount_due"])]
    lines = "".join(f"<dt>{visit.say(key)}</dt><dd>{amount(one)}</dd>" for key, one in sums)
    who = escape(invoice["customer_name"] or invoice["customer_email"] or invoice["customer"])
    heads = [visit.say("item"), visit.say("amount")]
    content = (
        f"{card_form.summary(visit, wrong)}"
        f"<p>{visit.say('to')}: {who}<br>{visit.say('date')}: {visit.date(invoice['created'])}"
        f"<br>{visit.say('status')}: {visit.say('s_' + invoice['status'])}</p>"
        f'{page.table(visit.say("order"), heads, rows)}<dl class="sums">{lines}</dl>'
        f"<nav><p>{visit.say('print')} "
        f'<a href="{escape(invoice["invoice_pdf"])}">{visit.say("pdf")}</a></p></nav>'
    )
    if invoice["status"] == "open":
        content += (
            f"<h2>{visit.say('pay_invoice')}</h2>"
            f'<form method="post" action="/i/{invoice["id"]}">'
            f"{card_form.fields(visit, wrong, email='known')}"
            f"<button>{visit.say('pay', amount=amount(invoice['amount_due']))}</button></form>"
            f"{card_form.hints(visit)}"
        )
    title = visit.say("invoice", number=invoice["number"])
    return page.html(visit, title, content, status=422 if wrong else 200)


def _post(visit: Visit, world: World, invoice: Doc) -> Page:
    payer, wrong = card_form.read(visit.form, world.now(), email="known")
    if wrong:
        return _show(visit, world, invoice, wrong)
    if cards.CARDS[payer.number].asks != "never":
        invoice["_payer"] = asdict(payer)
        world.save(invoice)
        return page.see_other(f"/i/{invoice['id']}/secure")
    return _pay(visit, world, invoice, payer)


def _secure(visit: Visit, world: World, invoice: Doc) -> Page:
    if visit.method != "POST":
        return page.html(visit, visit.say("secure"), card_form.secure(visit))
    payer = Payer(**invoice.pop("_payer"))
    world.save(invoice)
    if visit.form.get("secure") != "complete":
        return _show(visit, world, invoice, {"number": "authentication_failed"})
    return _pay(visit, world, invoice, payer)


def _pay(visit: Visit, world: World, invoice: Doc, payer: Payer) -> Page:
    method = payment_methods.new(world, payer.number, payer.month, payer.year, name=payer.name)
    if refusal := payment_methods.behaviour(method).now:
        world.save(method)
        settling.settle(world, invoice, method, present=True)
        return _show(visit, world, invoice, {"number": refusal})
    payment_methods.keep(world, method, invoice["customer"])
    settling.settle(world, invoice, method, present=True, authenticated=True)
    return page.see_other(f"/i/{invoice['id']}")


def _pdf(visit: Visit, invoice: Doc) -> Page:
    def amount(number: int) -> str:
        return money.shown(number, invoice["currency"])

    text = [
        "Demonstration till: no money moves",
        f"Invoice {invoice['number']}",
        f"Date {times.iso(invoice['created'])}",
        f"To {invoice['customer_name'] or invoice['customer_email'] or invoice['customer']}",
        "",
        *(f"{one['description']}: {amount(one['amount'])}" for one in invoice["lines"]["data"]),
        "",
        f"Total {amount(invoice['total'])}",
        f"To pay {amount(invoice['amount_due'])} ({invoice['status']})",
    ]
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="{invoice["number"]}.pdf"',
    }
    return Page(200, pdf.written(text), headers)


def receipt(visit: Visit, path: list[str]) -> Page:
    """`/receipts/<charge>`."""
    with visit.desk.working() as world:
        charge = world.find(path[0])
        if charge is None or charge["object"] != "charge":
            return page.not_found(visit)
    shown = money.shown(charge["amount"], charge["currency"], visit.language)
    text = f"<p>{shown}</p><p>{visit.date(charge['created'])}</p>"
    return page.html(visit, visit.say("receipt"), text)
