"""Runs: a file is looked through item by item, each in a transaction of its own.

What is in the ledger with the same fingerprint is passed over, so a run can be broken off
anywhere, and repeated as often as wanted.
"""

import hashlib
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.access import Level
from broadsheet.importing import desk, ledger, picture_files
from broadsheet.importing.decoding import Text
from broadsheet.importing.desk import Desk, Order
from broadsheet.importing.ghost.members import Members
from broadsheet.importing.ghost.reading import Ghost
from broadsheet.importing.journal import Journal, Sink, Watcher
from broadsheet.importing.models import ImportedItem, ImportRun, ReportLine
from broadsheet.importing.paperfiles import rebuilding
from broadsheet.importing.pieces import FileRefused, Found, Loss, Member, Piece, Source, Unread
from broadsheet.importing.reception import Reception
from broadsheet.importing.wordpress.reading import Wishes, WordPress
from broadsheet.newsroom.models import Edition, Section
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan

logger = logging.getLogger(__name__)
Kinds = ImportRun.Kinds
States = ImportRun.States
Item = ImportedItem.Kinds
Became = ImportedItem.States


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever imports has chosen."""

    edition: str = ""
    section: str = ""
    access: str = Level.FREE.value
    """Of WordPress's posts; Ghost's say it themselves."""
    categories: Mapping[str, str] = field(default_factory=dict)
    """Slugs of categories there to slugs of sections here."""
    media: str = ""
    fetch_images: bool = False
    site: str = ""
    """Where the old paper is, for pictures whose address does not say it."""
    comped_plan: str = ""
    with_members: bool = True

    def kept(self) -> dict[str, Any]:
        """The same for the database."""
        return {name: getattr(self, name) for name in self.__slots__}


def silent(_told: object) -> None:
    """Watches and tells nothing."""


def kind_of(path: Path) -> str:
    """What sort of file it is. Raises FileRefused when it is none that can be imported."""
    if path.is_dir():
        return Kinds.PAPER
    if path.suffix.lower() == ".csv":
        return Kinds.MEMBERS
    try:
        with path.open("rb") as file:
            head = next(iter(Text(file))).lstrip()[:1]
    except OSError as error:
        raise FileRefused(
            _("%(name)s cannot be read: %(why)s.") % {"name": path.name, "why": error.strerror}
        ) from None
    if head == "<":
        return Kinds.WORDPRESS
    if head in ("{", "["):
        return Kinds.GHOST
    raise FileRefused(
        _("%(name)s is no export of WordPress (XML) or Ghost (JSON, CSV).") % {"name": path.name}
    )


def begin(path: Path, options: Options, by: Reader | None = None, name: str = "") -> ImportRun:
    """The run for a file: one that was broken off, if there is one. Raises FileRefused."""
    kind = kind_of(path)
    digest = _digest(path)
    kept = options.kept()
    unfinished = ImportRun.objects.filter(
        digest=digest, options=kept, state__in=(States.QUEUED, States.RUNNING, States.STOPPED)
    )
    return unfinished.first() or ImportRun.objects.create(
        kind=kind, name=(name or path.name)[:255], digest=digest, options=kept, by=by
    )


def carry_out(
    run: ImportRun,
    path: Path,
    options: Options,
    *,
    watcher: Watcher = silent,
    sink: Sink = silent,
    dry: bool = False,
) -> ImportRun:
    """Import the file. Raises FileRefused when nothing of it can be; what interrupts it goes on
    through here, after the run is noted as stopped."""
    journal = Journal(run, watcher, sink, dry=dry)
    _count_again(run)
    _move(run, States.RUNNING, dry=dry)
    try:
        if run.kind == Kinds.PAPER:
            rebuilding.rebuild(path, journal)
        else:
            _Run(journal, path, options).carry_out()
    except FileRefused as refused:
        _move(run, States.REFUSED, str(refused), dry=dry)
        raise
    except BaseException:
        journal.save()
        _move(run, States.STOPPED, dry=dry)
        raise
    journal.save()
    _move(run, States.DONE, dry=dry)
    return run


def dry_run(path: Path, options: Options, watcher: Watcher, sink: Sink) -> ImportRun:
    """What an import would do. Nothing is written but lines to `sink`. Raises FileRefused."""
    run = ImportRun(kind=kind_of(path), name=path.name[:255], options=options.kept())
    return carry_out(run, path, options, watcher=watcher, sink=sink, dry=True)


def _count_again(run: ImportRun) -> None:
    run.handled = run.same = run.kept = run.failed = 0
    run.message = ""


def _move(run: ImportRun, state: str, message: str = "", *, dry: bool) -> None:
    run.state, run.message, run.moved_at = state, message, timezone.now()
    if not dry:
        run.save()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    if path.is_dir():
        digest.update(str(path.resolve()).encode("utf-8", "surrogateescape"))
        return digest.hexdigest()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise FileRefused(
            _("%(name)s cannot be read: %(why)s.") % {"name": path.name, "why": error.strerror}
        ) from None
    return digest.hexdigest()


def order_of(options: Options) -> Order:
    """Where stories go. Raises FileRefused naming what there is when it cannot be found."""
    editions = {edition.slug: edition for edition in Edition.objects.all()}
    wished = options.edition or (next(iter(editions)) if len(editions) == 1 else "")
    edition = editions.get(wished)
    if edition is None:
        raise FileRefused(
            _("Say into which edition: --edition with one of %(names)s.")
            % {"names": ", ".join(editions) or _("none; make one first")}
        )
    sections = {one.slug: one for one in Section.objects.child_of(edition).order_by("path")}
    home = sections.get(options.section)
    if home is None:
        raise FileRefused(
            _("Say into which section: --section with one of %(names)s.")
            % {"names": ", ".join(sections) or _("none; make one first")}
        )
    found = {one.title.casefold(): one for one in reversed(sections.values())}
    found |= {slug.casefold(): one for slug, one in sections.items()}
    for label, slug in options.categories.items():
        if slug not in sections:
            raise FileRefused(_("There is no section “%(slug)s”.") % {"slug": slug})
        found[label.casefold()] = sections[slug]
    return Order(edition, home, found)


class _Run:
    """One import of one file of another paper's."""

    def __init__(self, journal: Journal, path: Path, options: Options) -> None:
        self._journal = journal
        self._run = journal.run
        self._path = path
        self._options = options
        self._plan = self._comped_plan()
        self._order = order_of(options) if self._run.kind != Kinds.MEMBERS else None
        self._source = self._opened()
        self._name = self._source.name
        language = "en"
        if self._order is not None:
            language = self._order.edition.language.partition("-")[0]
            self._name = f"{self._name} → {self._order.edition.slug}"[:255]
            self._desk = Desk(self._order, self._name, self._pictures())
        self._reception = Reception(self._plan, language)

    def carry_out(self) -> None:
        """Everything in the file, one after the other."""
        self._run.total = self._source.total
        for found in self._source.items():
            self._take(found)

    def _take(self, found: Found) -> None:
        match found:
            case Piece():
                self._story(found)
            case Member():
                self._member(found)
            case Unread():
                self._journal.write(
                    "", found.foreign_id, found.title, [Loss(found.what, found.why)]
                )
                self._journal.count("failed" if found.broken else "same")

    # Stories

    def _story(self, piece: Piece) -> None:
        item = ledger.find(self._name, Item.STORY, piece.foreign_id)
        fingerprint = piece.fingerprint()
        if item is not None and self._is_as_it_was(item, fingerprint):
            self._journal.count("same")
            return
        kept = self._why_kept(item)
        if kept:
            self._keep(piece, fingerprint, kept)
        elif self._journal.dry:
            copy = self._desk.look(piece)
            self._journal.write(Item.STORY, piece.foreign_id, piece.title, copy.losses)
            self._journal.count("changed" if item and item.page_id else "made")
        else:
            self._set(piece, item, fingerprint)

    def _is_as_it_was(self, item: ImportedItem, fingerprint: str) -> bool:
        if item.fingerprint != fingerprint or item.state not in (Became.MADE, Became.KEPT):
            return False
        return not any(self._desk.can_have(address) for address in item.lacks)

    def _why_kept(self, item: ImportedItem | None) -> str:
        if item is None or item.state not in (Became.MADE, Became.KEPT):
            return ""
        if item.page is None:
            return _("It was deleted here since it was imported.")
        if desk.imprint(item.page) != item.imprint:
            return _("Editors have changed it here since it was imported.")
        return ""

    def _keep(self, piece: Piece, fingerprint: str, why: str) -> None:
        loss = Loss(_("What is new in the file"), why)
        if not self._journal.dry:
            values = {"state": Became.KEPT, "fingerprint": fingerprint, "lacks": []}
            ledger.note(self._name, Item.STORY, piece.foreign_id, self._run, **values)
        self._journal.write(Item.STORY, piece.foreign_id, piece.title, [loss])
        self._journal.count("kept")

    def _set(self, piece: Piece, item: ImportedItem | None, fingerprint: str) -> None:
        try:
            copy = self._desk.prepare(piece)
            with transaction.atomic():
                article = item.page if item is not None else None
                if article is None:
                    article = self._desk.make(copy)
                    outcome = "made"
                else:
                    self._desk.change(article, copy)
                    outcome = "changed"
                ledger.note(
                    self._name,
                    Item.STORY,
                    piece.foreign_id,
                    self._run,
                    fingerprint=fingerprint,
                    page=article,
                    imprint=desk.imprint(article),
                    lacks=copy.lacks,
                    message="",
                )
                self._journal.write(Item.STORY, piece.foreign_id, article.title, copy.losses)
                self._journal.count(outcome)
        except (ValidationError, IntegrityError, ValueError) as error:
            self._fail(Item.STORY, piece.foreign_id, piece.title, error)

    def _fail(self, kind: str, foreign_id: str, title: str, error: Exception) -> None:
        why = desk.faults(error) if isinstance(error, ValidationError) else str(error)
        if not isinstance(error, ValidationError):
            logger.warning("an item could not be imported", exc_info=error)
        if not self._journal.dry:
            ledger.note(
                self._name, kind, foreign_id, self._run, state=Became.FAILED, message=why[:2000]
            )
        self._journal.write(kind, foreign_id, title, [Loss(_("The whole item"), why)])
        self._journal.count("failed")

    # Readers

    def _member(self, member: Member) -> None:
        if not self._options.with_members:
            why = _("Readers are imported by the operator, at the command line.")
            self._journal.write(Item.READER, member.foreign_id, "", [Loss(_("A member"), why)])
            self._journal.count("same")
            return
        fingerprint = hashlib.sha256(
            f"{member.fingerprint()}{self._options.comped_plan if member.comped else ''}".encode()
        ).hexdigest()
        item = ledger.find("ghost", Item.READER, member.foreign_id)
        if item is not None and item.state == Became.MADE:
            gone = not Reader.objects.filter(pk=item.target or 0).exists()
            if gone or item.fingerprint == fingerprint:
                # Whoever has deleted their account is not brought back.
                self._journal.count("same")
                return
        try:
            self._take_in(member, item, fingerprint)
        except (ValidationError, IntegrityError) as error:
            self._fail(Item.READER, member.foreign_id, "", error)

    def _take_in(self, member: Member, item: ImportedItem | None, fingerprint: str) -> None:
        key = member.foreign_id
        if self._journal.dry:
            losses = self._reception.would_lose(member)
            self._journal.write(Item.READER, key, member.email, losses)
            self._journal.count("changed" if item else "made")
            return
        with transaction.atomic():
            reader, new, losses = self._reception.take_in(member)
            ours = item is not None and item.target == reader.pk
            if ours:
                losses = [loss for loss in losses if loss.what != _("The account")]
            ledger.note(
                "ghost", Item.READER, key, self._run, fingerprint=fingerprint, target=reader.pk
            )
            self._journal.write(Item.READER, key, member.email, losses, reader.pk)
            self._journal.count("made" if new else "changed" if ours else "kept")

    # What it needs

    def _opened(self) -> Source:
        if self._run.kind == Kinds.MEMBERS:
            return Members(self._open)
        if self._run.kind == Kinds.GHOST:
            return Ghost(self._open)
        assert self._order is not None
        zone = ZoneInfo(self._order.edition.time_zone)
        return WordPress(self._open, Wishes(zone, Level(self._options.access)))

    def _open(self) -> AbstractContextManager[IO[bytes]]:
        return self._path.open("rb")

    def _pictures(self) -> picture_files.Everywhere:
        places = [picture_files.at(Path(self._options.media))] if self._options.media else []
        places += picture_files.beside(self._path)
        site = self._options.site or self._source.name.partition(":")[2]
        return picture_files.Everywhere(places, site.rstrip("/"), fetch=self._options.fetch_images)

    def _comped_plan(self) -> Plan | None:
        code = self._options.comped_plan
        if not code:
            return None
        plan = Plan.objects.filter(code=code).first()
        if plan is None:
            codes = ", ".join(Plan.objects.values_list("code", flat=True))
            raise FileRefused(
                _("There is no plan “%(code)s”; there are: %(codes)s.")
                % {"code": code, "codes": codes}
            )
        return plan


def lines_of(run: ImportRun) -> list[ReportLine]:
    """The report of a run."""
    return list(run.lines.all())
