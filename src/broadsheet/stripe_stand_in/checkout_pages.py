"""The Checkout page: what is bought, and a card for it."""

from dataclasses import asdict, replace
from html import escape
from typing import Any

from broadsheet.stripe_stand_in import card_form, cards, checkout_paid, checkout_totals, money, page
from broadsheet.stripe_stand_in.checkout_paid import Payer
from broadsheet.stripe_stand_in.page import Page, Visit
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def serve(visit: Visit, path: list[str]) -> Page:
    """`/c/pay/<session>` and `/c/pay/<session>/secure`."""
    with visit.desk.working() as world:
        session = world.find(path[0])
        if session is None or session["object"] != "checkout.session" or len(path) > 2:
            return page.not_found(visit)
        visit.locale = session["locale"]
        if session["status"] == "complete":
            return _paid(visit, session)
        if session["status"] == "expired":
            return _expired(visit, session)
        if path[1:] == ["secure"]:
            return _secure(visit, world, session)
        if visit.method == "POST":
            return _post(visit, world, session)
        return show(visit, world, session, {})


def _paid(visit: Visit, session: Doc) -> Page:
    if visit.method == "POST":
        return page.see_other(success(session))
    link = f'<p><a href="{escape(success(session))}">{visit.say("go_on")}</a></p>'
    text = f"<p>{visit.say('already_paid_why')}</p>{link}"
    return page.html(visit, visit.say("already_paid"), text)


def _expired(visit: Visit, session: Doc) -> Page:
    text = f"<p>{visit.say('expired_why')}</p>{_back(visit, session)}"
    return page.html(visit, visit.say("expired"), text, status=410)


