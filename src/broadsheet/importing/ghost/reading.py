"""A Ghost export file as pieces that can be imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from broadsheet.access import Level
from broadsheet.importing.dates import moment
from broadsheet.importing.ghost import bodies
from broadsheet.importing.ghost.tables import Broken, Tables, TooLarge, no_export
from broadsheet.importing.pieces import (
    Found,
    Label,
    Loss,
    Member,
    Opener,
    PictureAt,
    Piece,
    Status,
    Unread,
    Writer,
)
from broadsheet.importing.story_blocks import plain

ACCESS = {
    "public": Level.FREE,
    "members": Level.REGISTERED,
    "paid": Level.SUBSCRIBERS,
    "tiers": Level.SUBSCRIBERS,
}
STATUS = {"published": Status.PUBLISHED, "scheduled": Status.SCHEDULED}
KNOWN_BEFORE = (
    *("tags", "users", "posts_tags", "posts_authors", "posts_meta"),
    *("settings", "members_stripe_customers", "posts"),
)
META = ("feature_image_alt", "feature_image_caption", "meta_title", "meta_description")
OTHERS = frozenset(("newsletters", "products", "offers", "snippets", "labels", "webhooks"))

type Row = Mapping[str, Any]


@dataclass(slots=True)
class _Known:
    """What posts refer to, and is written after them in the file."""

    tags: dict[str, Label] = field(default_factory=dict)
    writers: dict[str, Writer] = field(default_factory=dict)
    filed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    written: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    meta: dict[str, dict[str, str]] = field(default_factory=dict)
    stripe: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)


class Ghost:
    """One export file. It is read twice: what stories refer to is written after them."""

    name = "ghost"  # its keys are unique in the world

    def __init__(self, opener: Opener) -> None:
        self._open = opener
        self._known = _Known()
        self.total = 0
        self._look()

    def items(self) -> Iterator[Found]:
        """Every post, page and member, and what else stands in the file."""
        last = ""
        with self._open() as file:
            tables = Tables(file)
            try:
                for table, row in tables.rows(("posts", "members")):
                    found = self._found(table, row)
                    last = found.title if isinstance(found, (Piece, Unread)) else last
                    yield found
            except Broken as broken:
                what = _("The file is broken here (%(where)s).") % {"where": broken}
                if last:
                    what += " " + _("The last whole story before it: %(title)s") % {"title": last}
                yield Unread(_("The file"), "", what, _("What is whole was imported."))
            for loss in tables.losses:
                yield Unread(_("The file"), "", loss.what, loss.why, broken=False)
        for table, count in self._known.others.items():
            what = f"{table}: {count}"
            yield Unread(_("The file"), "", what, _("It has no place here."), broken=False)

    def _look(self) -> None:
        with self._open() as file:
            tables = Tables(file)
            try:
                for table, row in tables.rows((*KNOWN_BEFORE, "members", *OTHERS)):
                    self._learn(table, row)
            except Broken:
                self.total += 1  # told when the stories are read
                if not tables.found:
                    raise no_export() from None

    def _learn(self, table: str, row: Any) -> None:
        if table in ("posts", "members"):
            self.total += 1
        elif table in OTHERS:
            self._known.others[table] = self._known.others.get(table, 0) + 1
        elif isinstance(row, Mapping):
            self._refer(table, row)

    def _refer(self, table: str, row: Row) -> None:
        known = self._known
        match table:
            case "tags" if not _text(row, "name").startswith("#"):  # those are Ghost's own
                name = _text(row, "name")
                slug = _text(row, "slug") or slugify(name)
                known.tags[_key(row)] = Label(slug[:200], plain([name])[:120], broad=True)
            case "users":
                known.writers[_key(row)] = _writer(row)
            case "posts_tags":
                _note(known.filed, row, "tag_id")
            case "posts_authors":
                _note(known.written, row, "author_id")
            case "posts_meta":
                known.meta[_text(row, "post_id")] = {name: _text(row, name)[:1000] for name in META}
            case "members_stripe_customers":
                known.stripe[_text(row, "member_id")] = _text(row, "customer_id")

    def _found(self, table: str, row: Any) -> Found:
        if isinstance(row, TooLarge) or not isinstance(row, Mapping):
            what = _("A whole item of the table “%(table)s”") % {"table": table}
            return Unread(_("The file"), "", what, _("It is too large to be a story."))
        return self._member(row) if table == "members" else self._piece(row)

    def _member(self, row: Row) -> Member:
        status = _text(row, "status")
        stripe = self._known.stripe.get(_key(row), "")
        losses = []
        if _text(row, "note"):
            losses.append(Loss(_("The staff’s note"), _("Readers have no notes here.")))
        return Member(
            foreign_id=_key(row) or _text(row, "uuid"),
            email=_text(row, "email"),
            name=_text(row, "name"),
            comped=status == "comped",
            paid=status == "paid",
            stripe_customer=stripe,
            joined=moment(row.get("created_at")),
            losses=tuple(losses),
        )

    def _piece(self, row: Row) -> Piece:
        losses: list[Loss] = []
        key = _key(row)
        meta = {name: _text(row, name) for name in ("meta_title", "meta_description")}
        meta |= {name: text for name, text in self._known.meta.get(key, {}).items() if text}
        status = STATUS.get(_text(row, "status"), Status.DRAFT)
        slug = _text(row, "slug")
        if _text(row, "status") == "sent":
            losses.append(Loss(_("It was sent by mail only"), _("It is a draft until you decide.")))
        if _text(row, "codeinjection_head") or _text(row, "codeinjection_foot"):
            losses.append(Loss(_("Code put into its page"), _("Stories do not run programs.")))
        if _text(row, "type") == "page" or row.get("page") in (1, True):
            losses.append(Loss(_("It was a page"), _("It became a story.")))
        return Piece(
            foreign_id=key or _text(row, "uuid") or slug,
            title=_text(row, "title"),
            slug=slug,
            html=self._body(row, losses),
            status=status,
            published=moment(row.get("published_at")) if status != Status.DRAFT else None,
            updated=moment(row.get("updated_at")),
            access=self._access(row, losses),
            standfirst=plain([_text(row, "custom_excerpt")]),
            writers=self._bylines(key, row),
            labels=self._labels(key),
            lead=_lead(row, meta),
            old_paths=(f"/{slug}/",) if slug and status == Status.PUBLISHED else (),
            seo_title=meta["meta_title"],
            search_description=meta["meta_description"],
            losses=tuple(losses),
        )

    def _access(self, row: Row, losses: list[Loss]) -> Level:
        said = _text(row, "visibility") or "public"
        if said not in ACCESS or said == "tiers":
            what = _("Only some tiers may read it (%(said)s)") % {"said": said[:100]}
            losses.append(Loss(what, _("All subscribers may.")))
        return ACCESS.get(said, Level.SUBSCRIBERS)

    def _body(self, row: Row, losses: list[Loss]) -> str:
        for name, read in (("lexical", bodies.lexical), ("mobiledoc", bodies.mobiledoc)):
            text = _text(row, name)
            if not text:
                continue
            try:
                return read(text)
            except bodies.NotWritten:
                what = _("The text as the editor kept it (%(form)s)") % {"form": name}
                losses.append(Loss(what, _("It is damaged; the page’s own HTML was read.")))
        return _text(row, "html")

    def _bylines(self, key: str, row: Row) -> tuple[Writer, ...]:
        writers = [slug for _order, slug in sorted(self._known.written.get(key, ()))]
        writers = writers or [_text(row, "author_id") or _text(row, "created_by")]
        found = (self._known.writers.get(writer) for writer in dict.fromkeys(writers))
        return tuple(writer for writer in found if writer is not None)

    def _labels(self, key: str) -> tuple[Label, ...]:
        tags = (tag for _order, tag in sorted(self._known.filed.get(key, ())))
        return tuple(self._known.tags[tag] for tag in tags if tag in self._known.tags)


def _lead(row: Row, meta: Mapping[str, str]) -> PictureAt | None:
    address = _text(row, "feature_image")
    if not address:
        return None
    caption = plain([meta.get("feature_image_caption", "")])
    return PictureAt(address[:2000], meta.get("feature_image_alt", ""), caption)


def _writer(row: Row) -> Writer:
    name = plain([_text(row, "name")])[:120]
    slug = _text(row, "slug")[:100] or slugify(name)[:100]
    return Writer(_key(row), name or slug, slug or "author", plain([_text(row, "bio")]))


def _note(notes: dict[str, list[tuple[int, str]]], row: Row, name: str) -> None:
    order = row.get("sort_order")
    order = order if isinstance(order, int) else 0
    notes.setdefault(_text(row, "post_id"), []).append((order, _text(row, name)))


def _key(row: Row) -> str:
    return _text(row, "id")[:200]


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
