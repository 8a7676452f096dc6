"""A seat is offered to an address, and only the reader with that address takes it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import invitations, refusals, seating
from broadsheet.subscriptions.models import Invitation, Plan, Seat, Subscription
from tests import people
from tests.people import Cast
from tests.subscriptions.post import letter_to, token_for

pytestmark = pytest.mark.django_db

NOW = timezone.now()
EVA = "eva@example.org"


@pytest.fixture
def group(cast: Cast) -> Subscription:
    """Olga's subscription: five seats, one of them hers."""
    return cast.olga.subscriptions.get()


@pytest.fixture
def eva(cast: Cast) -> Reader:
    return people.reader(EVA)


def invite(group: Subscription, email: str = EVA) -> Invitation:
    return invitations.invite(group, group.owner, email, "en", timezone.now())


def states() -> set[str]:
    return set(Invitation.objects.values_list("state", flat=True))


def test_whoever_is_invited_gets_a_letter_and_a_seat_is_kept_for_them(group: Subscription) -> None:
    made = invite(group)
    assert made.seat is not None
    assert made.seat.reader is None
    assert made.expires_at - made.created_at == timedelta(days=14)
    assert seating.free_seats(group, timezone.now()) == 3
    letter = letter_to(EVA)
    assert (letter.kind, letter.reply_to) == ("invitation", "olga@example.com")


def test_the_letter_is_in_the_language_of_whoever_invites(group: Subscription) -> None:
    invitations.invite(group, group.owner, EVA, "es", timezone.now())
    assert letter_to(EVA).language == "es"


def test_of_the_token_only_a_digest_is_kept_and_it_has_128_bits_or_more(
    group: Subscription,
) -> None:
    made = invite(group)
    token = token_for(EVA)
    assert len(token) * 6 >= 128
    assert made.token_hash != token
    assert invitations.by_token(token) == made


def test_the_invited_reader_accepts_and_has_the_seat(group: Subscription, eva: Reader) -> None:
    made = invite(group)
    seat = invitations.accept(made, eva, timezone.now())
    assert seat == made.seat == eva.seats.get()
    made.refresh_from_db()
    assert (made.state, made.accepted_by) == ("accepted", eva)


@pytest.mark.parametrize("written", ["Eva@Example.ORG", " eva@example.org"])
def test_how_the_owner_wrote_the_address_does_not_matter(
    group: Subscription, eva: Reader, written: str
) -> None:
    assert invitations.accept(invite(group, written), eva, timezone.now())


def test_an_address_with_other_letters_is_known_by_either_spelling(group: Subscription) -> None:
    someone = people.reader("pia@xn--and-6ma2c.es")
    assert invitations.accept(invite(group, "pia@ÑANDÚ.es"), someone, timezone.now())


def test_a_plus_tag_is_part_of_the_address(group: Subscription, eva: Reader) -> None:
    made = invite(group, "eva+x@example.org")
    with pytest.raises(refusals.NotYours):
        invitations.accept(made, eva, timezone.now())
    assert states() == {"open"}


def test_an_address_that_is_not_verified_opens_nothing(group: Subscription, cast: Cast) -> None:
    EmailAddress.objects.create(user=cast.nora, email=EVA, verified=False)
    with pytest.raises(refusals.NotYours):
        invitations.accept(invite(group), cast.nora, timezone.now())
    assert not cast.nora.seats.exists()


def test_nobody_accepts_twice(group: Subscription, eva: Reader) -> None:
    made = invite(group)
    invitations.accept(made, eva, timezone.now())
    with pytest.raises(refusals.NotOpen):
        invitations.accept(made, eva, timezone.now())
    assert eva.seats.count() == 1


def test_who_pays_for_a_subscription_keeps_it(group: Subscription, eva: Reader) -> None:
    own = people.subscribe(eva, Plan.objects.get(code="basic"))
    invitations.accept(invite(group), eva, timezone.now())
    assert Subscription.objects.filter(pk=own.pk, owner=eva).exists()
    assert eva.seats.count() == 2


def test_a_declined_invitation_frees_the_seat(group: Subscription, eva: Reader) -> None:
    made = invite(group)
    invitations.decline(made, timezone.now())
    assert seating.free_seats(group, timezone.now()) == 4
    with pytest.raises(refusals.NotOpen):
        invitations.accept(made, eva, timezone.now())


def test_a_withdrawn_invitation_frees_the_seat(group: Subscription, eva: Reader) -> None:
    made = invite(group)
    invitations.take_back(made, timezone.now())
    assert seating.free_seats(group, timezone.now()) == 4
    with pytest.raises(refusals.NotOpen):
        invitations.accept(made, eva, timezone.now())


def test_after_its_days_an_invitation_is_over_and_its_seat_free_for_the_next(
    group: Subscription, eva: Reader
) -> None:
    made = invite(group)
    later = timezone.now() + timedelta(days=PAPER.invitation_days, seconds=1)
    with pytest.raises(refusals.NotOpen):
        invitations.accept(made, eva, later)
    assert seating.free_seats(group, later) == 4
    again = invitations.invite(group, group.owner, EVA, "en", later)
    assert again.pk != made.pk
    made.refresh_from_db()
    assert made.state == "expired"


def test_sent_again_it_has_a_new_link_and_new_days(group: Subscription) -> None:
    made = invite(group)
    before = token_for(EVA)
    later = timezone.now() + timedelta(days=3)
    again = invitations.send_again(made, group.owner, "en", later)
    assert again.expires_at > made.expires_at
    assert invitations.by_token(before) is None
    assert invitations.by_token(token_for(EVA)) == made
    assert Letter.objects.filter(to=EVA).count() == 2


