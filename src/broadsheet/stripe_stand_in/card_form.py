"""The form for a card: its fields, what is wrong with them, and what they say."""

from collections.abc import Mapping
from html import escape

from broadsheet.stripe_stand_in import cards
from broadsheet.stripe_stand_in.checkout_paid import Payer
from broadsheet.stripe_stand_in.page import Visit

FIELDS = (
    ("email", "email", "email"),
    ("name", "cc-name", "text"),
    ("number", "cc-number", "text"),
    ("expiry", "cc-exp", "text"),
    ("cvc", "cc-csc", "text"),
)


def read(form: Mapping[str, str], now: int, *, email: str | None) -> tuple[Payer, dict[str, str]]:
    """What was filled in, and by field what is wrong with it; `email` needs not be asked."""
    wrong: dict[str, str] = {}
    address = email or form.get("email", "")
    if email is None and not ("@" in address and "." in address.rpartition("@")[2]):
        wrong["email"] = "e_email"
    number = cards.digits(form.get("number", ""))
    if not cards.luhn(number):
        wrong["number"] = "e_number"
    elif number not in cards.CARDS:
        wrong["number"] = "e_unknown"
    until = cards.expiry(form.get("expiry", ""))
    if until is None:
        wrong["expiry"] = "e_expiry"
    elif cards.expired(*until, now):
        wrong["expiry"] = "e_expired"
    if not (form.get("cvc", "").isdigit() and len(form.get("cvc", "")) in {3, 4}):
        wrong["cvc"] = "e_cvc"
    month, year = until or (0, 0)
    return Payer(address, form.get("name", ""), number, month, year), wrong


def summary(visit: Visit, wrong: Mapping[str, str]) -> str:
    """What is wrong, with links to the fields."""
    if not wrong:
        return ""
    lines = "".join(
        f'<li><a href="#{name}">{visit.say(key)}</a></li>' for name, key in wrong.items()
    )
    return (
        f'<div class="errors" role="alert" tabindex="-1"><h2>{visit.say("problem")}</h2>'
        f"<ul>{lines}</ul></div>"
    )


def field(
    visit: Visit, name: str, auto: str, kind: str, wrong: Mapping[str, str], value: str = ""
) -> str:
    """A labelled field, with its error beside it."""
    error = wrong.get(name)
    told = f'<p class="wrong" id="{name}-wrong">{visit.say(error)}</p>' if error else ""
    marks = f' aria-invalid="true" aria-describedby="{name}-wrong"' if error else ""
    numeric = ' inputmode="numeric"' if name in {"number", "cvc"} else ""
    needed = "" if name in {"name", "code"} else " required"
    return (
        f'<label for="{name}">{visit.say(name)}</label>{told}'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{auto}" '
        f'value="{escape(value)}"{numeric}{needed}{marks}>'
    )


def fields(visit: Visit, wrong: Mapping[str, str], *, email: str | None = None) -> str:
    """All fields; a number is not shown again, the rest is kept. `email` needs not be asked."""
    kept = visit.form if visit.method == "POST" else {}
    return "".join(
        field(
            visit,
            name,
            auto,
            kind,
            wrong,
            "" if name in {"number", "cvc"} else kept.get(name, ""),
        )
        for name, auto, kind in FIELDS
        if name != "email" or email is None
    )


def hints(visit: Visit) -> str:
    """Which card numbers can be used."""
    lines = "".join(
        f"<li><code>{cards.grouped(one)}</code> {visit.say(f'card_{one}')}</li>"
        for one in cards.OFFERED
    )
    return (
        f"<details open><summary>{visit.say('cards')}</summary>"
        f"<p>{visit.say('cards_why')}</p><ul>{lines}</ul></details>"
    )


def secure(visit: Visit) -> str:
    """The bank's page of 3-D Secure."""
    return (
        f"<p>{visit.say('secure_why')}</p>"
        '<form method="post">'
        f'<button name="secure" value="complete">{visit.say("complete")}</button> '
        f'<button class="second" name="secure" value="fail">{visit.say("fail")}</button></form>'
    )
