"""When one seat on two devices becomes a sharing case, and when it is over."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadsheet.access.words import Mode


class Happening(StrEnum):
    """What happened on a contested seat."""

    REFUSED = "refused"
    """An article was asked for while another device held the seat."""
    TAKEOVER = "takeover"
    """A device chose to read on; the other was displaced."""
    OVERLAP = "overlap"
    """Both read, since the plan's mode refuses nobody."""


class Ending(StrEnum):
    """Why a sharing case is over."""

    SEAT_ADDED = "seat-added"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 (a reason, not a password)
    SIGNED_OUT = "signed-out"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class SharingRule:
    """The numbers of the rule; durations in seconds."""

    overlaps: int = 3
    window: float = 86400.0
    quiet: float = 14 * 86400.0
    mine_quiet: float = 30 * 86400.0
    episode: float = 90.0
    """Signs of one device closer together than this belong to one overlap."""


@dataclass(frozen=True, slots=True)
class Contest:
    """One event on a contested seat: `device` came, `other` held it."""

    kind: Happening
    device: str
    other: str
    at: float


def overlaps(contests: Iterable[Contest], now: float, rule: SharingRule) -> int:
    """How often two devices read the seat at once within the window.

    A device that is refused, asks again, and then takes over has contested the seat once;
    each further takeover is a new contest, since somebody chose it.
    """
    count = 0
    last: dict[str, Contest] = {}
    for contest in sorted(contests, key=lambda c: c.at):
        if now - contest.at >= rule.window:
            continue
        before = last.get(contest.device)
        if before is None or not _same_overlap(before, contest, rule):
            count += 1
        last[contest.device] = contest
    return count


def _same_overlap(before: Contest, after: Contest, rule: SharingRule) -> bool:
    # After a takeover the seat was this device's: to come again means that it was taken back.
    return after.at - before.at < rule.episode and before.kind is not Happening.TAKEOVER


def opens_case(contests: Iterable[Contest], now: float, rule: SharingRule) -> bool:
    """Whether the seat is shared often enough for a case."""
    return overlaps(contests, now, rule) >= rule.overlaps


def is_quiet(last_contest: float, now: float, rule: SharingRule) -> bool:
    """Whether the seat has gone uncontested long enough for its case to end."""
    return now - last_contest >= rule.quiet


def message_due(answered_mine: float | None, now: float, rule: SharingRule) -> bool:
    """Whether an open case shows its message on a pair of devices.

    `answered_mine` is when a reader last said that both devices are theirs.
    """
    return answered_mine is None or now - answered_mine >= rule.mine_quiet


def held_out(subscription: int, share: int) -> bool:
    """Whether a subscription is in the control group that holds `share` percent (0 to 100).

    Stable for a subscription, and growing the share only adds to the group.
    """
    digest = hashlib.sha256(f"control:{subscription}".encode()).digest()
    return int.from_bytes(digest[:4]) % 100 < share


def mode_in_force(mode: Mode, subscription: int, control_share: int) -> Mode:
    """The mode a subscription is under: the control group is watched, never bothered."""
    if mode in (Mode.NOTIFY, Mode.ENFORCE) and held_out(subscription, control_share):
        return Mode.MONITOR
    return mode
