"""Seats that readers of a group take by themselves: by their address's domain, or by a link."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, refusals, seating
from broadsheet.subscriptions.addresses import (
    PUBLIC_PROVIDERS,
    NotAnAddress,
    domain_key,
    domain_of,
    verified_keys,
)
from broadsheet.subscriptions.models import (
    Invitation,
    JoinDomain,
    JoinLink,
    Seat,
    Subscription,
)
from broadsheet.subscriptions.seating import locked

GROUP = 3
"""Seats from which on a subscription is offered lists, domains, links and administrators."""
LONGEST_DAYS = 90
"""Days that a link may be good for."""


def is_group(subscription: Subscription) -> bool:
    """Whether there are more seats than a household hands out one by one."""
    return subscription.seat_count >= GROUP


def has_group_tools(subscription: Subscription) -> bool:
    """Whether those are shown: to groups, and while something made with them is left."""
    return (
        is_group(subscription)
        or subscription.join_domains.exists()
        or subscription.join_links.filter(withdrawn_at=None).exists()
        or subscription.administrators.exists()
    )


def add_domain(subscription: Subscription, by: Reader, domain: str, now: datetime) -> JoinDomain:
    """Open free seats to a domain's readers. Adding it twice changes nothing.

    Raises BadDomain, PublicDomain, or NotYourDomain unless `by` has a verified address there.
    """
    try:
        name = domain_key(domain.strip().removeprefix("@"))
    except NotAnAddress:
        raise refusals.BadDomain from None
    if "." not in name:
        raise refusals.BadDomain
    if name in PUBLIC_PROVIDERS:
        raise refusals.PublicDomain
    if name not in _domains(by):
        raise refusals.NotYourDomain
    added, _ = JoinDomain.objects.get_or_create(
        subscription=subscription, domain=name, defaults={"added_by": by, "created_at": now}
    )
    return added


def domains_for(reader: Reader, now: datetime) -> QuerySet[JoinDomain]:
    """The domains by which the reader may ask for a seat in a subscription that has them not."""
    current = Subscription.objects.current(now).exclude(seats__reader=reader)
    found = JoinDomain.objects.filter(domain__in=_domains(reader), subscription__in=current)
    return found.select_related("subscription__plan", "subscription__owner")


def take_by_domain(domain: JoinDomain, reader: Reader, now: datetime) -> Seat:
    """The reader takes a free seat. Raises NotYours, AlreadySeated, NoSeatToTake, or
    SubscriptionOver."""
    with transaction.atomic():
        subscription = locked(domain.subscription_id)
        still = JoinDomain.objects.filter(pk=domain.pk, domain__in=_domains(reader))
        if not still.exists():
            raise refusals.NotYours
        return _take(subscription, reader, now)


def make_link(
    subscription: Subscription, by: Reader, uses: int, days: int, now: datetime
) -> tuple[JoinLink, str]:
    """A link by which so many readers may take a free seat, and its token, which is not kept."""
    token = invitations.new_token()
    made = JoinLink.objects.create(
        subscription=subscription,
        token_hash=invitations.token_hash(token),
        made_by=by,
        created_at=now,
        uses_allowed=uses,
        expires_at=now + timedelta(days=min(days, LONGEST_DAYS)),
    )
    return made, token


def link_by_token(token: str) -> JoinLink | None:
    """The link of a token, however it stands."""
    found = JoinLink.objects.filter(token_hash=invitations.token_hash(token))
    return found.select_related("subscription__plan", "subscription__owner").first()


def withdraw(link: JoinLink, now: datetime) -> None:
    """Nobody takes a seat by this link any more; those who have keep theirs."""
    JoinLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=now)


def take_by_link(link: JoinLink, reader: Reader, now: datetime) -> Seat:
    """The reader takes a free seat. Raises NotOpen, NotYours without a verified address,
    AlreadySeated, NoSeatToTake, or SubscriptionOver; then the link was not used."""
    with transaction.atomic():
        subscription = locked(link.subscription_id)
        if not verified_keys(reader):
            raise refusals.NotYours
        used = JoinLink.objects.good(now).filter(pk=link.pk).update(uses=F("uses") + 1)
        if not used:
            raise refusals.NotOpen
        return _take(subscription, reader, now)


def _domains(reader: Reader) -> set[str]:
    return {domain_of(key) for key in verified_keys(reader)}


def _take(subscription: Subscription, reader: Reader, now: datetime) -> Seat:
    if not Subscription.objects.current(now).filter(pk=subscription.pk).exists():
        raise refusals.SubscriptionOver
    if subscription.seats.filter(reader=reader).exists():
        raise refusals.AlreadySeated
    kept = invitations.for_reader(reader, now).filter(
        subscription=subscription, role=Invitation.Roles.MEMBER
    )
    for invitation in kept:  # a seat is kept for them already: that one
        seat = invitations.accept(invitation, reader, now)
        assert seat is not None
        return seat
    invitations.expire_in(subscription, now)
    try:
        return seating.seat(reader, subscription)
    except refusals.NoSeatLeft:
        raise refusals.NoSeatToTake from None
