"""May this reader see this article now? Every combination of facts, against a table."""

from itertools import product
from typing import Any

import pytest

from broadsheet.access import (
    Decision,
    Facts,
    Hold,
    Level,
    Meter,
    Mode,
    Outcome,
    Reason,
    decide,
    decide_by_seat,
    lease_wanted,
)

METERS = {
    "no meter": [Meter(), Meter(0, 3, False), Meter(0, 3, True)],
    "left": [Meter(1, 0, False), Meter(3, 2, False)],
    "counted": [Meter(1, 1, True), Meter(3, 2, True), Meter(3, 3, True), Meter(3, 5, True)],
    "spent": [Meter(1, 1, False), Meter(3, 3, False), Meter(3, 5, False)],
}

ANY: Any = object()
REFUSED_HOLDS = (Hold.IN_USE, Hold.NOT_ASKED)
OWN = (False, False)
"""Neither a network nor a gift link opens it: the reader's own account, seat or meter decides."""
BY_NETWORK = ((True, False), (True, True))
BY_GIFT = (False, True)
TABLE: list[tuple[Any, Any, Any, Any, Any, Any, Outcome, str]] = [
    # level, account, by network or gift, the seat's mode, the lease, the meter
    # -> what leaves the server, and why
    ("free", ANY, ANY, ANY, ANY, ANY, Outcome.GRANTED, "free"),
    ("registered", True, ANY, ANY, ANY, ANY, Outcome.GRANTED, "registered"),
    ("registered", False, BY_NETWORK, ANY, ANY, ANY, Outcome.GRANTED, "network"),
    ("registered", False, [BY_GIFT], ANY, ANY, ANY, Outcome.GRANTED, "gift"),
    ("registered", False, [OWN], ANY, ANY, ANY, Outcome.PREVIEW, "registration-required"),
    ("subscribers", ANY, BY_NETWORK, ANY, ANY, ANY, Outcome.GRANTED, "network"),
    ("subscribers", ANY, [BY_GIFT], ANY, ANY, ANY, Outcome.GRANTED, "gift"),
    *(
        ("subscribers", ANY, [OWN], *own)
        for own in [
            (None, ANY, "no meter", Outcome.PREVIEW, "subscription-required"),
            (None, ANY, "left", Outcome.METERED, "meter"),
            (None, ANY, "counted", Outcome.METERED, "meter"),
            (None, ANY, "spent", Outcome.PREVIEW, "meter-spent"),
            ("off", ANY, ANY, Outcome.GRANTED, "plan"),
            ("monitor", Hold.HELD, ANY, Outcome.GRANTED, "lease"),
            ("monitor", Hold.STORE_AWAY, ANY, Outcome.GRANTED, "store-away"),
            ("monitor", REFUSED_HOLDS, ANY, Outcome.GRANTED, "monitor"),
            ("notify", Hold.HELD, ANY, Outcome.GRANTED, "lease"),
            ("notify", Hold.STORE_AWAY, ANY, Outcome.GRANTED, "store-away"),
            ("notify", REFUSED_HOLDS, ANY, Outcome.GRANTED, "notify"),
            ("enforce", Hold.HELD, ANY, Outcome.GRANTED, "lease"),
            ("enforce", Hold.STORE_AWAY, ANY, Outcome.GRANTED, "store-away"),
            ("enforce", Hold.IN_USE, ANY, Outcome.PREVIEW, "in-use"),
            ("enforce", Hold.NOT_ASKED, ANY, Outcome.PREVIEW, "lease-required"),
        ]
    ),
]

EVERY_FACT = [
    (Facts(level, account, mode, hold, meter, network, gift), word)
    for level, account, mode, hold, word, network, gift in product(
        Level, (False, True), (None, *Mode), Hold, METERS, (False, True), (False, True)
    )
    for meter in METERS[word]
]
OWN_FACTS = [fact for fact in EVERY_FACT if not fact[0].network and not fact[0].gift]


def fits(asked: Any, known: Any) -> bool:
    return asked is ANY or known == asked or (isinstance(asked, tuple | list) and known in asked)


def rows_for(facts: Facts, meter: str) -> list[int]:
    by = (facts.network, facts.gift)
    known = (facts.level, facts.account, by, facts.mode, facts.hold, meter)
    return [n for n, row in enumerate(TABLE) if all(map(fits, row[:6], known))]


