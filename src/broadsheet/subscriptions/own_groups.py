"""What a reader did for a group of readers, as chapters of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import JoinDomain, JoinLink, SeatImport


@chapter(
    "lists-of-addresses",
    _("Lists of addresses you gave"),
    {"created_at": _("given at"), "addresses": _("rows"), "invited": _("invited")},
)
def lists(reader: Reader) -> list[dict[str, Any]]:
    """As they were given; they are kept for 30 days."""
    return [
        {
            "created_at": one.created_at,
            "addresses": list(one.rows.values_list("email", flat=True)),
            "invited": one.invited,
        }
        for one in SeatImport.objects.filter(by=reader)
    ]


@chapter(
    "ways-to-join",
    _("Domains and links by which readers join"),
    {
        "domain": _("domain"),
        "uses": _("uses"),
        "uses_allowed": _("uses allowed"),
        "created_at": _("made at"),
    },
)
def ways(reader: Reader) -> list[dict[str, Any]]:
    """What the reader opened to others. Of a link's address only a digest is kept."""
    domains = JoinDomain.objects.filter(added_by=reader).values("domain", "created_at")
    links = JoinLink.objects.filter(made_by=reader).values("uses", "uses_allowed", "created_at")
    return [dict(one) for one in (*domains, *links)]


@chapter("administered", _("Subscriptions you look after"), {"plan": _("plan")})
def administered(reader: Reader) -> list[dict[str, Any]]:
    """Whose they are stays out."""
    return [{"plan": one.plan.name} for one in reader.administered.select_related("plan")]
