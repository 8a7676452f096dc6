"""Seats are given by invitation: to an address, for so many days, and to nobody else."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone

from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import letters, refusals
from broadsheet.subscriptions.addresses import (
    NotAnAddress,
    email_key,
    keys_of_addresses,
    verified_keys,
)
from broadsheet.subscriptions.models import (
    Invitation,
    OwnershipOffer,
    Seat,
    SeatImport,
    Subscription,
)
from broadsheet.subscriptions.seating import empty_seat, locked

MEMBER, ADMINISTRATOR = Invitation.Roles.MEMBER, Invitation.Roles.ADMINISTRATOR
KEPT = timedelta(days=90)
"""How long an invitation that is over is remembered."""
LISTS_KEPT = timedelta(days=30)
"""How long a list of addresses is kept."""


def invite(
    subscription: Subscription,
    by: Reader,
    email: str,
    language: str,
    now: datetime,
    role: Invitation.Roles = MEMBER,
) -> Invitation:
    """Offer a seat, or an administrator's work, to an address, and write to it.

    `language` is the letter's. Raises a refusals.Refused that says why not: BadAddress,
    OwnAddress, AlreadySeated, AlreadyAdministrator, AlreadyInvited, NoSeatLeft, SubscriptionOver.
    """
    try:
        key = email_key(email)
    except NotAnAddress:
        raise refusals.BadAddress from None
    try:
        with transaction.atomic():
            return _invite(locked(subscription.pk), by, (email.strip(), key), language, now, role)
    except post.BadAddress:
        raise refusals.BadAddress from None
    except IntegrityError:  # somebody else was faster where rows cannot be locked
        raise refusals.AlreadyInvited from None


def send_again(invitation: Invitation, by: Reader, language: str, now: datetime) -> Invitation:
    """Write to the address again. The link of the letter before is void, the days begin anew.

    Raises NotOpen or SubscriptionOver.
    """
    with transaction.atomic():
        subscription, again = _open(invitation, now)
        _must_be_current(subscription, now)
        token = _renew(again, now)
        again.sent_at = now
        again.save()
        letters.invited(again, token, by, language)
        return again


@transaction.atomic
def take_back(invitation: Invitation, now: datetime) -> None:
    """The seat is free again. Raises NotOpen."""
    _, again = _open(invitation, now)
    again.close(Invitation.States.TAKEN_BACK, now)


@transaction.atomic
def decline(invitation: Invitation, now: datetime) -> None:
    """Whoever was invited says no. Raises NotOpen."""
    _, again = _open(invitation, now)
    again.close(Invitation.States.DECLINED, now)


def accept(invitation: Invitation, reader: Reader, now: datetime) -> Seat | None:
    """The invited reader takes the seat, or, as an administrator, none.

    A subscription of their own stays as it is. Raises NotOpen, NotYours, AlreadySeated or
    SubscriptionOver; then nothing was changed.
    """
    try:
        with transaction.atomic():
            subscription, again = _open(invitation, now)
            if again.email_key not in verified_keys(reader):
                raise refusals.NotYours
            _must_be_current(subscription, now)
            return _take(subscription, again, reader, now)
    except IntegrityError:  # a second acceptance where rows cannot be locked
        raise refusals.AlreadySeated from None


def by_token(token: str) -> Invitation | None:
    """The invitation that a link leads to, however it stands; None for a token of nobody's."""
    found = Invitation.objects.filter(token_hash=token_hash(token))
    return found.select_related("subscription__plan", "invited_by", "accepted_by").first()


def for_reader(reader: Reader, now: datetime) -> QuerySet[Invitation]:
    """Open invitations to the reader's verified addresses."""
    found = Invitation.objects.good(now).filter(email_key__in=verified_keys(reader))
    return found.select_related("subscription__plan", "invited_by")


