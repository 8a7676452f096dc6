"""The seat's table, row by row: what each call answers when the seat is free, this device's,
or another device's, and what the seat is afterwards."""

from dataclasses import replace

import pytest

from broadsheet.access import (
    Claim,
    Device,
    Gone,
    Granted,
    InUse,
    Seat,
    Timings,
    beat,
    open_seat,
    release,
    revoke,
    take_over,
)

NOW = 1_700_000_000.0
TIMINGS = Timings(beat=21.0, activity=101.0, lease=70.0, release=7.0, takeover=50.0)
"""Not the defaults, so that a number written into the rule would show."""
KEY = "seat:7"
PHONE = Device("phone", "Safari on iPhone")
LAPTOP = Device("laptop", "Firefox on Linux")

NEVER_USED = Seat()
FREE = Seat(None, 4, NOW - 300, 0.0, 2)
EXPIRED = Seat(LAPTOP, 4, NOW - 300, NOW, 2)
EXPIRED_MINE = Seat(PHONE, 4, NOW - 300, NOW - 1, 2)
MINE = Seat(PHONE, 4, NOW - 300, NOW + 30, 2)
ANOTHERS = Seat(LAPTOP, 4, NOW - 300, NOW + 30, 2)

FREE_SEATS = pytest.mark.parametrize("seat", [NEVER_USED, FREE, EXPIRED, EXPIRED_MINE])


def claim(**changes: object) -> Claim:
    """The claim of a phone that was shown ANOTHERS in use ten seconds ago."""
    return replace(Claim(KEY, "phone", 4, NOW - 10), **changes)  # type: ignore[arg-type]


def granted_anew(seat: Seat) -> Seat:
    return Seat(PHONE, seat.epoch + 1, NOW, NOW + 70, seat.number)


def test_the_default_timings_are_those_of_the_rule() -> None:
    assert Timings() == Timings(beat=30, activity=120, lease=90, release=10, takeover=120)


# open


@FREE_SEATS
def test_opening_on_a_free_seat_grants_the_next_epoch(seat: Seat) -> None:
    after, answer = open_seat(seat, PHONE, NOW, TIMINGS)
    assert answer == Granted(seat.epoch + 1, NOW + 70, fresh=True)
    assert after == granted_anew(seat)


def test_opening_on_the_device_that_holds_the_seat_renews_under_the_same_epoch() -> None:
    after, answer = open_seat(MINE, PHONE, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 70, fresh=False)
    assert after == replace(MINE, expires=NOW + 70)


def test_opening_while_another_device_holds_the_seat_is_refused_and_touches_nothing() -> None:
    after, answer = open_seat(ANOTHERS, PHONE, NOW, TIMINGS)
    assert answer == InUse(LAPTOP, NOW - 300, 4)
    assert after == ANOTHERS


def test_a_lease_ends_at_the_instant_it_expires_and_not_before() -> None:
    lease = replace(ANOTHERS, expires=NOW + 0.001)
    assert isinstance(open_seat(lease, PHONE, NOW, TIMINGS)[1], InUse)
    assert isinstance(open_seat(lease, PHONE, NOW + 0.001, TIMINGS)[1], Granted)


def test_a_renewal_brings_the_label_the_device_has_now() -> None:
    updated = Device("phone", "Chrome on iPhone")
    after, _ = open_seat(MINE, updated, NOW, TIMINGS)
    assert after.holder == updated


# take over


@FREE_SEATS
@pytest.mark.parametrize("token", [None, claim()])
def test_taking_over_a_free_seat_grants_the_next_epoch_and_displaces_nobody(
    seat: Seat, token: Claim | None
) -> None:
    after, answer = take_over(KEY, seat, PHONE, token, NOW, TIMINGS)
    assert answer == Granted(seat.epoch + 1, NOW + 70, fresh=True, displaced=None)
    assert after == granted_anew(seat)


@pytest.mark.parametrize("token", [None, claim(), claim(epoch=3)])
def test_a_repeated_takeover_by_the_winner_gets_the_same_grant_and_changes_nothing(
    token: Claim | None,
) -> None:
    after, answer = take_over(KEY, MINE, PHONE, token, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 30, fresh=False, displaced=None)
    assert after == MINE


def test_a_good_token_displaces_the_holder_under_the_next_epoch() -> None:
    after, answer = take_over(KEY, ANOTHERS, PHONE, claim(), NOW, TIMINGS)
    assert answer == Granted(5, NOW + 70, fresh=True, displaced=LAPTOP)
    assert after == granted_anew(ANOTHERS)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="no token"),
        pytest.param(claim(seat="seat:8"), id="another seat's"),
        pytest.param(claim(device="laptop"), id="another device's"),
        pytest.param(claim(epoch=3), id="an earlier epoch's"),
        pytest.param(claim(epoch=5), id="an epoch's that has not been"),
        pytest.param(claim(issued=NOW - 50), id="too old"),
        pytest.param(claim(issued=NOW + 1), id="of the future"),
    ],
)
def test_any_other_token_is_answered_in_use_again_and_touches_nothing(
    token: Claim | None,
) -> None:
    after, answer = take_over(KEY, ANOTHERS, PHONE, token, NOW, TIMINGS)
    assert answer == InUse(LAPTOP, NOW - 300, 4)
    assert after == ANOTHERS


