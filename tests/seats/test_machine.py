"""Any sequence of calls, against the rule's table and against what must hold, always.

Two things watch each step: the table as tests/histories/seat_rule.py has it, and a witness that
knows no table, only what devices were told, and what the rule promises them.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from broadsheet.access import Answer, Claim, Device, Gone, Granted, InUse, Revoked, Timings
from broadsheet.gate.seals import Seals
from broadsheet.seats import Displacement, SeatStore, SqliteSeatStore, ValkeySeatStore
from broadsheet.seats import sqlite as seats_sqlite
from tests.histories.seat_rule import (
    AskNumber,
    Beat,
    Call,
    DeviceCall,
    Known,
    Lease,
    Look,
    Open,
    Release,
    Revoke,
    SeatRule,
    State,
    TakeOver,
    Ticks,
    Told,
    perform,
)
from tests.seats.keeper import Follower, Keeper
from tests.servers.valkey import valkey_server

TIMINGS = Timings()
START = 1_700_000_000
A, B, C = (Device(name, f"{name.upper()}'s label") for name in "abc")
SEALS = Seals(["the-paper-s-key"])
FORGERS = Seals(["not-the-paper-s-key"])

devices = st.sampled_from([A, B, C])
pauses = st.tuples(st.sampled_from([0, 1, 10, 30, 90, 120]), st.sampled_from([-1, 0, 1]))
"""Seconds, and ticks more."""


@dataclass
class House:
    """One store, its clock in ticks, and somebody who asks it."""

    store: SeatStore
    ticks: Ticks
    now: int
    keeper: Keeper
    follower: Follower

    def perform(self, key: str, call: Call) -> Told:
        return self.keeper.run(perform(self.store, key, call, self.ticks)).told


class Witness:
    """What the three devices were told, and whether it can all be true (rule: Must hold)."""

    def __init__(self, key: str, ticks: Ticks, epoch: int) -> None:
        self._key = key
        self._lease, self._takeover = ticks.of(TIMINGS.lease), ticks.of(TIMINGS.takeover)
        self._before = epoch
        self._leases: dict[str, float] = {}
        self._shown: dict[tuple[str, int], int] = {}
        self._owners: dict[int, str] = {}

    def sees(self, call: DeviceCall, answer: Answer, now: int) -> None:
        if isinstance(answer, Revoked):
            return
        device = call.device.id
        # No lease may outlast a full one from now, should the clock have stepped back.
        longest = now + self._lease
        self._leases = {d: min(e, longest) for d, e in self._leases.items() if now < e}
        if isinstance(answer, Granted):
            self._granted(call, answer, now)
        elif isinstance(answer, InUse) or answer.by is not None or self._is_a_true_beat(call):
            assert device not in self._leases, "a lease ended, and nobody had chosen it"
        if isinstance(answer, InUse):
            assert isinstance(call, Open | TakeOver)
            self._shown[device, answer.epoch] = now
        assert len(self._leases) <= 1, "two unexpired leases"

    def ends(self, ending: frozenset[str]) -> None:
        for device in ending:
            self._leases.pop(device, None)

    def _is_a_true_beat(self, call: DeviceCall) -> bool:
        return isinstance(call, Beat) and call.epoch <= self.epoch

    def _granted(self, call: DeviceCall, granted: Granted, now: int) -> None:
        device = call.device.id
        if granted.displaced is not None:
            assert isinstance(call, TakeOver), "somebody was displaced without a takeover"
            seen = self._shown.get((device, granted.epoch - 1))
            assert seen is not None, "a takeover by who had not seen the seat in use"
            assert 0 <= now - seen < self._takeover, "a takeover with an old token"
            self._leases.pop(granted.displaced.id, None)
        if granted.fresh:
            assert granted.epoch > self.epoch, "an epoch did not grow"
            self._owners[granted.epoch] = device
        assert self._owners[granted.epoch] == device, "a lease under another's epoch"
        assert granted.epoch == max(self._owners), "a lease under an old epoch"
        self._leases[device] = granted.expires

    @property
    def epoch(self) -> int:
        return max(self._owners, default=self._before)

    def holders(self, now: int) -> set[str]:
        return {device for device, expires in self._leases.items() if now < expires}


class SeatMachine(RuleBasedStateMachine):
    tokens: Bundle[str] = Bundle("tokens")

    def __init__(self, house: House, key: str) -> None:
        super().__init__()
        self.house, self.key = house, key
        house.now = house.ticks.of(START)
        self.table = SeatRule(key, TIMINGS, house.ticks)
        self.known: Known = None
        self.follow(AskNumber(), house.perform(key, AskNumber()))
        self.numbers = {device.id: self.state.number for device in (A, B, C)}
        self.witness = Witness(key, house.ticks, self.state.epoch)
        self.expected_news: list[Displacement] = []

    @property
    def state(self) -> State:
        assert self.known is not None
        return self.known

    def ask(self, call: DeviceCall) -> Answer:
        answer = self.house.perform(self.key, call)
        self.follow(call, answer)
        assert isinstance(answer, Granted | InUse | Gone | Revoked)
        self.witness.sees(call, answer, self.house.now)
        if isinstance(answer, Granted) and answer.displaced is not None:
            self.expect(answer.displaced.id, call.device.label)
        return answer

    def expect(self, displaced: str, by: str) -> None:
        self.expected_news.append(Displacement(self.key, displaced, by, self.now))

    def follow(self, call: Call, told: Told) -> None:
        self.known, expected = self.table.step(self.known, call, self.house.now)
        assert told == expected

    @property
    def now(self) -> float:
        """Seconds, as a claim has them."""
        return self.house.ticks.seconds(self.house.now)

    def token(self, device: Device, answer: Answer) -> MultipleResults[str]:
        """The token that the gate puts into the dialog, when there is one."""
        if not isinstance(answer, InUse):
            return multiple()
        return multiple(SEALS.seal_claim(Claim(self.key, device.id, answer.epoch, self.now)))

    @rule(target=tokens, device=devices)
    def opens_an_article(self, device: Device) -> MultipleResults[str]:
        answer = self.ask(Open(device, self.numbers[device.id]))
        return self.token(device, answer)

    @rule(target=tokens, device=devices, token=tokens)
    def takes_over_with_any_token_that_ever_was(
        self, device: Device, token: str
    ) -> MultipleResults[str]:
        claim = SEALS.read_claim(token)
        assert claim is not None
        answer = self.ask(TakeOver(device, claim, self.numbers[device.id]))
        return self.token(device, answer)

    @rule(device=devices)
    def takes_over_without_a_token(self, device: Device) -> None:
        self.ask(TakeOver(device, None, self.numbers[device.id]))

    @rule(device=devices)
    def takes_over_with_another_seat_s_token(self, device: Device) -> None:
        token = SEALS.seal_claim(Claim("seat:other", device.id, self.state.epoch, self.now))
        claim = SEALS.read_claim(token)
        assert claim is not None
        self.ask(TakeOver(device, claim, self.numbers[device.id]))

    @rule(device=devices)
    def takes_over_with_a_forged_token(self, device: Device) -> None:
        token = FORGERS.seal_claim(Claim(self.key, device.id, self.state.epoch, self.now))
        claim = SEALS.read_claim(token)
        self.ask(TakeOver(device, claim, self.numbers[device.id]))

    @rule(order=st.permutations([A, B, C]))
    def two_take_over_at_once(self, order: list[Device]) -> None:
        holder, first, second = order
        for device in order:
            self.numbers[device.id] = self.state.number
        self.ask(Open(holder, self.state.number))
        seen = [self.ask(Open(device, self.state.number)) for device in (first, second)]
        if not all(isinstance(one, InUse) and one.holder == holder for one in seen):
            return  # one of them was reading already
        epoch = self.state.epoch
        won, lost = (
            self.ask(
                TakeOver(
                    device,
                    Claim(self.key, device.id, epoch, self.now),
                    self.state.number,
                )
            )
            for device in (first, second)
        )
        assert isinstance(won, Granted)
        assert won.displaced == holder
        assert lost == InUse(first, self.house.now, won.epoch)
        told = self.ask(Beat(holder, won.epoch - 1, self.state.number))
        assert told == Gone(first, self.house.now)

    @rule(device=devices, behind=st.integers(-2, 2))
    def beats(self, device: Device, behind: int) -> None:
        epoch = max(0, self.state.epoch - behind)
        self.ask(Beat(device, epoch, self.numbers[device.id]))

    @rule(device=devices, behind=st.integers(-2, 2))
    def releases(self, device: Device, behind: int) -> None:
        epoch = max(0, self.state.epoch - behind)
        self.ask(Release(device, epoch, self.numbers[device.id]))

    @rule(ending=st.frozensets(st.sampled_from("abc"), max_size=2))
    def is_revoked(self, ending: frozenset[str]) -> None:
        call, holder = Revoke(ending), self.state.holder
        self.follow(call, self.house.perform(self.key, call))
        self.witness.ends(ending)
        if holder is not None and holder.id in ending:
            self.expect(holder.id, "")

    @rule(device=devices)
    def gets_a_new_pass(self, device: Device) -> None:
        number = self.house.perform(self.key, AskNumber())
        self.follow(AskNumber(), number)
        self.numbers[device.id] = self.state.number

    @rule(pause=pauses | st.tuples(st.integers(0, 200), st.integers(0, 999)))
    def time_passes(self, pause: tuple[int, int]) -> None:
        self.house.now += max(0, self.ticks(pause))

    @rule(pause=pauses | st.tuples(st.integers(0, 5000), st.integers(0, 999)))
    def the_clock_steps_back(self, pause: tuple[int, int]) -> None:
        self.house.now -= max(0, self.ticks(pause))

    def ticks(self, pause: tuple[int, int]) -> int:
        return self.house.ticks.of(pause[0]) + pause[1]

    @invariant()
    def the_store_shows_what_devices_were_told(self) -> None:
        seen = self.house.perform(self.key, Look())
        self.follow(Look(), seen)
        assert isinstance(seen, Lease)
        assert seen.epoch == self.witness.epoch
        holder = {seen.held[0].id} if seen.held is not None else set()
        assert self.witness.holders(self.house.now) <= holder

    @rule()
    def who_was_displaced_is_told_once(self) -> None:
        assert self.house.follower.heard() == self.expected_news
        self.expected_news = []

    def teardown(self) -> None:
        self.who_was_displaced_is_told_once()


type OpenStore = Callable[[Callable[[], float]], SeatStore]


@pytest.fixture
def sqlite_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenStore:
    monkeypatch.setattr(seats_sqlite, "LOOK", 0.001)
    monkeypatch.setattr(seats_sqlite, "TOLD_FOR", float("inf"))  # the clock here is fast
    return lambda clock: SqliteSeatStore(tmp_path / "seats.db", TIMINGS, 10.0, clock)


@pytest.fixture
def valkey_store() -> Iterator[OpenStore]:
    with valkey_server() as server:
        yield lambda clock: ValkeySeatStore(server.url, TIMINGS, 10.0, passes=1e6, clock=clock)


@pytest.mark.parametrize(
    ("kind", "ticks"), [("sqlite_store", 1024), ("valkey_store", 1000)], ids=["sqlite", "valkey"]
)
def test_no_sequence_of_calls_breaks_the_rule(
    request: pytest.FixtureRequest, kind: str, ticks: int
) -> None:
    open_store: OpenStore = request.getfixturevalue(kind)
    store = open_store(lambda: house.ticks.seconds(house.now))
    keeper, exact = Keeper(store), Ticks(ticks)
    house = House(store, exact, exact.of(START), keeper, keeper.follow())
    seats = itertools.count()
    run_state_machine_as_test(
        lambda: SeatMachine(house, f"seat:{next(seats)}"),  # type: ignore[arg-type]
        settings=settings(
            max_examples=80,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
