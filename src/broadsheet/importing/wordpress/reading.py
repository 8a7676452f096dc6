"""A WordPress export file as pieces that can be imported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from django.utils.text import slugify
from django.utils.translation import gettext as _

from broadsheet.access import Level
from broadsheet.importing.dates import moment
from broadsheet.importing.pieces import (
    FileRefused,
    Found,
    Label,
    Loss,
    Opener,
    PictureAt,
    Piece,
    Status,
    Unread,
    Writer,
)
from broadsheet.importing.story_blocks import plain
from broadsheet.importing.wordpress.bodies import as_html
from broadsheet.importing.wordpress.records import Break, Record, Records

STORIES = ("post", "page")
SILENT = frozenset(("attachment",))
"""They come with the stories that show them."""
STATUS = {"publish": Status.PUBLISHED, "future": Status.SCHEDULED}
THROWN = frozenset(("trash", "auto-draft", "inherit"))
MOST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the file cannot know."""

    zone: ZoneInfo
    access: Level = Level.FREE


class WordPress:
    """One export file. It is read twice: pictures and authors first, then what uses them."""

    def __init__(self, opener: Opener, wishes: Wishes) -> None:
        self._open = opener
        self._wishes = wishes
        self._attachments: dict[str, PictureAt] = {}
        self._writers: dict[str, Writer] = {}
        self.total = 0
        self.name = "wordpress:" + self._look()

    def items(self) -> Iterator[Found]:
        """Every post and page, and what else stands in the file."""
        with self._open() as file:
            records = Records(file)
            for record in records:
                found = self._found(record)
                if found is not None:
                    yield found
            for loss in records.losses:
                yield Unread(_("The file"), "", loss.what, loss.why, broken=False)

    def _look(self) -> str:
        """Learn what stories refer to; the address of the site."""
        with self._open() as file:
            records = Records(file)
            for record in records:
                if isinstance(record, Break):
                    self.total += 1
                elif record.kind == "wp:author":
                    self._writer(record)
                elif record.text("wp:post_type") == "attachment":
                    self._attachment(record)
                else:
                    self.total += 1
            site = records.site
        if not (self.total or self._attachments or self._writers):
            raise FileRefused(_("The export file of WordPress holds nothing that is whole."))
        return (site.get("wp:base_blog_url") or site.get("link") or "").rstrip("/")[:200]

    def _writer(self, record: Record) -> None:
        login = record.text("wp:author_login")
        if login:
            self._writers[login] = _writer(login, plain([record.text("wp:author_display_name")]))

    def _attachment(self, record: Record) -> None:
        address = record.text("wp:attachment_url") or record.text("guid")
        if address:
            self._attachments[record.text("wp:post_id")] = PictureAt(
                address[:2000],
                record.settings.get("_wp_attachment_image_alt", "").strip()[:MOST_WORDS],
                plain([record.text("excerpt:encoded")[:MOST_WORDS]]),
            )

    def _found(self, record: Record | Break) -> Found | None:
        if isinstance(record, Break):
            what = _("The file is broken here (%(where)s): %(fault)s.") % {
                "where": record.where,
                "fault": record.fault,
            }
            title = plain([record.title]) or _("The file")
            return Unread(title, record.foreign_id, what, _("What is whole was imported."))
        kind = record.text("wp:post_type") or "post"
        if record.kind != "item" or kind in SILENT:
            return None
        title = plain([record.text("title")[:MOST_WORDS]])
        key = record.text("wp:post_id")
        if record.too_large:
            return Unread(title, key, _("The whole item"), _("It is too large to be a story."))
        if kind not in STORIES:
            what = _("Something of the kind “%(kind)s”") % {"kind": kind}
            return Unread(title, key, what, _("It has no place in a newspaper."), broken=False)
        if record.text("wp:status") in THROWN:
            what = _("A story in the state “%(state)s”") % {"state": record.text("wp:status")}
            return Unread(title, key, what, _("It was thrown away there."), broken=False)
        return self._piece(record, kind)

    def _piece(self, record: Record, kind: str) -> Piece:
        losses: list[Loss] = []
        link = record.text("link")
        status = self._status(record, losses)
        published = self._when(record, "wp:post_date", losses)
        body = record.texts.get("content:encoded", "")
        key = record.text("wp:post_id") or record.text("guid") or link
        return Piece(
            foreign_id=key or f"line {record.line}",
            title=record.text("title"),
            slug=unquote(record.text("wp:post_name")),
            html=as_html(body, self._attachments),
            status=status,
            published=published if status != Status.DRAFT else None,
            updated=self._when(record, "wp:post_modified", []),
            access=Level.FREE if kind == "page" else self._wishes.access,
            standfirst=plain([record.text("excerpt:encoded")]),
            writers=self._bylines(record),
            labels=_labels(record),
            lead=self._lead(record, losses),
            old_paths=_old_paths(link) if status == Status.PUBLISHED else (),
            seo_title=record.settings.get("_yoast_wpseo_title", "").strip(),
            search_description=record.settings.get("_yoast_wpseo_metadesc", "").strip(),
            losses=(*losses, *_other_losses(record, kind)),
        )

    def _status(self, record: Record, losses: list[Loss]) -> Status:
        said = record.text("wp:status") or "publish"
        if record.text("wp:post_password"):
            losses.append(Loss(_("The story’s password"), _("It is a draft until you decide.")))
            return Status.DRAFT
        if said == "private":
            losses.append(Loss(_("It was private"), _("It is a draft until you decide.")))
        return STATUS.get(said, Status.DRAFT)

    def _when(self, record: Record, name: str, losses: list[Loss]) -> datetime | None:
        found = moment(record.text(f"{name}_gmt")) or moment(record.text(name), self._wishes.zone)
        if found is None and name == "wp:post_date":
            found = moment(record.text("pubDate"))
            said = record.text(name)
            if found is None and said and not said.startswith("0000"):
                losses.append(Loss(_("The date “%(date)s”") % {"date": said[:60]}, _no_date()))
        return found

    def _bylines(self, record: Record) -> tuple[Writer, ...]:
        login = record.text("dc:creator")
        if not login:
            return ()
        return (self._writers.get(login) or _writer(login, ""),)

    def _lead(self, record: Record, losses: list[Loss]) -> PictureAt | None:
        key = record.settings.get("_thumbnail_id", "").strip()
        if key and key not in self._attachments:
            losses.append(
                Loss(
                    _("Its lead picture (number %(id)s)") % {"id": key[:20]},
                    _("The file says nothing of it."),
                )
            )
        return self._attachments.get(key)


def _no_date() -> str:
    return _("There is no such date.")


def _writer(login: str, name: str) -> Writer:
    # A sign-in name can be an address of mail, which nobody else is to see.
    own = login.partition("@")[0]
    name = name or own
    return Writer(login[:200], name[:120], slugify(name)[:100] or slugify(own)[:100] or "author")


def _labels(record: Record) -> tuple[Label, ...]:
    found = {
        (domain, slug or name): Label(
            unquote(slug)[:200] or slugify(name), plain([name])[:120], domain == "category"
        )
        for domain, slug, name in record.labels
        if domain in ("category", "post_tag") and (slug or name)
    }
    return tuple(label for label in found.values() if label.slug != "uncategorized")


def _old_paths(link: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ()
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return (path,) if path.strip("/") else ()


def _other_losses(record: Record, kind: str) -> list[Loss]:
    losses = []
    if record.comments:
        losses.append(
            Loss(_("Comments: %(n)d") % {"n": record.comments}, _("Stories have no comments here."))
        )
    if kind == "page":
        losses.append(Loss(_("It was a page"), _("It became a story that everybody may read.")))
    return losses