def test_every_combination_of_facts_is_decided_as_the_table_says() -> None:
    for facts, meter in EVERY_FACT:
        (row,) = rows_for(facts, meter)
        *_, outcome, reason = TABLE[row]
        assert decide(facts) == Decision(outcome, Reason(reason)), facts


def test_every_row_of_the_table_and_every_reason_is_reached() -> None:
    assert {rows_for(*fact)[0] for fact in EVERY_FACT} == set(range(len(TABLE)))
    assert {decide(facts).reason for facts, _ in EVERY_FACT} == set(Reason)


def test_subscribers_text_needs_a_lease_a_lenient_plan_a_meter_or_a_store_away() -> None:
    for facts, meter in OWN_FACTS:
        if facts.level is Level.SUBSCRIBERS and decide(facts).full:
            lease = facts.mode is not None and facts.hold is Hold.HELD
            lenient = facts.mode in (Mode.OFF, Mode.MONITOR, Mode.NOTIFY)
            metered = facts.mode is None and meter in ("left", "counted")
            away = facts.mode is not None and facts.hold is Hold.STORE_AWAY
            assert lease or lenient or metered or away, facts


def test_when_the_store_is_away_subscribers_read_on_and_nobody_else_does() -> None:
    for facts, meter in OWN_FACTS:
        if facts.level is Level.SUBSCRIBERS and facts.hold is Hold.STORE_AWAY:
            without = meter in ("left", "counted")
            assert decide(facts).full == (facts.mode is not None or without), facts


def test_a_subscriber_in_use_elsewhere_is_never_let_in_by_a_meter() -> None:
    in_use = Facts(Level.SUBSCRIBERS, True, Mode.ENFORCE, Hold.IN_USE, Meter(10, 0))
    assert decide(in_use) == Decision(Outcome.PREVIEW, Reason.IN_USE)


def test_only_a_meter_gives_a_metered_outcome() -> None:
    for facts, meter in EVERY_FACT:
        if decide(facts).outcome is Outcome.METERED:
            assert facts.level is Level.SUBSCRIBERS
            assert facts.mode is None
            assert meter in ("left", "counted")


@pytest.mark.parametrize(
    ("outcome", "full"),
    [(Outcome.GRANTED, True), (Outcome.METERED, True), (Outcome.PREVIEW, False)],
)
def test_a_preview_is_not_the_whole_text_and_the_others_are(outcome: Outcome, full: bool) -> None:
    assert Decision(outcome, Reason.FREE).full is full


def test_a_decision_that_turns_on_the_lease_is_never_taken_without_asking_for_it() -> None:
    for facts, _ in EVERY_FACT:
        by_hold = {decide(facts._replace(hold=hold)) for hold in Hold}
        seated = facts.mode is not None and lease_wanted(facts.level, facts.mode)
        wanted = seated and not facts.open
        assert wanted == (len(by_hold) > 1), facts


def test_what_a_seat_alone_decides_is_decided_as_everything_else() -> None:
    for mode, hold in product(Mode, Hold):
        decided = decide(Facts(Level.SUBSCRIBERS, account=True, mode=mode, hold=hold))
        assert decide_by_seat(mode, hold) == decided


def test_a_network_or_a_gift_never_closes_what_was_open_without() -> None:
    for facts, _ in OWN_FACTS:
        if decide(facts).full:
            for network, gift in product((False, True), (False, True)):
                assert decide(facts._replace(network=network, gift=gift)).full, facts


def test_by_network_or_gift_neither_lease_nor_meter_is_asked_or_used() -> None:
    for facts, _ in EVERY_FACT:
        if facts.network or facts.gift:
            assert facts.open
            decision = decide(facts)
            assert decision.outcome is Outcome.GRANTED
            assert decision.reason in (
                Reason.FREE,
                Reason.REGISTERED,
                Reason.NETWORK,
                Reason.GIFT,
            ), facts


def test_a_gift_is_asked_for_exactly_when_it_changes_the_reason() -> None:
    for facts, _ in EVERY_FACT:
        if not facts.gift:
            changed = decide(facts._replace(gift=True)) != decide(facts)
            assert facts.gift_wanted == changed, facts


def test_what_is_open_without_seat_and_meter_is_known_before_they_are_asked() -> None:
    for facts, _ in EVERY_FACT:
        if facts.open:
            asked = {
                decide(facts._replace(mode=mode, hold=hold, meter=meter))
                for mode, hold, meter in product((None, *Mode), Hold, (Meter(), Meter(3, 0)))
            }
            assert asked == {decide(facts)}
