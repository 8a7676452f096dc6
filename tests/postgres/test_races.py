"""Two people, or two processes, at the same moment, in real transactions on PostgreSQL."""

import pytest

from tests.postgres.conftest import Told

OUTCOMES = {
    # Seats, as on SQLite
    "accepted twice": ["NotOpen", "done"],
    "last seat": ["NoSeatLeft", "done"],
    "same address": ["AlreadyInvited", "done"],
    "last use": ["NotOpen", "done"],
    "changing hands": ["done", "done"],
    # What one writer at a time took care of there
    "seat_taken_twice": ["done", "done", "done", "1 seats"],
    "subscription_changed_twice": ["done", "done", "done", "9 seats"],
    "contests_seen_by_two_hosts": ["done", "done", "8 counted", "2 cases"],
    "two_gifts_redeemed": ["done", "done", "one after the other"],
    "last_story_given": ["NotGiven", "done"],
    "published_by_two_hosts": ["done", "done", "1 times", "out"],
    "deleted_while_it_is_opened": ["IntegrityError", "done", "gone"],
    "recommended_by_two_hosts": ["done", "done", "done", "something"],
    "tasks_done_by_three_hosts": ["done", "done", "done", "30 done", "1 at most"],
}


@pytest.mark.parametrize("race", OUTCOMES)
def test_who_comes_at_the_same_moment_is_served_one_after_the_other(told: Told, race: str) -> None:
    turns = told["races"][race]
    assert turns == [OUTCOMES[race]] * len(turns)
