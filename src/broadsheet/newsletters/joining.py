"""How somebody gets on a list and off it, and what is written down of that."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.tasks import task
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from broadsheet.mail.post import address, deliverable, send
from broadsheet.newsletters.links import CONFIRMED_WITHIN, Asked, Mail, seal_asked, seal_mail
from broadsheet.newsletters.models import Consent, Membership, Newsletter, Recipient
from broadsheet.readers.models import Reader

WORDING = gettext_noop(
    "Send me this newsletter by e-mail. I can leave it whenever I like, by the link in every mail."
)
"""What stands beside the button of every form by which somebody joins."""
VERSION = "2026-11"
"""Of that wording, for the record: another one gets another version."""
AGAIN = 600
"""Seconds until an address is written to again because somebody entered it in a form."""

State, Act = Membership.State, Consent.Act
CONFIRMING = (Act.CONFIRMED, Act.JOINED)
"""What shows that whoever reads at an address wanted mail there."""


def ask(email: str, newsletters: Iterable[Newsletter], language: str, form: str) -> None:
    """Somebody entered an address: write to it, so that whoever reads there can confirm.

    The same happens for every address, known or not, so that nobody learns who is on a list.
    Nothing is sent where mail was reported as unwanted or does not arrive, and one letter at the
    most in AGAIN seconds. Raises mail.post.BadAddress.
    """
    email = deliverable(email.strip()).lower()
    with transaction.atomic():
        recipient, _ = Recipient.objects.get_or_create(
            email=email, defaults={"language": language, "created_at": timezone.now()}
        )
        if recipient.refused or not cache.add(f"newsletters-asked-{recipient.pk}", 1, AGAIN):
            return
        asked = list(newsletters)
        for newsletter in asked:
            membership = _membership(recipient, newsletter)
            if membership.state == State.LEFT:
                _set(membership, State.ASKED)
            _note(recipient, newsletter, Act.ASKED, form, language)
        token = seal_asked(Asked(recipient.key, tuple(each.pk for each in asked)))
        send(
            "newsletter_confirm",
            email,
            language,
            {
                "names": ", ".join(each.name for each in asked),
                "confirm_url": address(reverse("confirm_newsletter", args=[token])),
            },
        )


def confirm(asked: Asked, form: str) -> list[Newsletter]:
    """Whoever reads at the address pressed the button. Gives the lists they are on now."""
    recipient = Recipient.objects.filter(key=asked.recipient).first()
    if recipient is None or recipient.refused:
        return []
    found = list(Newsletter.objects.filter(pk__in=asked.newsletters).select_related("edition"))
    with transaction.atomic():
        for newsletter in found:
            _join(recipient, newsletter, Act.CONFIRMED, form, recipient.language)
    return found


def join(reader: Reader, newsletter: Newsletter, form: str) -> Membership:
    """A signed-in reader, whose address is confirmed, pressed the button. Raises
    mail.post.BadAddress."""
    with transaction.atomic():
        recipient = recipient_of(reader)
        return _join(recipient, newsletter, Act.JOINED, form, reader.language)


def join_known(recipient: Recipient, newsletter: Newsletter, form: str) -> Membership:
    """Somebody joins one more list by a link in a mail to an address that was confirmed before."""
    with transaction.atomic():
        return _join(recipient, newsletter, Act.JOINED, form, recipient.language)


def recipient_of(reader: Reader) -> Recipient:
    """The address of a reader's account, with the lists it was on before there was one. Raises
    mail.post.BadAddress."""
    email = deliverable(reader.email).lower()
    with transaction.atomic():
        Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)  # pressed twice
        own = Recipient.objects.filter(reader=reader).first()
        if own is not None and own.email == email:
            return own
        known = Recipient.objects.filter(email=email).first()
        if own is not None and known is None:
            own.email = email
            own.save(update_fields=["email"])
            return own
        if own is not None:  # the reader's new address was on lists by itself
            own.reader = None
            own.save(update_fields=["reader"])
        if known is None:
            known, _ = Recipient.objects.get_or_create(
                email=email, defaults={"created_at": timezone.now()}
            )
        known.reader, known.language = reader, reader.language
        known.save(update_fields=["reader", "language"])  # and not what a bounce says meanwhile
        return known


def leave(recipient: Recipient, newsletter: Newsletter, form: str) -> bool:
    """Off the list; whether they were on it."""
    with transaction.atomic():
        left = Membership.objects.filter(recipient=recipient, newsletter=newsletter).exclude(
            state=State.LEFT
        )
        if not left.update(state=State.LEFT, since=timezone.now(), paused_until=None):
            return False
        _note(recipient, newsletter, Act.LEFT, form, recipient.language)
        return True


def pause(recipient: Recipient, newsletter: Newsletter, until: datetime, form: str) -> bool:
    """No issues until then; whether they were on the list."""
    with transaction.atomic():
        on = Membership.objects.filter(
            recipient=recipient, newsletter=newsletter, state__in=[State.JOINED, State.PAUSED]
        )
        if not on.update(state=State.PAUSED, paused_until=until):
            return False
        _note(recipient, newsletter, Act.PAUSED, form, recipient.language)
        return True


def go_on(recipient: Recipient, newsletter: Newsletter) -> None:
    """A pause is over before its time."""
    Membership.objects.filter(
        recipient=recipient, newsletter=newsletter, state=State.PAUSED
    ).update(state=State.JOINED, paused_until=None)


def end_pauses(now: datetime) -> None:
    """Pauses that are over."""
    Membership.objects.filter(state=State.PAUSED, paused_until__lte=now).update(
        state=State.JOINED, paused_until=None
    )


@task()
def forget_unconfirmed() -> None:
    """Addresses that were entered, and that nobody confirmed in time, are not kept."""
    old = timezone.now() - timedelta(seconds=2 * CONFIRMED_WITHIN)
    asked = Membership.objects.filter(recipient=OuterRef("pk")).exclude(state=State.ASKED)
    entered = Recipient.objects.filter(created_at__lt=old, reader=None, refused="")
    entered.exclude(Exists(asked)).delete()


def refuse(recipient: Recipient, why: str, now: datetime) -> None:
    """Nothing is sent there any more: it does not arrive, or was reported as unwanted. A report
    is also a wish to leave every list."""
    with transaction.atomic():
        recipient.refused, recipient.refused_at = why, now
        recipient.save(update_fields=["refused", "refused_at"])
        if why == Recipient.Refused.COMPLAINED:
            for membership in recipient.memberships.exclude(state=State.LEFT):
                _set(membership, State.LEFT)
                _note(recipient, membership.newsletter, Act.REFUSED, "", recipient.language)


def preferences_url(recipient: Recipient) -> str:
    """The absolute address of their page, which needs no sign-in."""
    token = seal_mail(Mail(recipient.key, 0))
    return address(reverse("newsletter_preferences", args=[token]))


def _join(
    recipient: Recipient, newsletter: Newsletter, act: Consent.Act, form: str, language: str
) -> Membership:
    membership = _membership(recipient, newsletter)
    if membership.state != State.JOINED:
        _set(membership, State.JOINED)
    _note(recipient, newsletter, act, form, language)
    return membership


def _membership(recipient: Recipient, newsletter: Newsletter) -> Membership:
    membership, _ = Membership.objects.get_or_create(
        recipient=recipient,
        newsletter=newsletter,
        defaults={"state": State.ASKED, "since": timezone.now()},
    )
    return membership


def _set(membership: Membership, state: Membership.State) -> None:
    membership.state, membership.since, membership.paused_until = state, timezone.now(), None
    membership.save(update_fields=["state", "since", "paused_until"])


def _note(
    recipient: Recipient, newsletter: Newsletter, act: Consent.Act, form: str, language: str
) -> None:
    agreed = act in (Act.ASKED, Act.CONFIRMED, Act.JOINED)
    with translation.override(language):
        wording = translation.gettext(WORDING) if agreed else ""
    Consent.objects.create(
        recipient=recipient,
        newsletter=newsletter,
        act=act,
        at=timezone.now(),
        form=form[:200],
        wording=wording,
        version=VERSION if agreed else "",
    )
