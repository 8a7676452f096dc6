"""Any sequence of calls, against the rule's table and against what must hold, always.

Two things watch each step: the table as tests/histories/seat_rule.py has it, and a witness that
knows no table, only what devices were told, and what the rule promises them.
"""

import itertools
from pathlib import Path

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
from broadsheet.seats import Displacement, SeatStore, SqliteSeatStore
from tests.histories.seat_rule import (
    Beat,
    Call,
    DeviceCall,
    Look,
    Open,
    Release,
    Revoke,
    SeatRule,
    Seen,
    State,
    TakeOver,
    Told,
    perform,
)

TIMINGS = Timings()
A, B, C = (Device(name, f"{name.upper()}'s label") for name in "abc")
SEALS = Seals(["the-paper-s-key"])
FORGERS = Seals(["not-the-paper-s-key"])

devices = st.sampled_from([A, B, C])
pauses = st.sampled_from([0.001, 1.0, 9.999, 10.0, 30.0, 89.999, 90.0, 119.999, 120.0, 121.0])


class Witness:
    """What the three devices were told, and whether it can all be true (rule: Must hold)."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._leases: dict[str, float] = {}
        self._shown: dict[tuple[str, int], float] = {}
        self._owners: dict[int, str] = {}

    def sees(self, call: Open | TakeOver | Beat | Release, answer: Answer) -> None:
        if isinstance(answer, Revoked):
            return
        device, now = call.device.id, call.now
        # No lease may outlast a full one from now, should the clock have stepped back.
        longest = now + TIMINGS.lease
        self._leases = {d: min(e, longest) for d, e in self._leases.items() if now < e}
        if isinstance(answer, Granted):
            self._granted(call, answer)
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

    def _granted(self, call: DeviceCall, granted: Granted) -> None:
        device = call.device.id
        if granted.displaced is not None:
            assert isinstance(call, TakeOver), "somebody was displaced without a takeover"
            seen = self._shown.get((device, granted.epoch - 1))
            assert seen is not None, "a takeover by who had not seen the seat in use"
            assert 0 <= call.now - seen < TIMINGS.takeover, "a takeover with an old token"
            self._leases.pop(granted.displaced.id, None)
        if granted.fresh:
            assert granted.epoch > max(self._owners, default=0), "an epoch did not grow"
            self._owners[granted.epoch] = device
        assert self._owners[granted.epoch] == device, "a lease under another's epoch"
        assert granted.epoch == max(self._owners), "a lease under an old epoch"
        self._leases[device] = granted.expires

    @property
    def epoch(self) -> int:
        return max(self._owners, default=0)

    def holders(self, now: float) -> set[str]:
        return {device for device, expires in self._leases.items() if now < expires}


class SeatMachine(RuleBasedStateMachine):
    tokens: Bundle[str] = Bundle("tokens")

    def __init__(self, store: SeatStore, key: str) -> None:
        super().__init__()
        self.store, self.key = store, key
        self.now = 1_700_000_000.0
        self.numbers = {device.id: 0 for device in (A, B, C)}
        self.table, self.state = SeatRule(key, TIMINGS), State()
        self.witness = Witness(key)
        self.cursor, _ = store.displacements(-1)
        self.expected_news: list[Displacement] = []

    def ask(self, call: DeviceCall) -> Answer:
        answer = perform(self.store, self.key, call)
        self.follow(call, answer)
        assert isinstance(answer, Granted | InUse | Gone | Revoked)
        self.witness.sees(call, answer)
        if isinstance(answer, Granted) and answer.displaced is not None:
            news = Displacement(self.key, answer.displaced.id, call.device.label, self.now)
            self.expected_news.append(news)
        return answer

    def follow(self, call: Call, told: Told) -> None:
        self.state, expected = self.table.step(self.state, call)
        assert told == expected

    def token(self, device: Device, answer: Answer) -> MultipleResults[str]:
        """The token that the gate puts into the dialog, when there is one."""
        if not isinstance(answer, InUse):
            return multiple()
        return multiple(SEALS.seal_claim(Claim(self.key, device.id, answer.epoch, self.now)))

    @rule(target=tokens, device=devices)
    def opens_an_article(self, device: Device) -> MultipleResults[str]:
        answer = self.ask(Open(device, self.numbers[device.id], self.now))
        return self.token(device, answer)

    @rule(target=tokens, device=devices, token=tokens)
    def takes_over_with_any_token_that_ever_was(
        self, device: Device, token: str
    ) -> MultipleResults[str]:
        claim = SEALS.read_claim(token)
        assert claim is not None
        answer = self.ask(TakeOver(device, claim, self.numbers[device.id], self.now))
        return self.token(device, answer)

    @rule(device=devices)
    def takes_over_without_a_token(self, device: Device) -> None:
        self.ask(TakeOver(device, None, self.numbers[device.id], self.now))

    @rule(device=devices)
    def takes_over_with_another_seat_s_token(self, device: Device) -> None:
        token = SEALS.seal_claim(Claim("seat:other", device.id, self.state.epoch, self.now))
        claim = SEALS.read_claim(token)
        assert claim is not None
        self.ask(TakeOver(device, claim, self.numbers[device.id], self.now))

    @rule(device=devices)
    def takes_over_with_a_forged_token(self, device: Device) -> None:
        token = FORGERS.seal_claim(Claim(self.key, device.id, self.state.epoch, self.now))
        claim = SEALS.read_claim(token)
        self.ask(TakeOver(device, claim, self.numbers[device.id], self.now))

    @rule(order=st.permutations([A, B, C]))
    def two_take_over_at_once(self, order: list[Device]) -> None:
        holder, first, second = order
        for device in order:
            self.numbers[device.id] = self.state.number
        self.ask(Open(holder, self.state.number, self.now))
        seen = [self.ask(Open(device, self.state.number, self.now)) for device in (first, second)]
        if not all(isinstance(one, InUse) and one.holder == holder for one in seen):
            return  # one of them was reading already
        epoch = self.state.epoch
        won, lost = (
            self.ask(
                TakeOver(
                    device,
                    Claim(self.key, device.id, epoch, self.now),
                    self.state.number,
                    self.now,
                )
            )
            for device in (first, second)
        )
        assert isinstance(won, Granted)
        assert won.displaced == holder
        assert lost == InUse(first, self.now, won.epoch)
        told = self.ask(Beat(holder, won.epoch - 1, self.state.number, self.now))
        assert told == Gone(first, self.now)

    @rule(device=devices, behind=st.integers(-2, 2))
    def beats(self, device: Device, behind: int) -> None:
        epoch = max(0, self.state.epoch - behind)
        self.ask(Beat(device, epoch, self.numbers[device.id], self.now))

    @rule(device=devices, behind=st.integers(-2, 2))
    def releases(self, device: Device, behind: int) -> None:
        epoch = max(0, self.state.epoch - behind)
        self.ask(Release(device, epoch, self.numbers[device.id], self.now))

    @rule(ending=st.frozensets(st.sampled_from("abc"), max_size=2))
    def is_revoked(self, ending: frozenset[str]) -> None:
        call = Revoke(ending, self.now)
        holder = self.state.holder
        self.follow(call, perform(self.store, self.key, call))
        self.witness.ends(ending)
        if holder is not None and holder.id in ending:
            self.expected_news.append(Displacement(self.key, holder.id, "", self.now))

    @rule(device=devices)
    def gets_a_new_pass(self, device: Device) -> None:
        self.numbers[device.id] = self.store.number(self.key)
        assert self.numbers[device.id] == self.state.number

    @rule(seconds=pauses | st.floats(0, 200))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(seconds=pauses | st.floats(0, 5000))
    def the_clock_steps_back(self, seconds: float) -> None:
        self.now -= seconds

    @invariant()
    def the_store_shows_what_devices_were_told(self) -> None:
        seen = perform(self.store, self.key, Look(self.now))
        self.follow(Look(self.now), seen)
        assert isinstance(seen, Seen)
        assert seen.epoch == self.witness.epoch
        holder = {seen.lease[0].id} if seen.lease is not None else set()
        assert self.witness.holders(self.now) <= holder

    @invariant()
    def who_was_displaced_is_told_once(self) -> None:
        self.cursor, news = self.store.displacements(self.cursor)
        assert list(news) == self.expected_news
        self.expected_news = []


def test_no_sequence_of_calls_breaks_the_rule(tmp_path: Path) -> None:
    store = SqliteSeatStore(tmp_path / "seats.db", TIMINGS, budget=10.0)
    seats = itertools.count()
    run_state_machine_as_test(
        lambda: SeatMachine(store, f"seat:{next(seats)}"),  # type: ignore[arg-type]
        settings=settings(
            max_examples=150,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
