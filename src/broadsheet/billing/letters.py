"""What the paper writes to those who pay. Each letter goes when what it tells is committed."""

from django.core import signing
from django.utils.translation import gettext, override

from broadsheet.billing.models import Agreement, Invoice
from broadsheet.billing.money import in_words
from broadsheet.billing.standing import moment
from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Price, Subscription

CARD_SALT = "broadsheet.card"
CARD_AGE = 30 * 86400
"""Seconds in which the link to change a card works without signing in."""


def card_link(agreement: Agreement) -> str:
    """An address where the card of this agreement can be changed, and nothing else."""
    return post.address(f"/card/{signing.dumps(agreement.pk, salt=CARD_SALT)}/")


def agreement_of(link: str) -> Agreement | None:
    """The agreement a card link is for; None: it is not ours, too old, or over."""
    try:
        number = signing.loads(link, salt=CARD_SALT, max_age=CARD_AGE)
    except signing.BadSignature:
        return None
    return Agreement.objects.filter(pk=number, live=True).first()


def per_period(amount: int, currency: str, period: str, language: str = "") -> str:
    """Such as `$9.00 a month`."""
    money = in_words(amount, currency, language)
    if period == Price.Periods.YEAR:
        return gettext("%(money)s a year") % {"money": money}
    return gettext("%(money)s a month") % {"money": money}


def welcome(subscription: Subscription, agreement: Agreement) -> None:
    """The subscription has begun."""
    reader = subscription.owner
    post.send(
        "welcome",
        reader.email,
        reader.language,
        {
            "plan": subscription.plan.said(reader.language)[0],
            "price": _price(agreement, reader.language),
            "next_payment_on": agreement.renews_at,
            "account_url": post.address("/account/subscription/"),
        },
    )


def plan_changed(subscription: Subscription, agreement: Agreement, old: str) -> None:
    """It has another plan, or other seats; `old` is its plan's name before."""
    reader = subscription.owner
    post.send(
        "plan_changed",
        reader.email,
        reader.language,
        {
            "old_plan": old,
            "new_plan": named(subscription, reader),
            "price": _price(agreement, reader.language),
            "changes_on": agreement.renews_at,
            "account_url": post.address("/account/subscription/"),
        },
    )


def payment_failed(subscription: Subscription, agreement: Agreement) -> None:
    """A payment is due; each reminder says until when reading goes on."""
    reader = subscription.owner
    invoice = agreement.customer.invoices.filter(status="open").first()
    amount = invoice.total - invoice.paid if invoice else agreement.amount
    post.send(
        "payment_failed",
        reader.email,
        reader.language,
        {
            "plan": named(subscription, reader),
            "amount": in_words(amount, agreement.currency, reader.language),
            "retry_on": invoice.next_attempt_at if invoice else None,
            "reading_until": subscription.ends_at,
            "card_url": card_link(agreement),
        },
    )


def ending(subscription: Subscription) -> None:
    """It was cancelled, and goes on until it ends."""
    reader = subscription.owner
    post.send(
        "ending",
        reader.email,
        reader.language,
        {
            "plan": named(subscription, reader),
            "ends_on": subscription.ends_at,
            "keep_url": post.address("/account/subscription/"),
        },
    )


def ended(subscription: Subscription) -> None:
    """It is over."""
    reader = subscription.owner
    values = {"plan": named(subscription, reader), "plans_url": post.address("/plans/")}
    post.send("ended", reader.email, reader.language, values)


def paused(subscription: Subscription, agreement: Agreement) -> None:
    """It rests."""
    reader = subscription.owner
    post.send(
        "paused",
        reader.email,
        reader.language,
        {
            "plan": named(subscription, reader),
            "paused_from": subscription.ends_at or agreement.renews_at,
            "resumes_on": agreement.paused_until,
            "resume_url": post.address("/account/subscription/"),
        },
    )


def receipt(invoice: Invoice, reader: Reader) -> None:
    """An invoice is paid."""
    language, currency = reader.language, invoice.currency
    lines = [
        {"text": line["text"], "amount": in_words(line["amount"], currency, language)}
        for line in invoice.lines
    ]
    starts = [line["start"] for line in invoice.lines if line["start"]]
    ends = [line["end"] for line in invoice.lines if line["end"]]
    post.send(
        "receipt",
        reader.email,
        language,
        {
            "number": str(invoice),
            "lines": lines,
            "tax": in_words(invoice.tax, currency, language) if invoice.tax else None,
            "total": in_words(invoice.total, currency, language),
            "period_start": moment(min(starts, default=None)),
            "period_end": moment(max(ends, default=None)),
            "invoice_url": invoice.page or post.address("/account/invoices/"),
        },
    )


def refund(invoice: Invoice, reader: Reader, amount: int) -> None:
    """Money goes back: `amount`, in minor units."""
    post.send(
        "refund",
        reader.email,
        reader.language,
        {
            "amount": in_words(amount, invoice.currency, reader.language),
            "number": str(invoice),
            "account_url": post.address("/account/invoices/"),
        },
    )


def paid_twice(reader: Reader, plan: str, amount: int, currency: str) -> None:
    """A second purchase was cancelled, and what it cost goes back."""
    post.send(
        "paid_twice",
        reader.email,
        reader.language,
        {
            "plan": plan,
            "amount": in_words(amount, currency, reader.language),
            "account_url": post.address("/account/subscription/"),
        },
    )


def named(subscription: Subscription, reader: Reader) -> str:
    """The plan's name, with its seats where the plan can have more of them."""
    plan, seats = subscription.plan, subscription.seat_count
    name = plan.said(reader.language)[0]
    if seats == plan.seats:
        return name
    with override(reader.language):
        return gettext("%(plan)s for %(seats)d readers") % {"plan": name, "seats": seats}


def price_for(subscription: Subscription, language: str) -> str:
    """What a subscription costs whoever owns it; empty: nobody pays for it."""
    agreement = Agreement.objects.filter(subscription=subscription, live=True).first()
    return _price(agreement, language) if agreement else ""


def _price(agreement: Agreement, language: str) -> str:
    with override(language):
        return per_period(agreement.amount, agreement.currency, agreement.period, language)
