"""What a reader paid, as chapters of their export."""

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
        "date": _("date"),
        "total": _("total"),
        "refunded": _("refunded"),
        "status": _("status"),
        "lines": _("lines"),
    },
)
def invoices(reader: Reader) -> list[dict[str, Any]]:
    """What was asked for, and paid."""
    return [
        {
            "number": str(one),
            "date": one.created_at,
            "total": in_words(one.total, one.currency),
            "refunded": in_words(one.refunded, one.currency),
            "status": one.status,
            "lines": [line["text"] for line in one.lines],
        }
        for one in Invoice.objects.filter(customer__reader=reader)
    ]


@chapter(
    "purchases",
    _("At the till"),
    {"what": _("what"), "seats": _("seats"), "state": _("state"), "at": _("when")},
)
def purchases(reader: Reader) -> list[dict[str, Any]]:
    """When the reader went to the till, and how it ended."""
    return [
        {"what": one.kind, "seats": one.seats, "state": one.state, "at": one.created_at}
        for one in Purchase.objects.filter(customer__reader=reader)
    ]


@chapter(
    "gifts_given",
    _("Gifts you have given"),
    {
        "plan": _("plan"),
        "months": _("months"),
        "receiver": _("to"),
        "receiver_email": _("e-mail address"),
        "message": _("message"),
        "sent": _("sent"),
        "redeemed": _("redeemed"),
    },
)
def gifts(reader: Reader) -> list[dict[str, Any]]:
    """What the reader gave, in their own words."""
    return [
        {
            "plan": one.plan.name,
            "months": one.months,
            "receiver": one.receiver,
            "receiver_email": one.receiver_email,
            "message": one.message,
            "sent": one.delivered_at,
            "redeemed": one.redeemed_at,
        }
        for one in Gift.objects.filter(purchase__customer__reader=reader).select_related("plan")
    ]
