"""What every seat store must do, whatever it is made of.

A store's tests subclass SeatStoreContract and give it `stores`: a way to open the same seats
any number of times, as processes and hosts do.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from broadsheet.access import (
    Answer,
    Claim,
    Device,
    Gone,
    Granted,
    InUse,
    Revoked,
    Seat,
    Timings,
)
from broadsheet.seats import Displacement
from tests.seats.keeper import Keeper

TIMINGS = Timings()
KEY = "seat:7"
PHONE = Device("phone", "Safari on iPhone")
LAPTOP = Device("laptop", "Firefox en el portátil de Ana")
TABLET = Device("tablet", "Safari on iPad")

type OpenKeeper = Callable[[], Keeper]


@dataclass
class Clock:
    """The server's clock, put forward (or back) by hand."""

    now: float = 1_700_000_000.0

    def forward(self, seconds: float) -> None:
        self.now += seconds

    def back(self, seconds: float) -> None:
        self.now -= seconds


N = int(Clock.now * 1000)
"""The number, and the epoch before any grant, of a seat begun when the clock starts."""


def claim(device: Device, epoch: int, clock: Clock) -> Claim:
    """What a device was shown when the seat was in use under its `epoch`th grant."""
    return Claim(KEY, device.id, N + epoch, clock.now)