@pytest.mark.parametrize("age", [0.0, 49.999])
def test_a_token_is_good_until_it_is_too_old(age: float) -> None:
    _, answer = take_over(KEY, ANOTHERS, PHONE, claim(issued=NOW - age), NOW, TIMINGS)
    assert isinstance(answer, Granted)


def test_a_token_is_spent_by_the_takeover_it_was_for() -> None:
    after, _ = take_over(KEY, ANOTHERS, PHONE, claim(), NOW, TIMINGS)
    back, _ = take_over(KEY, after, LAPTOP, Claim(KEY, "laptop", 5, NOW), NOW, TIMINGS)
    again, answer = take_over(KEY, back, PHONE, claim(), NOW, TIMINGS)
    assert answer == InUse(LAPTOP, NOW, 6)
    assert again == back


def test_of_two_devices_that_take_over_at_once_the_second_is_told_of_the_first() -> None:
    tablet = Device("tablet", "Safari on iPad")
    after, won = take_over(KEY, ANOTHERS, PHONE, claim(), NOW, TIMINGS)
    same, lost = take_over(KEY, after, tablet, claim(device="tablet"), NOW, TIMINGS)
    assert won == Granted(5, NOW + 70, fresh=True, displaced=LAPTOP)
    assert lost == InUse(PHONE, NOW, 5)
    assert same == after


# beat


@FREE_SEATS
def test_a_beat_on_a_free_seat_is_gone_silently(seat: Seat) -> None:
    after, answer = beat(seat, PHONE, seat.epoch, NOW, TIMINGS)
    assert answer == Gone(by=None)
    assert after == seat


def test_a_beat_of_the_holder_renews() -> None:
    after, answer = beat(MINE, PHONE, 4, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 70, fresh=False)
    assert after == replace(MINE, expires=NOW + 70)


def test_a_tab_of_the_holder_that_opened_under_an_earlier_epoch_renews_the_device_s_lease() -> None:
    after, answer = beat(MINE, PHONE, 2, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 70, fresh=False)
    assert after == replace(MINE, expires=NOW + 70)


def test_a_beat_under_an_epoch_that_was_never_given_renews_nothing() -> None:
    after, answer = beat(MINE, PHONE, 5, NOW, TIMINGS)
    assert answer == Gone(by=None)
    assert after == MINE


@pytest.mark.parametrize("epoch", [3, 4, 5])
def test_a_beat_of_a_displaced_device_is_told_by_whom_and_since_when(epoch: int) -> None:
    after, answer = beat(ANOTHERS, PHONE, epoch, NOW, TIMINGS)
    assert answer == Gone(by=LAPTOP, at=NOW - 300)
    assert after == ANOTHERS


# release


@FREE_SEATS
def test_a_release_on_a_free_seat_does_nothing(seat: Seat) -> None:
    after, answer = release(seat, PHONE, seat.epoch, NOW, TIMINGS)
    assert answer == Gone()
    assert after == seat


def test_a_release_by_the_holder_lets_the_lease_expire_soon() -> None:
    after, answer = release(MINE, PHONE, 4, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 7, fresh=False)
    assert after == replace(MINE, expires=NOW + 7)


def test_a_release_never_lengthens_a_lease() -> None:
    nearly_over = replace(MINE, expires=NOW + 3)
    assert release(nearly_over, PHONE, 4, NOW, TIMINGS)[0] == nearly_over


@pytest.mark.parametrize("comes_back", [open_seat, lambda s, d, n, t: beat(s, d, 4, n, t)])
def test_a_tab_that_comes_back_in_time_keeps_the_lease(comes_back: object) -> None:
    released, _ = release(MINE, PHONE, 4, NOW, TIMINGS)
    after, answer = comes_back(released, PHONE, NOW + 6.9, TIMINGS)  # type: ignore[operator]
    assert answer == Granted(4, NOW + 76.9, fresh=False)
    assert after.since == MINE.since


def test_a_tab_that_comes_back_too_late_finds_the_seat_free() -> None:
    released, _ = release(MINE, PHONE, 4, NOW, TIMINGS)
    assert beat(released, PHONE, 4, NOW + 7, TIMINGS)[1] == Gone(by=None)
    assert isinstance(open_seat(released, LAPTOP, NOW + 7, TIMINGS)[1], Granted)


@pytest.mark.parametrize("epoch", [3, 4, 5])
def test_a_late_release_never_frees_the_new_holder(epoch: int) -> None:
    after, answer = release(ANOTHERS, PHONE, epoch, NOW, TIMINGS)
    assert answer == Gone()
    assert after == ANOTHERS


def test_a_late_release_of_the_same_device_never_frees_its_newer_grant() -> None:
    after, answer = release(MINE, PHONE, 3, NOW, TIMINGS)
    assert answer == Gone()
    assert after == MINE


# revoke


def test_revoking_makes_every_pass_old_and_leaves_the_lease_of_others_alone() -> None:
    assert revoke(ANOTHERS, frozenset({"phone"})) == replace(ANOTHERS, number=3)
    assert revoke(ANOTHERS, frozenset()) == replace(ANOTHERS, number=3)


def test_revoking_ends_the_lease_of_a_named_device() -> None:
    after = revoke(ANOTHERS, frozenset({"laptop", "tablet"}))
    assert after.number == 3
    assert not after.held(NOW)
    assert open_seat(after, PHONE, NOW, TIMINGS)[1] == Granted(5, NOW + 70, fresh=True)
