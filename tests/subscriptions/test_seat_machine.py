"""Whatever owners, readers and plans do, in any order: no seat is promised or held twice."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, joining, refusals, seating
from broadsheet.subscriptions.models import Invitation, Plan, Seat, Subscription
from tests import people

NAMES = [f"reader-{number}@example.org" for number in range(5)]
who = st.sampled_from(NAMES)


class Seats(RuleBasedStateMachine):
    """One subscription of two to four seats, and five people who may be invited to it."""

    subscription: Subscription
    now: datetime

    @initialize()
    def begin(self) -> None:
        Reader.objects.all().delete()
        Plan.objects.all().delete()
        self.now = timezone.now()
        self.readers = {name: people.reader(name) for name in NAMES}
        self.owner = people.reader("owner@example.org")
        self.subscription = people.subscribe(self.owner, people.plan("family", 3))
        self.allowed: set[int] = set()
        """Holders who may be more than the seats there are: those of before a smaller plan."""

    def tries(self, work: object) -> None:
        assert callable(work)
        try:
            work()
        except refusals.Refused:
            return

    def invitation(self, name: str) -> Invitation | None:
        return Invitation.objects.filter(email_key=name).first()

    @rule(name=who)
    def invite(self, name: str) -> None:
        self.tries(lambda: invitations.invite(self.subscription, self.owner, name, "en", self.now))

    @rule(name=who, by=who)
    def accept(self, name: str, by: str) -> None:
        made = self.invitation(name)
        if made:
            self.tries(lambda: invitations.accept(made, self.readers[by], self.now))

    @rule(name=who)
    def decline(self, name: str) -> None:
        made = self.invitation(name)
        if made:
            self.tries(lambda: invitations.decline(made, self.now))

    @rule(name=who)
    def withdraw(self, name: str) -> None:
        made = self.invitation(name)
        if made:
            self.tries(lambda: invitations.take_back(made, self.now))

    @rule(name=who)
    def send_again(self, name: str) -> None:
        made = self.invitation(name)
        if made:
            self.tries(lambda: invitations.send_again(made, self.owner, "en", self.now))

    @rule(days=st.sampled_from([1, 8, 15]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def tidy(self) -> None:
        invitations.expire(self.now)

    @rule(name=who)
    def take_back(self, name: str) -> None:
        seat = Seat.objects.filter(reader=self.readers[name]).first()
        if seat:
            self.tries(lambda: seating.take_back(seat.pk, self.readers[name].pk, self.owner))

    @rule(name=who)
    def leave(self, name: str) -> None:
        seat = Seat.objects.filter(reader=self.readers[name]).first()
        if seat:
            seating.give_up(seat.pk, self.readers[name])

    @rule(name=who)
    def join_by_link(self, name: str) -> None:
        link, _token = joining.make_link(self.subscription, self.owner, 1, 1, self.now)
        self.tries(lambda: joining.take_by_link(link, self.readers[name], self.now))

    @rule(seats=st.integers(1, 4))
    def buy(self, seats: int) -> None:
        with transaction.atomic():
            self.subscription.refresh_from_db()
            self.subscription.seats_bought = seats
            self.subscription.save()

    @rule(name=who)
    def delete_account(self, name: str) -> None:
        self.readers[name].delete()
        self.readers[name] = people.reader(name)

    @invariant()
    def nobody_holds_two_seats(self) -> None:
        holders = Seat.objects.exclude(reader=None).values_list("reader", flat=True)
        assert all(number == 1 for number in Counter(holders).values())

    @invariant()
    def no_seat_is_promised_twice_or_promised_and_held(self) -> None:
        promised = Invitation.objects.open().select_related("seat")
        seats = [one.seat_id for one in promised]
        assert len(set(seats)) == len(seats)
        assert all(one.seat is not None and one.seat.reader_id is None for one in promised)

    @invariant()
    def no_more_is_given_than_was_bought(self) -> None:
        if not hasattr(self, "subscription"):
            return
        bought = Subscription.objects.get(pk=self.subscription.pk).seat_count
        held = set(Seat.objects.exclude(reader=None).values_list("reader", flat=True))
        promised = Invitation.objects.open().count()
        if len(held) > bought:  # a smaller plan took nobody's seat, and nobody came since
            assert held <= self.before
            assert promised == 0
        else:
            assert len(held) + promised <= bought
        self.before = held


@pytest.mark.django_db
def test_no_seat_is_held_or_promised_twice_whatever_happens() -> None:
    run_state_machine_as_test(
        Seats,
        settings=hypothesis_settings(max_examples=15, stateful_step_count=25, derandomize=True),
    )
