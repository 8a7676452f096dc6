"""The customer portal: the card, the invoices, the end of a subscription and its taking back."""

from dataclasses import asdict
from html import escape
from typing import Any

from broadsheet.stripe_stand_in import (
    card_form,
    cards,
    errors,
    money,
    page,
    payment_methods,
    portal,
)
from broadsheet.stripe_stand_in.checkout_paid import Payer
from broadsheet.stripe_stand_in.page import Page, Visit
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def serve(visit: Visit, path: list[str]) -> Page:
    """`/p/session/<id>` and what is below it."""
    with visit.desk.working() as world:
        session = world.find(path[0])
        if session is None or session["object"] != "billing_portal.session":
            return page.not_found(visit)
        visit.locale = session["locale"]
        act = path[1] if len(path) > 1 else ""
        if act == "card" or (not act and session["flow"]):
            return _card(visit, world, session)
        if act == "secure" and session.get("_payer"):
            return _secure(visit, world, session)
        if act in {"cancel", "resume"} and visit.method == "POST":
            return _end(visit, world, session, act)
        return _home(visit, world, session)


def _at(session: Doc) -> str:
    return f"/p/session/{session['id']}"


def _end(visit: Visit, world: World, session: Doc, act: str) -> Page:
    if not portal.feature(world, session, "subscription_cancel"):
        return page.not_found(visit)
    try:
        does = {"cancel": portal.cancel, "resume": portal.resume}[act]
        does(world, session["customer"], visit.form.get("subscription", ""))
    except errors.Refused:
        return page.not_found(visit)
    return page.see_other(_at(session))


def _card(visit: Visit, world: World, session: Doc, wrong: dict[str, str] | None = None) -> Page:
    if visit.method == "POST" and wrong is None:
        payer, wrong = card_form.read(visit.form, world.now(), email="known")
        if not wrong:
            return _take_card(visit, world, session, payer)
    wrong = wrong or {}
    content = (
        f"{card_form.summary(visit, wrong)}<p>{_kept_card(visit, world, session)}</p>"
        f'<form method="post" action="{_at(session)}/card">'
        f"{card_form.fields(visit, wrong, email='known')}"
        f"<button>{visit.say('save_card')}</button></form>"
        f"{_back(visit, session)}{card_form.hints(visit)}"
    )
    return page.html(
        visit,
        visit.say("change_card"),
        content,
        status=422 if wrong else 200,
        leads_to=[_after(session)],
    )


def _take_card(visit: Visit, world: World, session: Doc, payer: Payer) -> Page:
    if cards.CARDS[payer.number].asks != "never" and not payer.authenticated:
        session["_payer"] = asdict(payer)
        world.save(session)
        return page.see_other(f"{_at(session)}/secure")
    method = payment_methods.new(world, payer.number, payer.month, payer.year, name=payer.name)
    try:
        portal.change_card(world, session["customer"], method)
    except errors.Refused as refused:
        key = refused.error.get("decline_code") or refused.error["code"]
        return _card(visit, world, session, {"number": key})
    return page.see_other(_after(session))


def _secure(visit: Visit, world: World, session: Doc) -> Page:
    if visit.method != "POST":
        secure = card_form.secure(visit)
        return page.html(visit, visit.say("secure"), secure, leads_to=[_after(session)])
    payer = Payer(**session.pop("_payer") | {"authenticated": True})
    world.save(session)
    if visit.form.get("secure") != "complete":
        return _card(visit, world, session, {"number": "authentication_failed"})
    return _take_card(visit, world, session, payer)


def _after(session: Doc) -> str:
    """Where a changed card leads."""
    redirect = session["flow"] and session["flow"]["after_completion"]["redirect"]
    return str(redirect["return_url"]) if redirect else f"{_at(session)}/home"


def _back(visit: Visit, session: Doc) -> str:
    url = session["return_url"]
    return f'<p><a href="{escape(url)}">{visit.say("return")}</a></p>' if url else ""


def _kept_card(visit: Visit, world: World, session: Doc) -> str:
    customer = world.get("customer", session["customer"])
    kept = customer["invoice_settings"]["default_payment_method"]
    for subscription in world.every("subscription", customer["id"]):
        kept = kept or subscription["default_payment_method"]
    method = world.find(kept)
    if method is None:
        return visit.say("no_card")
    card = method["card"]
    return visit.say(
        "card_ends",
        brand=card["brand"].title(),
        last4=card["last4"],
        month=f"{card['exp_month']:02}",
        year=card["exp_year"],
    )


def _home(visit: Visit, world: World, session: Doc) -> Page:
    content = ""
    if portal.feature(world, session, "payment_method_update"):
        content += (
            f"<h2>{visit.say('payment_method')}</h2><p>{_kept_card(visit, world, session)}</p>"
            f'<p><a href="{_at(session)}/card">{visit.say("change_card")}</a></p>'
        )
    content += f"<h2>{visit.say('subscriptions')}</h2>{_subscriptions(visit, world, session)}"
    if portal.feature(world, session, "invoice_history"):
        content += _invoices(visit, world, session)
    return page.html(visit, visit.say("portal"), content + _back(visit, session))


def _subscriptions(visit: Visit, world: World, session: Doc) -> str:
    found = [
        one
        for one in world.every("subscription", session["customer"])
        if one["status"] not in {"canceled", "incomplete_expired"}
    ]
    may_end = portal.feature(world, session, "subscription_cancel")
    shown = [_subscription(visit, world, session, one, may_end) for one in found]
    return "".join(shown) or f"<p>{visit.say('none')}</p>"


def _subscription(visit: Visit, world: World, session: Doc, doc: Doc, may_end: bool) -> str:
    item = doc["items"]["data"][0]
    name = escape(world.get("product", item["price"]["product"])["name"])
    ends = doc["cancel_at"]
    key, moment = ("ends", ends) if ends else ("renews", item["current_period_end"])
    act = "resume" if ends else "cancel"
    form = (
        f'<form method="post" action="{_at(session)}/{act}">'
        f'<input type="hidden" name="subscription" value="{doc["id"]}">'
        f'<button class="second">{visit.say(act)}</button></form>'
        if may_end
        else ""
    )
    return (
        f'<div class="box"><p><strong>{name}</strong>: {visit.say("s_" + doc["status"])}<br>'
        f"{visit.say(key, date=visit.date(moment))}</p>{form}</div>"
    )


def _invoices(visit: Visit, world: World, session: Doc) -> str:
    rows = [
        [
            visit.date(one["created"]),
            (
                f'<a href="{escape(one["hosted_invoice_url"])}">'
                f"{visit.say('invoice', number=one['number'])}</a>"
            ),
            visit.say("s_" + one["status"]),
            money.shown(one["total"], one["currency"], visit.language),
        ]
        for one in world.every("invoice", session["customer"])
        if one["status"] != "draft" and one["hosted_invoice_url"]
    ]
    heads = [visit.say(key) for key in ("date", "item", "status", "amount")]
    return page.table(visit.say("invoices"), heads, rows)