def success(session: Doc) -> str:
    """Where a paid session leads."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _back(visit: Visit, session: Doc) -> str:
    url = session["cancel_url"]
    return f'<p><a href="{escape(url)}">{visit.say("back")}</a></p>' if url else ""


def _post(visit: Visit, world: World, session: Doc) -> Page:
    action = visit.form.get("action")
    if action == "code":
        if checkout_totals.use_code(world, session, visit.form.get("code", "")):
            return page.see_other(visit.path)
        return show(visit, world, session, {"code": "code_refused"})
    if action == "remove_code":
        checkout_totals.drop_codes(world, session)
        return page.see_other(visit.path)
    return _pay(visit, world, session)


def _known_email(world: World, session: Doc) -> str | None:
    customer = world.find(session["customer"])
    known = session["customer_email"] or (customer and customer["email"])
    return str(known) if known else None


def _pay(visit: Visit, world: World, session: Doc) -> Page:
    email = _known_email(world, session)
    payer, wrong = card_form.read(visit.form, world.now(), email=email)
    if not checkout_paid.needs_card(session):
        wrong = {name: key for name, key in wrong.items() if name == "email"}
    if wrong:
        return show(visit, world, session, wrong)
    if checkout_paid.needs_card(session) and cards.CARDS[payer.number].asks != "never":
        session["_payer"] = asdict(payer)
        world.save(session)
        return page.see_other(f"/c/pay/{session['id']}/secure")
    return _finish(visit, world, session, payer)


def _finish(visit: Visit, world: World, session: Doc, payer: Payer) -> Page:
    error = checkout_paid.complete(world, session, payer)
    if error:
        key = error.get("decline_code") or error["code"]
        return show(visit, world, session, {"number": key})
    return page.see_other(success(session))


def _secure(visit: Visit, world: World, session: Doc) -> Page:
    if not session.get("_payer"):
        return page.see_other(f"/c/pay/{session['id']}")
    if visit.method != "POST":
        leads_to = [success(session)]
        return page.html(visit, visit.say("secure"), card_form.secure(visit), leads_to=leads_to)
    payer = Payer(**session.pop("_payer"))
    world.save(session)
    if visit.form.get("secure") != "complete":
        return show(visit, world, session, {"number": "authentication_failed"})
    return _finish(visit, world, session, replace(payer, authenticated=True))


def show(visit: Visit, world: World, session: Doc, wrong: dict[str, str]) -> Page:
    """The page to be filled in, with what is wrong so far."""
    checkout_totals.reckon(world, session)
    here = f"/c/pay/{session['id']}"
    card = ""
    email = _known_email(world, session)
    if checkout_paid.needs_card(session):
        card = card_form.fields(visit, wrong, email=email)
    elif email is None:
        card = card_form.field(visit, "email", "email", "email", wrong)
    content = (
        f"{card_form.summary(visit, wrong)}{_order(visit, world, session)}"
        f"{_code(visit, session, wrong, here)}"
        f'<form method="post" action="{here}">{card}'
        f'<button name="action" value="pay">{_button(visit, world, session)}</button></form>'
        f"{_back(visit, session)}{card_form.hints(visit)}"
    )
    return page.html(
        visit,
        visit.say("checkout"),
        content,
        status=422 if wrong else 200,
        leads_to=[session["success_url"], session["cancel_url"]],
    )


def _button(visit: Visit, world: World, session: Doc) -> str:
    if session["mode"] == "subscription":
        trialing = checkout_totals.trial(world, session) is not None
        return visit.say("start_trial" if trialing else "subscribe")
    return visit.say("pay", amount=_money(visit, session, session["amount_total"]))


def _money(visit: Visit, session: Doc, amount: int) -> str:
    return money.shown(amount, session["currency"], visit.language)


def _order(visit: Visit, world: World, session: Doc) -> str:
    rows = [
        [
            escape(f"{one['quantity']} × {one['description']}"),
            _money(visit, session, one["price"]["unit_amount"] * one["quantity"]),
        ]
        for one in session["_items"]
    ]
    heads = [visit.say("item"), visit.say("amount")]
    sums = [("subtotal", session["amount_subtotal"])]
    if off := session["total_details"]["amount_discount"]:
        sums.append(("discount", -off))
    lines = "".join(
        f"<dt>{visit.say(key)}</dt><dd>{_money(visit, session, amount)}</dd>"
        for key, amount in sums
    )
    lines += (
        f'<dt class="total">{visit.say("today")}</dt>'
        f'<dd class="total">{_money(visit, session, session["amount_total"])}</dd>'
    )
    order = page.table(visit.say("order"), heads, rows)
    return f'{order}<dl class="sums">{lines}</dl>{_later(visit, world, session)}'


def _later(visit: Visit, world: World, session: Doc) -> str:
    if session["mode"] != "subscription":
        return ""
    amount, _ = checkout_totals.later(world, session)
    every = next(
        one["price"]["recurring"] for one in session["_items"] if one["price"]["recurring"]
    )
    interval, count = every["interval"], every["interval_count"]
    often = visit.say(interval) if count == 1 else visit.say(f"{interval}s", count=count)
    shown = _money(visit, session, amount)
    end = checkout_totals.trial(world, session)
    if end is None:
        return f"<p>{visit.say('later', amount=shown, interval=often)}</p>"
    date = visit.date(end)
    return (
        f"<p>{visit.say('trial', date=date)}</p>"
        f"<p>{visit.say('later_from', date=date, amount=shown, interval=often)}</p>"
    )


def _code(visit: Visit, session: Doc, wrong: dict[str, str], here: str) -> str:
    if not session["allow_promotion_codes"]:
        return ""
    if session["_coupons"]:
        with visit.desk.lock:
            code = visit.desk.world.get("promotion_code", session["_coupons"][0][1])["code"]
        return (
            f'<form method="post" action="{here}" class="box">'
            f'<p role="status">{visit.say("code_taken", code=code)}</p>'
            f'<button class="second" name="action" value="remove_code">'
            f"{visit.say('remove_code')}</button></form>"
        )
    kept = visit.form.get("code", "") if visit.method == "POST" else ""
    return (
        f'<form method="post" action="{here}" class="box">'
        f"{card_form.field(visit, 'code', 'off', 'text', wrong, kept)}"
        f'<button class="second" name="action" value="code">{visit.say("apply")}</button></form>'
    )
