"""Lists of readers as CSV: our own, Mailchimp's and Ghost's come in, our own goes out.

Nobody gets mail by an import who had not agreed to it before: a row without the time of a consent
is refused, and so is whoever left here, or may not be written to.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from dateutil import parser as dates
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.mail.post import BadAddress, deliverable
from broadsheet.newsletters.models import Consent, Membership, Newsletter, Recipient

OURS = ("email", "state", "since", "act", "at", "form", "wording", "version")
EMAILS = ("email", "email address", "e-mail", "e-mail address")
CONSENTS = ("at", "confirm_time", "optin_time", "created_at", "consent", "consented_at")
"""Columns with the time of a consent: ours, Mailchimp's two, Ghost's."""
LONGEST_LINE = 10_000
"""Characters of a field; a longer one is no list of readers."""
ON = ("", "joined", "subscribed", "true", "yes", "1", "active")
"""What a column that says whether somebody still wants it may hold, if they do."""
WHETHER = ("state", "status", "subscribed_to_emails", "subscribed")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, and why."""

    line: int
    email: str
    why: str


@dataclass(slots=True)
class Outcome:
    """What an import did."""

    joined: int
    known: int
    refused: list[Refused]


class NoList(ValueError):
    """The file is not a list of readers; the text says what is missing."""


def bring_in(file: IO[str], newsletter: Newsletter, *, source: str, dry: bool = False) -> Outcome:
    """Put everybody of a CSV file on a list. `source` says in the record where they agreed. The
    same file again changes nothing. Raises NoList."""
    outcome = Outcome(0, 0, [])
    seen: set[str] = set()
    for line, row in _rows(file):
        given = _first(row, EMAILS)
        try:
            email, agreed = _read(row, given)
            if email in seen:
                raise _Refusal(_("It stands in the file twice."))
            seen.add(email)
            with transaction.atomic():
                joined = _join(email, newsletter, agreed, source, dry=dry)
        except _Refusal as refusal:
            outcome.refused.append(Refused(line, given, str(refusal)))
        else:
            outcome.joined += joined
            outcome.known += not joined
    return outcome


def take_out(newsletter: Newsletter, file: IO[str]) -> int:
    """Write everybody who is or was on a list, with their last consent; how many."""
    writer = csv.writer(file)
    writer.writerow(OURS)
    rows = 0
    memberships = newsletter.memberships.select_related("recipient").order_by("pk")
    for each in memberships.iterator(chunk_size=2000):
        consent = each.recipient.consents.filter(newsletter=newsletter).exclude(wording="").first()
        row = [each.recipient.email, each.state, each.since.isoformat()]
        if consent is not None:
            row += [consent.act, consent.at.isoformat()]
            row += [consent.form, consent.wording, consent.version]
        writer.writerow(map(_harmless, row))
        rows += 1
    return rows


class _Refusal(Exception):
    pass


def _rows(file: IO[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(file)
    try:
        names = [name.strip().lower().removeprefix("\ufeff") for name in next(reader, [])]
        if not set(names) & set(EMAILS):
            raise NoList(_("The first line names no column for e-mail addresses."))
        if not set(names) & set(CONSENTS):
            raise NoList(
                _("No column says when they agreed: at, CONFIRM_TIME, OPTIN_TIME or created_at.")
            )
        for row in reader:
            yield reader.line_num, dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise NoList(_("This is no CSV file: %s.") % error) from error
    except UnicodeDecodeError as error:
        raise NoList(_("This file is not UTF-8.")) from error


def _read(row: Mapping[str, str], given: str) -> tuple[str, datetime]:
    try:
        email = deliverable(given.strip()).lower()
    except BadAddress:
        raise _Refusal(_("This is not an e-mail address.")) from None
    if any(row.get(name, "").strip().lower() not in ON for name in WHETHER):
        raise _Refusal(_("They do not get it there any more."))
    return email, _time(_first(row, CONSENTS))


def _time(text: str) -> datetime:
    if not text:
        raise _Refusal(_("It does not say when they agreed."))
    try:
        moment = dates.parse(text[:40])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_default_timezone())
        future = moment > timezone.now()
    except (ValueError, OverflowError):
        raise _Refusal(_("The time at which they agreed cannot be read.")) from None
    if future:
        raise _Refusal(_("The time at which they agreed is still to come."))
    return moment


def _join(email: str, newsletter: Newsletter, agreed: datetime, source: str, *, dry: bool) -> bool:
    known = Recipient.objects.filter(email=email).first()
    if known is not None and known.refused:
        raise _Refusal(_("No mail may be sent there: %s.") % known.get_refused_display())
    membership = newsletter.memberships.filter(recipient=known).first() if known else None
    if membership is not None and membership.state == Membership.State.LEFT:
        raise _Refusal(_("They left this newsletter here."))
    if membership is not None and membership.state != Membership.State.ASKED:
        return False
    if dry:
        return True
    now = timezone.now()
    language = newsletter.edition.language.partition("-")[0]
    recipient = known or Recipient.objects.create(email=email, language=language, created_at=now)
    Membership.objects.update_or_create(
        recipient=recipient,
        newsletter=newsletter,
        defaults={"state": Membership.State.JOINED, "since": now},
    )
    Consent.objects.create(
        recipient=recipient,
        newsletter=newsletter,
        act=Consent.Act.IMPORTED,
        at=agreed,
        form=source[:200],
    )
    return True


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _harmless(text: str) -> str:
    # An address may begin with = or +, and a spreadsheet would reckon with it.
    return f"'{text}" if text.startswith(FORMULA) else text