def new_token() -> str:
    """192 random bits for an address on this site."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def expire(now: datetime) -> int:
    """Mark what nobody has answered in time, so that its seats are free; how many there were."""
    over = Invitation.objects.over(now)
    return over.update(state=Invitation.States.EXPIRED, answered_at=now)


@task()
def tidy_invitations() -> None:
    """End what is over, and forget what has been over for long, with the addresses in it."""
    now = timezone.now()
    expire(now)
    OwnershipOffer.objects.filter(state=OwnershipOffer.States.OPEN, expires_at__lte=now).update(
        state=OwnershipOffer.States.EXPIRED, answered_at=now
    )
    Invitation.objects.filter(answered_at__lt=now - KEPT).delete()
    SeatImport.objects.filter(created_at__lt=now - LISTS_KEPT).delete()


def seated_keys(subscription: Subscription) -> set[str]:
    """Keys of the addresses that those who have a seat are known by to its owner."""
    readers = Reader.objects.filter(seats__subscription=subscription)
    return keys_of_addresses(readers.values_list("email", flat=True))


def _invite(
    subscription: Subscription,
    by: Reader,
    address: tuple[str, str],
    language: str,
    now: datetime,
    role: Invitation.Roles,
) -> Invitation:
    email, key = address
    _must_be_current(subscription, now)
    expire_in(subscription, now)
    _must_be_new(subscription, by, key, role)
    invitation = Invitation(
        subscription=subscription,
        seat=empty_seat(subscription) if role == MEMBER else None,
        role=role,
        email=email,
        email_key=key,
        invited_by=by,
        created_at=now,
        sent_at=now,
    )
    token = _renew(invitation, now)
    invitation.save()
    letters.invited(invitation, token, by, language)
    return invitation


def expire_in(subscription: Subscription, now: datetime) -> None:
    """Free the seats of a locked subscription whose invitations are over."""
    over = Invitation.objects.over(now).filter(subscription=subscription)
    over.update(state=Invitation.States.EXPIRED, answered_at=now)


def _must_be_current(subscription: Subscription, now: datetime) -> None:
    if not Subscription.objects.current(now).filter(pk=subscription.pk).exists():
        raise refusals.SubscriptionOver


def _must_be_new(subscription: Subscription, by: Reader, key: str, role: Invitation.Roles) -> None:
    if key in verified_keys(by):
        raise refusals.OwnAddress
    if role == MEMBER and key in seated_keys(subscription):
        raise refusals.AlreadySeated
    if role == ADMINISTRATOR and key in _administrator_keys(subscription):
        raise refusals.AlreadyAdministrator
    if (
        Invitation.objects.open()
        .filter(subscription=subscription, email_key=key, role=role)
        .exists()
    ):
        raise refusals.AlreadyInvited


def _administrator_keys(subscription: Subscription) -> set[str]:
    people = [subscription.owner, *subscription.administrators.all()]
    return keys_of_addresses(one.email for one in people)


def _renew(invitation: Invitation, now: datetime) -> str:
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.expires_at = now + timedelta(days=PAPER.invitation_days)
    return token


def _open(invitation: Invitation, now: datetime) -> tuple[Subscription, Invitation]:
    """The locked subscription, and the invitation as it stands now. Raises NotOpen."""
    subscription = locked(invitation.subscription_id)
    again = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if again is None or again.state != Invitation.States.OPEN or again.expires_at <= now:
        raise refusals.NotOpen
    again.subscription = subscription
    return subscription, again


def _take(
    subscription: Subscription, invitation: Invitation, reader: Reader, now: datetime
) -> Seat | None:
    seat = invitation.seat
    if seat is not None and subscription.seats.filter(reader=reader).exists():
        raise refusals.AlreadySeated
    # First the answer: a seat that is taken withdraws what was promised on it.
    invitation.accepted_by = reader
    invitation.close(Invitation.States.ACCEPTED, now)
    if seat is None:
        subscription.administrators.add(reader)
        return None
    seat.reader = reader
    seat.save()
    return seat