class SeatStoreContract:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def stores(self) -> OpenKeeper:
        raise NotImplementedError

    @pytest.fixture
    def store(self, stores: OpenKeeper) -> Keeper:
        store = stores()
        for key in (KEY, "seat:1", "seat:2"):
            assert store.number(key) == N
        return store

    # open

    def test_a_seat_that_nobody_holds_is_granted(self, store: Keeper, clock: Clock) -> None:
        answer = store.open(KEY, PHONE, N)
        assert answer == Granted(N + 1, clock.now + 90, fresh=True)
        assert store.look(KEY) == Seat(PHONE, N + 1, clock.now, clock.now + 90, N)

    def test_the_holder_renews_under_the_same_epoch(self, store: Keeper, clock: Clock) -> None:
        start = clock.now
        store.open(KEY, PHONE, N)
        clock.forward(60)
        assert store.open(KEY, PHONE, N) == Granted(N + 1, clock.now + 90, fresh=False)
        assert store.look(KEY) == Seat(PHONE, N + 1, start, clock.now + 90, N)

    def test_another_device_is_refused_and_the_holder_is_not_touched(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        before = store.look(KEY)
        clock.forward(30)
        assert store.open(KEY, PHONE, N) == InUse(LAPTOP, before.since, N + 1)
        assert store.look(KEY) == before

    def test_a_lease_that_ran_out_is_granted_to_whoever_asks_next(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        clock.forward(89.5)
        assert isinstance(store.open(KEY, PHONE, N), InUse)
        clock.forward(0.5)
        assert store.open(KEY, PHONE, N) == Granted(N + 2, clock.now + 90, fresh=True)

    def test_seats_do_not_know_of_each_other(self, store: Keeper, clock: Clock) -> None:
        store.open("seat:1", PHONE, N)
        store.open("seat:2", LAPTOP, N)
        store.revoke("seat:1", frozenset({"phone", "laptop"}))
        assert store.look("seat:2").held_by("laptop", clock.now)
        assert (store.number("seat:1"), store.number("seat:2")) == (N + 1, N)

    # take over

    def test_a_good_token_takes_the_seat_and_displaces_the_holder(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        token = claim(PHONE, 1, clock)
        clock.forward(20)
        answer = store.take_over(KEY, PHONE, token, N)
        assert answer == Granted(N + 2, clock.now + 90, fresh=True, displaced=LAPTOP)
        assert store.look(KEY) == Seat(PHONE, N + 2, clock.now, clock.now + 90, N)
        assert store.beat(KEY, LAPTOP, N + 1, N) == Gone(PHONE, clock.now)

    def test_a_repeated_takeover_gets_the_same_grant_and_is_told_to_nobody(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        token = claim(PHONE, 1, clock)
        store.take_over(KEY, PHONE, token, N)
        before, follower = store.look(KEY), store.follow()
        clock.forward(5)
        assert store.take_over(KEY, PHONE, token, N) == Granted(N + 2, before.expires, fresh=False)
        assert store.look(KEY) == before
        assert follower.heard() == []

    @pytest.mark.parametrize(
        "token",
        [
            None,
            Claim("seat:8", "phone", N + 1, Clock.now),
            Claim(KEY, "tablet", N + 1, Clock.now),
            Claim(KEY, "phone", N, Clock.now),
            Claim(KEY, "phone", N + 1, Clock.now - 120),
        ],
        ids=["none", "another seat's", "another device's", "another epoch's", "old"],
    )
    def test_a_token_that_is_not_good_takes_nothing(
        self, store: Keeper, clock: Clock, token: Claim | None
    ) -> None:
        store.open(KEY, LAPTOP, N)
        before = store.look(KEY)
        assert store.take_over(KEY, PHONE, token, N) == InUse(LAPTOP, clock.now, N + 1)
        assert store.look(KEY) == before

    def test_the_displaced_device_can_take_the_seat_back(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, LAPTOP, N)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), N)
        back = store.take_over(KEY, LAPTOP, claim(LAPTOP, 2, clock), N)
        assert back == Granted(N + 3, clock.now + 90, fresh=True, displaced=PHONE)

    def test_of_many_that_take_over_at_once_exactly_one_wins_and_the_others_are_told(
        self, stores: OpenKeeper, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        rivals = [Device(f"rival-{n}", f"Rival {n}") for n in range(8)]

        def rush(rival: Device) -> Answer:
            token = claim(rival, 1, clock)
            return stores().take_over(KEY, rival, token, N)

        with ThreadPoolExecutor(len(rivals)) as crowd:
            answers = dict(zip(rivals, crowd.map(rush, rivals), strict=True))
        (winner,) = (rival for rival, answer in answers.items() if isinstance(answer, Granted))
        assert answers.pop(winner) == Granted(N + 2, clock.now + 90, fresh=True, displaced=LAPTOP)
        assert set(answers.values()) == {InUse(winner, clock.now, N + 2)}

    # beat

    def test_a_beat_renews_the_holder_s_lease(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, PHONE, N)
        for _ in range(10):
            clock.forward(30)
            assert store.beat(KEY, PHONE, N + 1, N) == Granted(N + 1, clock.now + 90, fresh=False)
        assert isinstance(store.open(KEY, LAPTOP, N), InUse)

    def test_a_beat_after_the_lease_ran_out_is_gone_silently(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, N)
        clock.forward(90)
        assert store.beat(KEY, PHONE, N + 1, N) == Gone()
        assert not store.look(KEY).held(clock.now)

    # release

    def test_a_released_seat_is_free_ten_seconds_later(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, PHONE, N)
        store.release(KEY, PHONE, N + 1, N)
        clock.forward(9.5)
        assert isinstance(store.open(KEY, LAPTOP, N), InUse)
        clock.forward(0.5)
        assert store.open(KEY, LAPTOP, N) == Granted(N + 2, clock.now + 90, fresh=True)

    def test_a_second_release_does_not_put_the_end_off(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, PHONE, N)
        first = store.release(KEY, PHONE, N + 1, N)
        clock.forward(5)
        assert store.release(KEY, PHONE, N + 1, N) == first

    def test_a_tab_that_comes_back_keeps_the_lease(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, PHONE, N)
        store.release(KEY, PHONE, N + 1, N)
        clock.forward(5)
        assert store.beat(KEY, PHONE, N + 1, N) == Granted(N + 1, clock.now + 90, fresh=False)

    def test_a_late_release_never_frees_the_new_holder(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, LAPTOP, N)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), N)
        before = store.look(KEY)
        for epoch in (N + 1, N + 2):
            assert store.release(KEY, LAPTOP, epoch, N) == Gone()
        assert store.look(KEY) == before

    # revoke

    def test_a_seat_never_heard_of_is_nobody_s_to_read_until_a_pass_is_issued(
        self, stores: OpenKeeper, clock: Clock
    ) -> None:
        store = stores()
        for number in (0, N, N + 1):
            assert store.open(KEY, PHONE, number) == Revoked()
            assert store.take_over(KEY, PHONE, claim(PHONE, 0, clock), number) == Revoked()
            assert store.beat(KEY, PHONE, N, number) == Revoked()
            assert not store.vouches(KEY, number)
        assert store.look(KEY) == Seat()
        assert store.number(KEY) == N
        assert store.vouches(KEY, N)
        assert store.open(KEY, PHONE, N) == Granted(N + 1, clock.now + 90, fresh=True)

    def test_a_seat_begun_later_has_a_number_that_no_earlier_one_had(
        self, stores: OpenKeeper, clock: Clock
    ) -> None:
        clock.forward(0.001)
        assert stores().number(KEY) == N + 1

    def test_revoking_counts_up_and_every_older_pass_is_answered_revoked(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, N)
        assert store.revoke(KEY, frozenset()) == N + 1
        assert store.revoke(KEY, frozenset()) == N + 2
        assert store.number(KEY) == N + 2
        before = store.look(KEY)
        clock.forward(1)
        for number in (N, N + 1):
            assert not store.vouches(KEY, number)
            assert store.open(KEY, PHONE, number) == Revoked()
            assert store.take_over(KEY, LAPTOP, None, number) == Revoked()
            assert store.beat(KEY, PHONE, N + 1, number) == Revoked()
            assert store.release(KEY, PHONE, N + 1, number) == Revoked()
        assert store.look(KEY) == before

    def test_a_pass_with_the_new_number_reads_on_under_the_lease_it_had(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, N)
        number = store.revoke(KEY, frozenset({"laptop"}))
        assert store.open(KEY, PHONE, number) == Granted(N + 1, clock.now + 90, fresh=False)

    def test_revoking_a_device_ends_its_lease_at_once(self, store: Keeper, clock: Clock) -> None:
        store.open(KEY, PHONE, N)
        number = store.revoke(KEY, frozenset({"phone"}))
        assert not store.look(KEY).held(clock.now)
        assert store.open(KEY, LAPTOP, number) == Granted(N + 2, clock.now + 90, fresh=True)

    def test_a_seat_can_be_revoked_before_anybody_has_opened_it(
        self, store: Keeper, clock: Clock
    ) -> None:
        assert store.revoke(KEY, frozenset({"phone"})) == N + 1
        assert store.open(KEY, PHONE, N) == Revoked()
        assert store.open(KEY, PHONE, N + 1) == Granted(N + 1, clock.now + 90, fresh=True)

    # displacements

    def test_a_takeover_is_told_to_those_who_follow(self, store: Keeper, clock: Clock) -> None:
        follower = store.follow()
        store.open(KEY, LAPTOP, N)
        assert follower.heard() == []
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), N)
        assert follower.heard() == [Displacement(KEY, "laptop", PHONE.label, clock.now)]
        assert follower.heard() == []

    def test_a_lease_that_was_ended_is_told_without_a_label(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, N)
        follower = store.follow()
        store.revoke(KEY, frozenset({"laptop"}))
        store.revoke(KEY, frozenset({"phone"}))
        assert follower.heard() == [Displacement(KEY, "phone", "", clock.now)]

    def test_who_begins_to_follow_is_not_told_of_the_past(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), N)
        follower = store.follow()
        store.take_over(KEY, TABLET, claim(TABLET, 2, clock), N)
        assert [one.device for one in follower.heard()] == ["phone"]

    def test_displacements_on_any_host_are_told_in_the_order_in_which_they_came(
        self, stores: OpenKeeper, store: Keeper, clock: Clock
    ) -> None:
        first, second, follower = stores(), stores(), store.follow()
        first.open(KEY, LAPTOP, N)
        for epoch, (there, device) in enumerate([(first, PHONE), (second, TABLET)], start=1):
            clock.forward(1)
            there.take_over(KEY, device, claim(device, epoch, clock), N)
        told = [(one.device, one.by, one.at) for one in follower.heard()]
        assert told == [
            ("laptop", PHONE.label, clock.now - 1),
            ("phone", TABLET.label, clock.now),
        ]

    def test_a_label_may_hold_whatever_people_write(self, store: Keeper, clock: Clock) -> None:
        odd = Device("odd", "Ana|s %d “phone” {seat:8}\n📱")
        follower = store.follow()
        store.open(KEY, LAPTOP, N)
        store.take_over(KEY, odd, claim(odd, 1, clock), N)
        assert store.look(KEY).holder == odd
        assert store.open(KEY, LAPTOP, N) == InUse(odd, clock.now, N + 2)
        assert [one.by for one in follower.heard()] == [odd.label]

    # many stores, and a clock that steps back

    def test_what_one_store_grants_every_other_sees_at_once(
        self, stores: OpenKeeper, clock: Clock
    ) -> None:
        assert stores().number(KEY) == N
        here, there = stores(), stores()
        here.open(KEY, LAPTOP, N)
        assert there.open(KEY, PHONE, N) == InUse(LAPTOP, clock.now, N + 1)
        there.revoke(KEY, frozenset({"laptop"}))
        assert here.number(KEY) == N + 1
        assert here.open(KEY, LAPTOP, N) == Revoked()

    def test_of_many_that_open_a_free_seat_at_once_exactly_one_is_granted(
        self, stores: OpenKeeper, clock: Clock
    ) -> None:
        assert stores().number(KEY) == N
        rivals = [Device(f"rival-{n}", f"Rival {n}") for n in range(8)]
        with ThreadPoolExecutor(len(rivals)) as crowd:
            answers = list(crowd.map(lambda rival: stores().open(KEY, rival, N), rivals))
        granted = [answer for answer in answers if isinstance(answer, Granted)]
        assert granted == [Granted(N + 1, clock.now + 90, fresh=True)]
        assert sum(isinstance(answer, InUse) for answer in answers) == len(rivals) - 1

    def test_the_site_s_threads_may_share_a_store(self, store: Keeper) -> None:
        with ThreadPoolExecutor(4) as crowd:
            numbers = list(crowd.map(lambda n: store.revoke(KEY, frozenset()), range(100)))
        assert sorted(numbers) == [N + n for n in range(1, 101)]

    def test_a_clock_that_steps_back_does_not_lock_a_seat_for_long(
        self, store: Keeper, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, N)
        clock.back(86_400)
        assert store.look(KEY).expires == clock.now + 90
        assert store.open(KEY, PHONE, N) == InUse(LAPTOP, clock.now, N + 1)
        clock.forward(90)
        assert store.open(KEY, PHONE, N) == Granted(N + 2, clock.now + 90, fresh=True)
