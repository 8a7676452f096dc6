"""A reader's subscriptions, seats and reading, as chapters of their export."""

import time
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Article
from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader
from broadsheet.stores import StoreAway
from broadsheet.subscriptions.models import MineAnswer, SeatContest, SharingCase
from broadsheet.subscriptions.store import meter_store

DEVICES = {"device": _("device"), "other": _("other device"), "at": _("when")}


@chapter(
    "subscriptions",
    _("Subscriptions you own"),
    {
        "plan": _("plan"),
        "starts_at": _("starts"),
        "ends_at": _("ends"),
        "readers": _("who has a seat"),
    },
)
def subscriptions(reader: Reader) -> list[dict[str, Any]]:
    """What the reader pays for, and whom they gave seats to: that they see anyway."""
    owned = reader.subscriptions.select_related("plan").prefetch_related("seats__reader")
    return [
        {
            "plan": one.plan.name,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "readers": [seat.reader.email for seat in one.seats.all() if seat.reader],
        }
        for one in owned
    ]


@chapter(
    "seats",
    _("Your seats"),
    {"plan": _("plan"), "yours": _("your own subscription"), "ends_at": _("ends")},
)
def seats(reader: Reader) -> list[dict[str, Any]]:
    """Under what the reader reads. Whose subscription it is stays out when it is another's."""
    return [
        {
            "plan": seat.subscription.plan.name,
            "yours": seat.subscription.owner_id == reader.pk,
            "ends_at": seat.subscription.ends_at,
        }
        for seat in reader.seats.select_related("subscription__plan")
    ]


@chapter("contests", _("When your seat was asked for twice"), {"what": _("what"), **DEVICES})
def contests(reader: Reader) -> list[dict[str, Any]]:
    """Refusals, takeovers and overlaps on the reader's seats."""
    labels = _labels(reader)
    return [
        {
            "what": one.get_kind_display(),
            "device": labels.get(one.device, ""),
            "other": labels.get(one.other, ""),
            "at": one.at,
        }
        for one in SeatContest.objects.filter(seat__reader=reader)
    ]


@chapter(
    "sharing-cases",
    _("When your seat seemed to be shared"),
    {
        "opened_at": _("since"),
        "ended_at": _("over since"),
        "why": _("why over"),
        "devices": _("devices"),
        "overlaps": _("overlaps"),
    },
)
def sharing_cases(reader: Reader) -> list[dict[str, Any]]:
    """What the paper made of it."""
    labels = _labels(reader)
    return [
        {
            "opened_at": one.opened_at,
            "ended_at": one.ended_at,
            "why": one.get_ending_display(),
            "devices": [labels[key] for key in one.devices if key in labels],
            "overlaps": one.overlaps,
        }
        for one in SharingCase.objects.filter(seat__reader=reader)
    ]


@chapter("mine-answers", _("When you said that both devices are yours"), DEVICES)
def mine_answers(reader: Reader) -> list[dict[str, Any]]:
    """What the reader said of it."""
    labels = _labels(reader)
    return [
        {"device": labels.get(one.device, ""), "other": labels.get(one.other, ""), "at": one.at}
        for one in MineAnswer.objects.filter(seat__reader=reader)
    ]


@chapter(
    "free-stories",
    _("Free stories that were counted"),
    {"story": _("story"), "address": _("address"), "at": _("when")},
)
def free_stories(reader: Reader) -> list[dict[str, Any]]:
    """What the meter holds. Raises StoreAway: an export with a part missing would not be one."""
    try:
        opened = meter_store().opened(reader.pk, time.time())
    except StoreAway:
        time.sleep(2)  # longer than it rests
        opened = meter_store().opened(reader.pk, time.time())
    stories = Article.objects.in_bulk(list(opened))
    return [
        {
            "story": stories[pk].title if pk in stories else "",
            "address": stories[pk].get_full_url() if pk in stories else "",
            "at": datetime.fromtimestamp(at, UTC),
        }
        for pk, at in opened.items()
    ]


def _labels(reader: Reader) -> dict[str, str]:
    # Devices that are not the reader's (a seat had another reader before) have no name here.
    return dict(reader.devices.values_list("key", "label"))
