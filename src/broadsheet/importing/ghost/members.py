"""Ghost's list of members, a CSV file, as members that can be imported."""

import csv
import hashlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from broadsheet.importing.dates import moment
from broadsheet.importing.decoding import Text
from broadsheet.importing.pieces import FileRefused, Found, Loss, Member, Opener, Unread

MOST_LINE = 1_000_000
TRUE = frozenset(("true", "1", "yes"))


class Members:
    """One list. Its first line names the columns; `email` must be among them."""

    name = "ghost"  # a member in the list and in the JSON export is the same one

    def __init__(self, opener: Opener) -> None:
        self._open = opener
        with self._open() as file:
            self.total = max(0, sum(piece.count("\n") for piece in Text(file)) - 1)

    def items(self) -> Iterator[Found]:
        """Every member."""
        with self._open() as file:
            text = Text(file)
            lines = csv.reader(_lines(text))
            header = [name.strip().lower() for name in _next(lines) or []]
            if "email" not in header:
                raise FileRefused(_("This is no list of members: it has no column “email”."))
            while True:
                try:
                    row = _next(lines)
                except csv.Error as error:
                    what = _("Line %(line)d cannot be read: %(fault)s.") % {
                        "line": lines.line_num,
                        "fault": error,
                    }
                    yield Unread(_("The file"), "", what, _("What is whole was imported."))
                    continue
                if row is None:
                    break
                if any(row):
                    yield _member(dict(zip(header, row, strict=False)))
            for loss in text.losses:
                yield Unread(_("The file"), "", loss.what, loss.why, broken=False)


def _next(lines: Iterator[list[str]]) -> list[str] | None:
    return next(lines, None)


def _member(row: dict[str, str]) -> Member:
    email = row.get("email", "").strip()
    comped = row.get("complimentary_plan", "").strip().lower() in TRUE
    stripe = row.get("stripe_customer_id", "").strip()
    tiers = row.get("tiers", "").strip()
    losses = []
    if row.get("note", "").strip():
        losses.append(Loss(_("The staff’s note"), _("Readers have no notes here.")))
    if row.get("labels", "").strip():
        what = _("Labels: %(labels)s") % {"labels": row["labels"].strip()[:200]}
        losses.append(Loss(what, _("Readers have no labels here.")))
    # An address is not kept as a key: it is the reader's, and goes with the account.
    key = hashlib.sha256(email.lower().encode("utf-8", "replace")).hexdigest()
    return Member(
        foreign_id=row.get("id", "").strip()[:200] or key,
        email=email,
        name=row.get("name", "").strip(),
        comped=comped,
        paid=not comped and bool(stripe or tiers),
        stripe_customer=stripe,
        joined=moment(row.get("created_at")),
        losses=tuple(losses),
    )


def _lines(text: Text) -> Iterator[str]:
    left = ""
    for piece in text:
        *whole, left = (left + piece).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in whole:
            yield line[:MOST_LINE] + "\n"
        if len(left) > MOST_LINE:
            left = left[:MOST_LINE]
    if left:
        yield left
