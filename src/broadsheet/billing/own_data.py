"""What a reader bought and paid, as chapters of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.billing.models import Gift, Invoice, Purchase
from broadsheet.billing.money import in_words
from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader


@chapter(
    "invoices",
    _("Invoices"),
    {
        "number": _("number"),
        "created_at": _("dated"),
        "total": _("total"),
        "tax": _("tax"),
        "paid": _("paid"),
        "refunded": _("refunded"),
        "status": _("status"),
    },
)
def invoices(reader: Reader) -> list[dict[str, Any]]:
    """Every invoice."""
    return [
        {
            "number": one.number,
            "created_at": one.created_at,
            **{
                name: in_words(getattr(one, name), one.currency)
                for name in ("total", "tax", "paid", "refunded")
            },
            "status": one.status,
        }
        for one in Invoice.objects.filter(customer__reader=reader)
    ]


@chapter(
    "purchases",
    _("Purchases"),
    {
        "what": _("what"),
        "state": _("state"),
        "seats": _("seats"),
        "created_at": _("begun"),
        "settled_at": _("settled"),
    },
)
def purchases(reader: Reader) -> list[dict[str, Any]]:
    """Every visit to the till."""
    return [
        {
            "what": one.get_kind_display(),
            "state": one.get_state_display(),
            "seats": one.seats,
            "created_at": one.created_at,
            "settled_at": one.settled_at,
        }
        for one in Purchase.objects.filter(customer__reader=reader)
    ]


@chapter(
    "gifts",
    _("Subscriptions you gave"),
    {
        "plan": _("plan"),
        "months": _("months"),
        "giver": _("from"),
        "receiver": _("to"),
        "receiver_email": _("e-mail address"),
        "message": _("message"),
        "deliver_at": _("sent from"),
        "redeemed_at": _("redeemed"),
    },
)
def gifts(reader: Reader) -> list[dict[str, Any]]:
    """As the reader wrote them; without the code, by which anybody could redeem one."""
    found = Gift.objects.filter(purchase__customer__reader=reader).select_related("plan")
    kept = ("months", "giver", "receiver", "receiver_email", "message", "deliver_at", "redeemed_at")
    return [{"plan": one.plan.name, **{name: getattr(one, name) for name in kept}} for one in found]
