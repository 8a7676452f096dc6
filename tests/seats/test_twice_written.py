"""The rule is written twice, in Python and in Lua: both answer and keep the same."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.access import (
    Claim,
    Device,
    Revoked,
    Seat,
    Timings,
    beat,
    begun,
    open_seat,
    release,
    revoke,
    settled,
    take_over,
)
from broadsheet.seats import ValkeySeatStore
from tests.histories.seat_rule import Ticks
from tests.seats.keeper import Keeper
from tests.servers.valkey import ValkeyServer, valkey_server

SECONDS = Timings()
TIMINGS = Timings(beat=30_000, lease=90_000, release=10_000, takeover=120_000)
"""In milliseconds, as Lua reckons."""
START = 1_700_000_000_000
MILLISECONDS = Ticks(1000)
DEVICES = (Device("a", ""), Device("b", "B | with a bar\nand a line"), Device("c", "Ñandú 🦤"))


@dataclass(frozen=True)
class Step:
    """Something asked, after so many milliseconds (the clock may step back). `behind`: how much
    smaller than the seat's own the epoch and number are that are brought."""

    call: str
    pause: int
    device: Device = DEVICES[0]
    behind: int = 0
    number_behind: int = 0
    age: int = 0
    ending: frozenset[str] = frozenset()


pauses = st.sampled_from([0, 1, 9_999, 10_000, 30_000, 89_999, 90_000, 90_001, -1, -50_000])
steps = st.builds(
    Step,
    call=st.sampled_from(["open", "open", "take_over", "take_over", "beat", "release"])
    | st.sampled_from(["number", "revoke", "look", "no claim", "another seat's claim"]),
    pause=pauses | st.integers(-200_000, 200_000),
    device=st.sampled_from(DEVICES),
    behind=st.sampled_from([0, 0, 0, 1, -1, 2]),
    number_behind=st.sampled_from([0, 0, 0, 0, 1, -1]),
    age=st.sampled_from([0, 1, 119_999, 120_000, -1]),
    ending=st.frozensets(st.sampled_from("abc")),
)


class Both:
    """One seat, kept in Python and in Valkey."""

    def __init__(self, server: ValkeyServer) -> None:
        self.now = START
        store = ValkeySeatStore(server.url, SECONDS, 20.0, passes=1e6, clock=self._clock)
        self.keeper = Keeper(store)
        self.client = server.client()

    def begin(self) -> None:
        self.client.flushall()
        self.now = START
        self.seat: Seat | None = None

    def _clock(self) -> float:
        return self.now / 1000

    def take(self, step: Step) -> None:
        self.now += step.pause
        if step.call in ("number", "revoke", "look"):
            getattr(self, step.call)(step)
        else:
            self.ask(step)
        assert self.kept() == self.seat

    def ask(self, step: Step) -> None:
        seat, keeper, device = self.seat or Seat(), self.keeper, step.device
        number, epoch = seat.number - step.number_behind, seat.epoch - step.behind
        claim = Claim("seat:1", device.id, epoch, self.now - step.age)
        claimed: Claim | None = replace(claim, issued=claim.issued / 1000)
        if step.call == "another seat's claim":
            claim, claimed = replace(claim, seat="seat:2"), replace(claim, seat="seat:2")
        match step.call:
            case "open":
                told = keeper.open("seat:1", device, number)
                after = open_seat(seat, device, self.now, TIMINGS)
            case "beat":
                told = keeper.beat("seat:1", device, epoch, number)
                after = beat(seat, device, epoch, self.now, TIMINGS)
            case "release":
                told = keeper.release("seat:1", device, epoch, number)
                after = release(seat, device, epoch, self.now, TIMINGS)
            case "no claim":
                told = keeper.take_over("seat:1", device, None, number)
                after = take_over("seat:1", seat, device, None, self.now, TIMINGS)
            case _:
                told = keeper.take_over("seat:1", device, claimed, number)
                after = take_over("seat:1", seat, device, claim, self.now, TIMINGS)
        if self.seat is None or number != seat.number:
            assert told == Revoked()
            return
        self.seat, expected = after
        assert MILLISECONDS.told(told) == expected
        assert keeper.at == self.now / 1000

    def number(self, _: Step) -> None:
        self.seat = self.seat or begun(self._clock())
        assert self.keeper.number("seat:1") == self.seat.number

    def revoke(self, step: Step) -> None:
        self.seat = revoke(self.seat or begun(self._clock()), step.ending)
        assert self.keeper.revoke("seat:1", step.ending) == self.seat.number

    def look(self, _: Step) -> None:
        seen, expected = self.keeper.look("seat:1"), settled(self.seat or Seat(), self.now, TIMINGS)
        times = (MILLISECONDS.of(seen.since), MILLISECONDS.of(seen.expires))
        assert times == (expected.since, expected.expires)
        assert replace(seen, since=0, expires=0) == replace(expected, since=0, expires=0)

    def kept(self) -> Seat | None:
        kept = self.client.get("{seat:1}")
        if kept is None:
            return None
        epoch, since, expires, number, length = struct.unpack_from(">ddddB", kept)
        device, label = kept[33 : 33 + length].decode(), kept[33 + length :].decode()
        return Seat(Device(device, label) if device else None, epoch, since, expires, number)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


def test_both_answer_and_keep_the_same(server: ValkeyServer) -> None:
    both = Both(server)

    @settings(max_examples=300)
    @given(st.lists(steps, min_size=5, max_size=40))
    @example([Step("number", 0), Step("open", 0), Step("open", -86_400_000, DEVICES[1])])
    def run(taken: list[Step]) -> None:
        both.begin()
        both.take(Step("number", 0))
        for step in taken:
            both.take(step)

    run()


def test_a_seat_that_neither_knows_is_begun_by_both_alike(server: ValkeyServer) -> None:
    both = Both(server)
    for first in ("open", "take_over", "beat", "release", "look", "revoke", "number"):
        both.begin()
        for call in (first, "open", "number", "open", "revoke", "open"):
            both.take(Step(call, 1))
