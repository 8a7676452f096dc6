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
from broadsheet.seats import Displacement, SeatStore

TIMINGS = Timings()
KEY = "seat:7"
PHONE = Device("phone", "Safari on iPhone")
LAPTOP = Device("laptop", "Firefox en el portátil de Ana")
TABLET = Device("tablet", "Safari on iPad")

type OpenStore = Callable[[], SeatStore]


@dataclass
class Clock:
    """The server's clock, put forward (or back) by hand."""

    now: float = 1_700_000_000.0

    def forward(self, seconds: float) -> None:
        self.now += seconds

    def back(self, seconds: float) -> None:
        self.now -= seconds


def claim(device: Device, epoch: int, clock: Clock) -> Claim:
    return Claim(KEY, device.id, epoch, clock.now)


class SeatStoreContract:
    @pytest.fixture
    def stores(self) -> OpenStore:
        raise NotImplementedError

    @pytest.fixture
    def store(self, stores: OpenStore) -> SeatStore:
        return stores()

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    # open

    def test_a_seat_never_heard_of_is_granted(self, store: SeatStore, clock: Clock) -> None:
        answer = store.open(KEY, PHONE, 0, clock.now)
        assert answer == Granted(1, clock.now + 90, fresh=True)
        assert store.look(KEY, clock.now) == Seat(PHONE, 1, clock.now, clock.now + 90, 0)

    def test_the_holder_renews_under_the_same_epoch(self, store: SeatStore, clock: Clock) -> None:
        start = clock.now
        store.open(KEY, PHONE, 0, clock.now)
        clock.forward(60)
        assert store.open(KEY, PHONE, 0, clock.now) == Granted(1, clock.now + 90, fresh=False)
        assert store.look(KEY, clock.now) == Seat(PHONE, 1, start, clock.now + 90, 0)

    def test_another_device_is_refused_and_the_holder_is_not_touched(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        before = store.look(KEY, clock.now)
        clock.forward(30)
        assert store.open(KEY, PHONE, 0, clock.now) == InUse(LAPTOP, before.since, 1)
        assert store.look(KEY, clock.now) == before

    def test_a_lease_that_ran_out_is_granted_to_whoever_asks_next(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        clock.forward(89.5)
        assert isinstance(store.open(KEY, PHONE, 0, clock.now), InUse)
        clock.forward(0.5)
        assert store.open(KEY, PHONE, 0, clock.now) == Granted(2, clock.now + 90, fresh=True)

    def test_seats_do_not_know_of_each_other(self, store: SeatStore, clock: Clock) -> None:
        store.open("seat:1", PHONE, 0, clock.now)
        store.open("seat:2", LAPTOP, 0, clock.now)
        store.revoke("seat:1", frozenset({"phone", "laptop"}), clock.now)
        assert store.look("seat:2", clock.now).held_by("laptop", clock.now)
        assert (store.number("seat:1"), store.number("seat:2")) == (1, 0)

    # take over

    def test_a_good_token_takes_the_seat_and_displaces_the_holder(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        token = claim(PHONE, 1, clock)
        clock.forward(20)
        answer = store.take_over(KEY, PHONE, token, 0, clock.now)
        assert answer == Granted(2, clock.now + 90, fresh=True, displaced=LAPTOP)
        assert store.look(KEY, clock.now) == Seat(PHONE, 2, clock.now, clock.now + 90, 0)
        assert store.beat(KEY, LAPTOP, 1, 0, clock.now) == Gone(PHONE, clock.now)

    def test_a_repeated_takeover_gets_the_same_grant_and_is_told_to_nobody(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        token = claim(PHONE, 1, clock)
        store.take_over(KEY, PHONE, token, 0, clock.now)
        before, (cursor, _) = store.look(KEY, clock.now), store.displacements(-1)
        clock.forward(5)
        assert store.take_over(KEY, PHONE, token, 0, clock.now) == Granted(
            2, before.expires, fresh=False
        )
        assert store.look(KEY, clock.now) == before
        assert store.displacements(cursor) == (cursor, [])

    @pytest.mark.parametrize(
        "token",
        [
            None,
            Claim("seat:8", "phone", 1, Clock.now),
            Claim(KEY, "tablet", 1, Clock.now),
            Claim(KEY, "phone", 0, Clock.now),
            Claim(KEY, "phone", 1, Clock.now - 120),
        ],
        ids=["none", "another seat's", "another device's", "another epoch's", "old"],
    )
    def test_a_token_that_is_not_good_takes_nothing(
        self, store: SeatStore, clock: Clock, token: Claim | None
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        before = store.look(KEY, clock.now)
        assert store.take_over(KEY, PHONE, token, 0, clock.now) == InUse(LAPTOP, clock.now, 1)
        assert store.look(KEY, clock.now) == before

    def test_the_displaced_device_can_take_the_seat_back(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), 0, clock.now)
        back = store.take_over(KEY, LAPTOP, claim(LAPTOP, 2, clock), 0, clock.now)
        assert back == Granted(3, clock.now + 90, fresh=True, displaced=PHONE)

    def test_of_many_that_take_over_at_once_exactly_one_wins_and_the_others_are_told(
        self, stores: OpenStore, clock: Clock
    ) -> None:
        stores().open(KEY, LAPTOP, 0, clock.now)
        rivals = [Device(f"rival-{n}", f"Rival {n}") for n in range(8)]

        def rush(rival: Device) -> Answer:
            token = claim(rival, 1, clock)
            return stores().take_over(KEY, rival, token, 0, clock.now)

        with ThreadPoolExecutor(len(rivals)) as crowd:
            answers = dict(zip(rivals, crowd.map(rush, rivals), strict=True))
        (winner,) = (rival for rival, answer in answers.items() if isinstance(answer, Granted))
        assert answers.pop(winner) == Granted(2, clock.now + 90, fresh=True, displaced=LAPTOP)
        assert set(answers.values()) == {InUse(winner, clock.now, 2)}

    # beat

    def test_a_beat_renews_the_holder_s_lease(self, store: SeatStore, clock: Clock) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        for _ in range(10):
            clock.forward(30)
            assert store.beat(KEY, PHONE, 1, 0, clock.now) == Granted(
                1, clock.now + 90, fresh=False
            )
        assert isinstance(store.open(KEY, LAPTOP, 0, clock.now), InUse)

    def test_a_beat_after_the_lease_ran_out_is_gone_silently(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        clock.forward(90)
        assert store.beat(KEY, PHONE, 1, 0, clock.now) == Gone()
        assert store.beat("seat:never", PHONE, 1, 0, clock.now) == Gone()
        assert not store.look(KEY, clock.now).held(clock.now)

    # release

    def test_a_released_seat_is_free_ten_seconds_later(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        store.release(KEY, PHONE, 1, 0, clock.now)
        clock.forward(9.5)
        assert isinstance(store.open(KEY, LAPTOP, 0, clock.now), InUse)
        clock.forward(0.5)
        assert store.open(KEY, LAPTOP, 0, clock.now) == Granted(2, clock.now + 90, fresh=True)

    def test_a_second_release_does_not_put_the_end_off(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        first = store.release(KEY, PHONE, 1, 0, clock.now)
        clock.forward(5)
        assert store.release(KEY, PHONE, 1, 0, clock.now) == first

    def test_a_tab_that_comes_back_keeps_the_lease(self, store: SeatStore, clock: Clock) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        store.release(KEY, PHONE, 1, 0, clock.now)
        clock.forward(5)
        assert store.beat(KEY, PHONE, 1, 0, clock.now) == Granted(1, clock.now + 90, fresh=False)

    def test_a_late_release_never_frees_the_new_holder(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), 0, clock.now)
        before = store.look(KEY, clock.now)
        for epoch in (1, 2):
            assert store.release(KEY, LAPTOP, epoch, 0, clock.now) == Gone()
        assert store.look(KEY, clock.now) == before

    # revoke

    def test_the_number_of_a_seat_never_heard_of_is_nought(self, store: SeatStore) -> None:
        assert store.number(KEY) == 0

    def test_revoking_counts_up_and_every_older_pass_is_answered_revoked(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        assert store.revoke(KEY, frozenset(), clock.now) == 1
        assert store.revoke(KEY, frozenset(), clock.now) == 2
        assert store.number(KEY) == 2
        before = store.look(KEY, clock.now)
        clock.forward(1)
        for number in (0, 1):
            assert store.open(KEY, PHONE, number, clock.now) == Revoked()
            assert store.take_over(KEY, LAPTOP, None, number, clock.now) == Revoked()
            assert store.beat(KEY, PHONE, 1, number, clock.now) == Revoked()
            assert store.release(KEY, PHONE, 1, number, clock.now) == Revoked()
        assert store.look(KEY, clock.now) == before

    def test_a_pass_with_the_new_number_reads_on_under_the_lease_it_had(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        number = store.revoke(KEY, frozenset({"laptop"}), clock.now)
        assert store.open(KEY, PHONE, number, clock.now) == Granted(1, clock.now + 90, fresh=False)

    def test_revoking_a_device_ends_its_lease_at_once(self, store: SeatStore, clock: Clock) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        number = store.revoke(KEY, frozenset({"phone"}), clock.now)
        assert not store.look(KEY, clock.now).held(clock.now)
        assert store.open(KEY, LAPTOP, number, clock.now) == Granted(2, clock.now + 90, fresh=True)

    def test_a_seat_can_be_revoked_before_anybody_has_opened_it(
        self, store: SeatStore, clock: Clock
    ) -> None:
        assert store.revoke(KEY, frozenset({"phone"}), clock.now) == 1
        assert store.open(KEY, PHONE, 0, clock.now) == Revoked()
        assert store.open(KEY, PHONE, 1, clock.now) == Granted(1, clock.now + 90, fresh=True)

    # displacements

    def test_a_takeover_is_told_to_those_who_follow(self, store: SeatStore, clock: Clock) -> None:
        cursor, earlier = store.displacements(-1)
        assert list(earlier) == []
        store.open(KEY, LAPTOP, 0, clock.now)
        assert list(store.displacements(cursor)[1]) == []
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), 0, clock.now)
        cursor, news = store.displacements(cursor)
        assert list(news) == [Displacement(KEY, "laptop", PHONE.label, clock.now)]
        assert list(store.displacements(cursor)[1]) == []

    def test_a_lease_that_was_ended_is_told_without_a_label(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, PHONE, 0, clock.now)
        cursor, _ = store.displacements(-1)
        store.revoke(KEY, frozenset({"laptop"}), clock.now)
        store.revoke(KEY, frozenset({"phone"}), clock.now)
        assert list(store.displacements(cursor)[1]) == [Displacement(KEY, "phone", "", clock.now)]

    def test_who_begins_to_follow_is_not_told_of_the_past(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), 0, clock.now)
        cursor, news = store.displacements(-1)
        assert list(news) == []
        store.take_over(KEY, TABLET, claim(TABLET, 2, clock), 0, clock.now)
        assert [one.device for one in store.displacements(cursor)[1]] == ["phone"]

    def test_displacements_are_told_in_the_order_in_which_they_came(
        self, stores: OpenStore, clock: Clock
    ) -> None:
        first, second = stores(), stores()
        cursor, _ = second.displacements(-1)
        first.open(KEY, LAPTOP, 0, clock.now)
        for epoch, (store, device) in enumerate([(first, PHONE), (second, TABLET)], start=1):
            clock.forward(1)
            store.take_over(KEY, device, claim(device, epoch, clock), 0, clock.now)
        told = [(one.device, one.by, one.at) for one in second.displacements(cursor)[1]]
        assert told == [
            ("laptop", PHONE.label, clock.now - 1),
            ("phone", TABLET.label, clock.now),
        ]

    def test_a_late_follower_still_hears_of_the_last_hour_when_more_has_happened(
        self, store: SeatStore, clock: Clock
    ) -> None:
        cursor, _ = store.displacements(-1)
        store.open(KEY, LAPTOP, 0, clock.now)
        for epoch, device in enumerate([PHONE, LAPTOP, PHONE], start=1):
            clock.forward(80)
            store.take_over(KEY, device, claim(device, epoch, clock), 0, clock.now)
        cursor, news = store.displacements(cursor)
        assert [one.device for one in news] == ["laptop", "phone", "laptop"]
        assert list(store.displacements(cursor)[1]) == []

    def test_a_follower_hears_of_what_comes_after_everything_old_was_forgotten(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        store.take_over(KEY, PHONE, claim(PHONE, 1, clock), 0, clock.now)
        cursor, _ = store.displacements(-1)
        clock.forward(86_400)
        store.open(KEY, LAPTOP, 0, clock.now)
        store.take_over(KEY, PHONE, claim(PHONE, 3, clock), 0, clock.now)
        assert [one.at for one in store.displacements(cursor)[1]] == [clock.now]

    # many stores, and a clock that steps back

    def test_what_one_store_grants_every_other_sees_at_once(
        self, stores: OpenStore, clock: Clock
    ) -> None:
        here, there = stores(), stores()
        here.open(KEY, LAPTOP, 0, clock.now)
        assert there.open(KEY, PHONE, 0, clock.now) == InUse(LAPTOP, clock.now, 1)
        there.revoke(KEY, frozenset({"laptop"}), clock.now)
        assert here.number(KEY) == 1
        assert here.open(KEY, LAPTOP, 0, clock.now) == Revoked()

    def test_of_many_that_open_a_free_seat_at_once_exactly_one_is_granted(
        self, stores: OpenStore, clock: Clock
    ) -> None:
        stores().number(KEY)
        rivals = [Device(f"rival-{n}", f"Rival {n}") for n in range(8)]
        with ThreadPoolExecutor(len(rivals)) as crowd:
            answers = list(crowd.map(lambda rival: stores().open(KEY, rival, 0, clock.now), rivals))
        granted = [answer for answer in answers if isinstance(answer, Granted)]
        assert granted == [Granted(1, clock.now + 90, fresh=True)]
        assert sum(isinstance(answer, InUse) for answer in answers) == len(rivals) - 1

    def test_threads_may_share_a_store(self, store: SeatStore, clock: Clock) -> None:
        with ThreadPoolExecutor(4) as crowd:
            list(crowd.map(lambda n: store.open(f"seat:{n}", PHONE, 0, clock.now), range(100)))
        assert all(store.look(f"seat:{n}", clock.now).epoch == 1 for n in range(100))

    def test_a_clock_that_steps_back_does_not_lock_a_seat_for_long(
        self, store: SeatStore, clock: Clock
    ) -> None:
        store.open(KEY, LAPTOP, 0, clock.now)
        clock.back(86_400)
        assert store.look(KEY, clock.now).expires == clock.now + 90
        assert store.open(KEY, PHONE, 0, clock.now) == InUse(LAPTOP, clock.now, 1)
        clock.forward(90)
        assert store.open(KEY, PHONE, 0, clock.now) == Granted(2, clock.now + 90, fresh=True)