def test_what_is_over_is_not_sent_again(group: Subscription) -> None:
    made = invite(group)
    invitations.decline(made, timezone.now())
    with pytest.raises(refusals.NotOpen):
        invitations.send_again(made, group.owner, "en", timezone.now())


def test_owners_do_not_invite_themselves(group: Subscription) -> None:
    with pytest.raises(refusals.OwnAddress):
        invite(group, "OLGA@example.com")


def test_who_has_a_seat_is_not_invited_again(group: Subscription, cast: Cast) -> None:
    seating.seat(cast.luis, group)
    with pytest.raises(refusals.AlreadySeated):
        invite(group, "luis@example.com")


def test_an_address_is_invited_once(group: Subscription) -> None:
    invite(group)
    with pytest.raises(refusals.AlreadyInvited):
        invite(group, "EVA@example.org")


def test_another_subscription_may_invite_it_too(group: Subscription, cast: Cast) -> None:
    other = people.subscribe(cast.nora, Plan.objects.get(code="group"))
    invite(group)
    assert invitations.invite(other, cast.nora, EVA, "en", timezone.now())


def test_there_are_no_more_invitations_than_seats(group: Subscription) -> None:
    for number in range(4):
        invite(group, f"somebody-{number}@example.org")
    with pytest.raises(refusals.NoSeatLeft):
        invite(group)
    assert Letter.objects.filter(kind="invitation").count() == 4


def test_a_subscription_that_has_ended_invites_nobody_and_takes_nobody(
    group: Subscription, eva: Reader
) -> None:
    made = invite(group)
    group.ends_at = group.starts_at + timedelta(microseconds=1)
    group.save()
    with pytest.raises(refusals.SubscriptionOver):
        invitations.accept(made, eva, timezone.now())
    with pytest.raises(refusals.SubscriptionOver):
        invite(group, "another@example.org")


@pytest.mark.parametrize("bad", ["", "eva", "eva@localhost@x", "eva@exa mple.org"])
def test_what_is_not_an_address_is_not_invited(group: Subscription, bad: str) -> None:
    with pytest.raises(refusals.BadAddress):
        invite(group, bad)
    assert not Invitation.objects.exists()


def test_a_smaller_plan_takes_free_seats_first_and_promised_ones_after(
    group: Subscription,
) -> None:
    first, second = invite(group), invite(group, "another@example.org")
    group.seats_bought = 2
    group.save()
    assert group.seats.count() == 2
    assert sorted(states()) == ["open", "taken_back"]
    kept = Invitation.objects.get(state="open")
    assert kept in (first, second)
    assert kept.seat is not None
    assert kept.seat.reader is None


def test_who_holds_a_seat_keeps_it_through_a_smaller_plan_until_they_leave(
    group: Subscription, cast: Cast, eva: Reader
) -> None:
    for someone in (cast.luis, cast.nora, eva):
        seating.seat(someone, group)
    group.seats_bought = 2
    group.save()
    assert group.seats.count() == 4
    seating.give_up(eva.seats.get().pk, eva)
    assert group.seats.count() == 3
    with pytest.raises(refusals.NoSeatLeft):
        invite(group, "another@example.org")


def test_staff_who_seat_somebody_on_a_promised_seat_withdraw_the_promise(
    group: Subscription, cast: Cast
) -> None:
    seat = invite(group).seat
    assert seat is not None
    seat.reader = cast.nora
    seat.save()
    assert states() == {"taken_back"}


def test_seating_somebody_does_not_take_a_promised_seat(group: Subscription, cast: Cast) -> None:
    for number in range(4):
        invite(group, f"somebody-{number}@example.org")
    with pytest.raises(refusals.NoSeatLeft):
        seating.seat(cast.nora, group)


def test_a_seat_that_staff_delete_withdraws_its_invitation(group: Subscription) -> None:
    seat = invite(group).seat
    assert seat is not None
    seat.delete()
    assert states() == {"taken_back"}


def test_the_database_keeps_one_open_invitation_per_seat_and_address(group: Subscription) -> None:
    made = invite(group)
    others = list(group.seats.filter(reader=None).exclude(pk=made.seat_id))
    for seat, key in ((made.seat, "other@example.org"), (others[0], EVA), (None, "a@example.org")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(
                subscription=group, seat=seat, email=key, email_key=key, token_hash=key,
                invited_by=group.owner, created_at=NOW, sent_at=NOW, expires_at=NOW,
            )  # fmt: skip


def test_the_hourly_work_ends_what_is_over_and_forgets_it_after_90_days(
    group: Subscription,
) -> None:
    made = invite(group)
    Invitation.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    invitations.tidy_invitations.call()
    assert states() == {"expired"}
    long_ago = timezone.now() - timedelta(days=91)
    Invitation.objects.update(answered_at=long_ago)
    invitations.tidy_invitations.call()
    assert not Invitation.objects.exists()


def test_a_plan_with_more_seats_gives_them_to_those_who_follow_it(
    group: Subscription, cast: Cast
) -> None:
    kept = people.subscribe(cast.nora, group.plan)
    kept.seats_bought = 5
    kept.save()
    group.plan.seats = 7
    group.plan.save()
    seating.furnish_all.call(group.plan.pk)
    assert (group.seats.count(), kept.seats.count()) == (7, 5)
    assert Seat.objects.filter(subscription=group, reader=cast.olga).count() == 1
