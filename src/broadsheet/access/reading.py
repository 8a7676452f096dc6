"""May this reader see this article now? One pure function from facts to a decision."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from broadsheet.access.words import Level, Mode


class Hold(StrEnum):
    """What is known of the lease at this moment."""

    NOT_ASKED = "not-asked"
    HELD = "held"
    IN_USE = "in-use"
    STORE_AWAY = "store-away"


class Outcome(StrEnum):
    """What leaves the server."""

    GRANTED = "granted"
    METERED = "metered"
    PREVIEW = "preview"


class Reason(StrEnum):
    """Why; the `Broadsheet-Access` header carries it (docs/access-header.md)."""

    FREE = "free"
    REGISTERED = "registered"
    LEASE = "lease"
    PLAN = "plan"
    MONITOR = "monitor"
    NOTIFY = "notify"
    STORE_AWAY = "store-away"
    NETWORK = "network"
    GIFT = "gift"
    METER = "meter"
    REGISTRATION_REQUIRED = "registration-required"
    SUBSCRIPTION_REQUIRED = "subscription-required"
    METER_SPENT = "meter-spent"
    IN_USE = "in-use"
    LEASE_REQUIRED = "lease-required"


class Meter(NamedTuple):
    """A reader's allowance of subscribers' articles, at this article."""

    allowance: int = 0
    """Articles in the window; 0: there is no meter."""
    spent: int = 0
    """Articles counted in the window."""
    counted: bool = False
    """This article is one of them."""

    @property
    def opens(self) -> bool:
        """Whether this article may be read under the meter."""
        return self.allowance > 0 and (self.counted or self.spent < self.allowance)


class Facts(NamedTuple):
    """What has to be known to decide. `mode` is the seat's plan's; None: there is no seat."""

    level: Level
    account: bool = False
    mode: Mode | None = None
    hold: Hold = Hold.NOT_ASKED
    meter: Meter = Meter()
    network: bool = False
    """The request comes from a network whose institution subscribes."""
    gift: bool = False
    """The reader holds a gift link that opens this article."""

    @property
    def open(self) -> bool:
        """Whether it is open whatever seat or meter there is: neither need be asked."""
        return self.level is Level.FREE or self.network or self.gift

    @property
    def gift_wanted(self) -> bool:
        """Whether a gift link would change the answer: else it costs no opening."""
        return not self.open and not (self.level is Level.REGISTERED and self.account)


class Decision(NamedTuple):
    """What may leave the server, and why."""

    outcome: Outcome
    reason: Reason

    @property
    def full(self) -> bool:
        """Whether the whole text may leave the server."""
        return self.outcome is not Outcome.PREVIEW

    @property
    def header(self) -> str:
        """The value of the `Broadsheet-Access` header."""
        return f"{self.outcome}; reason={self.reason}"


def lease_wanted(level: Level, mode: Mode) -> bool:
    """Whether the seat store must be asked before deciding about an article that is not open
    otherwise."""
    return level is Level.SUBSCRIBERS and mode is not Mode.OFF


@lru_cache(maxsize=4096)
def decide(facts: Facts) -> Decision:
    """May this reader see this article now? Every face of the paper asks this function."""
    if facts.level is Level.FREE:
        return _granted(Reason.FREE)
    if facts.level is Level.REGISTERED and facts.account:
        return _granted(Reason.REGISTERED)
    if facts.network:
        return _granted(Reason.NETWORK)
    if facts.gift:
        return _granted(Reason.GIFT)
    if facts.level is Level.REGISTERED:
        return _preview(Reason.REGISTRATION_REQUIRED)
    if facts.mode is not None:
        return _by_seat(facts.mode, facts.hold)
    return _by_meter(facts.meter)


@lru_cache(maxsize=64)
def decide_by_seat(mode: Mode, hold: Hold) -> Decision:
    """The same about a subscribers' article, for a reader with a seat and nothing else to read by:
    nearly every subscriber."""
    return decide(Facts(Level.SUBSCRIBERS, account=True, mode=mode, hold=hold))


def _by_seat(mode: Mode, hold: Hold) -> Decision:
    if mode is Mode.OFF:
        return _granted(Reason.PLAN)
    if hold is Hold.STORE_AWAY:
        return _granted(Reason.STORE_AWAY)
    if hold is Hold.HELD:
        return _granted(Reason.LEASE)
    if mode is not Mode.ENFORCE:
        return _granted(Reason(mode.value))
    return _preview(Reason.IN_USE if hold is Hold.IN_USE else Reason.LEASE_REQUIRED)


def _by_meter(meter: Meter) -> Decision:
    if meter.opens:
        return Decision(Outcome.METERED, Reason.METER)
    return _preview(Reason.METER_SPENT if meter.allowance else Reason.SUBSCRIPTION_REQUIRED)


def _granted(reason: Reason) -> Decision:
    return Decision(Outcome.GRANTED, reason)


def _preview(reason: Reason) -> Decision:
    return Decision(Outcome.PREVIEW, reason)
