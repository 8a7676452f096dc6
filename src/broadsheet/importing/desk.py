"""Sets what importers read: stories with their bylines, topics and pictures."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.access import Level
from broadsheet.importing import ledger
from broadsheet.importing.models import ImportedItem
from broadsheet.importing.picture_files import Everywhere, NotFound, stem
from broadsheet.importing.pieces import Label, Loss, PictureAt, Piece, Status, Writer
from broadsheet.importing.story_blocks import PICTURE, Converted, convert, plain
from broadsheet.newsroom.models import (
    Article,
    ArticleAuthor,
    Author,
    Edition,
    Picture,
    Section,
    Topic,
)
from broadsheet.newsroom.pictures import PictureRefused, take_in

MOST_TITLE = 255
MOST_SLUG = 100
MOST_PATH = 255
PLACEHOLDERS = re.compile(r"%%(?=\w+%%)")
Kinds = ImportedItem.Kinds


@dataclass(frozen=True, slots=True)
class Order:
    """Where imported stories go."""

    edition: Edition
    section: Section
    sections: Mapping[str, Section]
    """Broad labels by slug or name, in lower case, that are sections here."""


@dataclass(slots=True)
class Copy:
    """A piece made ready to be set: its blocks, its pictures by their old addresses, and what is
    not as it was."""

    piece: Piece
    converted: Converted
    pictures: dict[str, Picture] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)

    def lose(self, what: str, why: str) -> None:
        """Note something that is not as it was."""
        self.losses.append(Loss(what, why))

    def lack(self, address: str, why: str) -> None:
        """Note a picture that is not to be had."""
        if address not in self.lacks:
            self.lacks.append(address)
            self.lose(_("The picture %(address)s") % {"address": address[:500]}, why)

    def wanted(self) -> list[PictureAt]:
        """Its pictures, the lead first."""
        lead = [self.piece.lead] if self.piece.lead else []
        return [*lead, *self.converted.pictures()]


class Desk:
    """Makes stories of pieces, and brings them up to date."""

    def __init__(self, order: Order, source: str, pictures: Everywhere) -> None:
        self._order = order
        self._source = source
        self._pictures = pictures

    def can_have(self, address: str) -> bool:
        """Whether a picture that was lacking may be had now."""
        return self._pictures.can_have(address)

    def look(self, piece: Piece) -> Copy:
        """What would be lost, without making anything."""
        copy = self._read(piece)
        for picture in copy.wanted():
            if not self._pictures.can_have(picture.address):
                copy.lack(picture.address, _("It is not beside the file."))
        self._title(copy)
        return copy

    def prepare(self, piece: Piece) -> Copy:
        """The piece with its pictures taken in. Each of them is a transaction of its own, and
        none is open while one is fetched."""
        copy = self._read(piece)
        for picture in copy.wanted():
            if picture.address not in copy.pictures:
                found = self._picture(picture, copy)
                if found is not None:
                    copy.pictures[picture.address] = found
        return copy

    def make(self, copy: Copy) -> Article:
        """A new story. Raises ValidationError when it cannot be one of ours."""
        section, labels = self._place(copy.piece.labels)
        article = Article(live=False, locale=section.locale)
        self._fill(article, copy, labels)
        article.slug = self._free_slug(copy, article.title, section)
        section.add_child(instance=article)
        self._publish(article, copy.piece)
        self._redirect(article, copy)
        return article

    def change(self, article: Article, copy: Copy) -> None:
        """The story as the piece has it now; its address and place stay. Raises ValidationError."""
        _section, labels = self._place(copy.piece.labels)
        self._fill(article, copy, labels)
        article.full_clean()
        if copy.piece.status == Status.DRAFT and article.live:
            article.save_revision()
            article.unpublish()
        else:
            self._publish(article, copy.piece)
        self._redirect(article, copy)

    def _read(self, piece: Piece) -> Copy:
        converted = convert(piece.html)
        return Copy(piece, converted, losses=[*piece.losses, *converted.losses])

    # The parts of a story

    def _fill(self, article: Article, copy: Copy, labels: Sequence[Label]) -> None:
        piece = copy.piece
        article.title = self._title(copy)
        article.draft_title = article.title
        article.standfirst = self._fitting(article, "standfirst", piece.standfirst, copy)
        article.seo_title = self._fitting(article, "seo_title", piece.seo_title, copy)
        article.search_description = plain([piece.search_description])
        article.access = piece.access.value
        published, now = piece.published, timezone.now()
        article.go_live_at = published if published and published > now else None
        article.published_at = published if published and published <= now else None
        article.first_published_at = article.published_at
        article.updated_at = self._updated(piece, now)
        self._lead(article, copy)
        article.body = self._body(copy)
        article.byline = [
            ArticleAuthor(author=author, sort_order=order)
            for order, author in enumerate(self._authors(piece.writers))
        ]
        article.topics = self._topics(labels, copy)

    def _title(self, copy: Copy) -> str:
        piece = copy.piece
        title = _unmarked(plain([piece.title]))
        if not title:
            words = next((v for kind, v in copy.converted.blocks if kind == "paragraph"), "")
            title = Truncator(_unmarked(plain([words]))).words(8)
            title = title[:MOST_TITLE] or _("Without a title (%(id)s)") % {"id": piece.foreign_id}
            copy.lose(_("It has no title"), _("Its first words stand there now."))
        if len(title) > MOST_TITLE:
            copy.lose(_("A title of %(n)d characters") % {"n": len(title)}, _("It was cut."))
            title = Truncator(title).chars(MOST_TITLE)
        return title[:MOST_TITLE]

    def _fitting(self, article: Article, name: str, text: str, copy: Copy) -> str:
        most = Article._meta.get_field(name).max_length
        text = _unmarked(plain([text]))
        if most and len(text) > most:
            label = Article._meta.get_field(name).verbose_name
            what = _("%(field)s: %(n)d characters") % {"field": label, "n": len(text)}
            copy.lose(what, _("It was cut: %(text)s") % {"text": text[:2000]})
            text = Truncator(text).chars(most)[:most]
        return text

    def _updated(self, piece: Piece, now: datetime) -> datetime | None:
        updated, published = piece.updated, piece.published
        if updated is None or published is None or updated > now:
            return None
        return updated if (updated - published).total_seconds() >= 60 else None

    def _lead(self, article: Article, copy: Copy) -> None:
        lead = copy.piece.lead
        picture = copy.pictures.get(lead.address) if lead is not None else None
        article.lead_picture = picture
        article.lead_alt = article.lead_caption = ""
        if picture is not None and lead is not None:
            alt = lead.alt or lead.caption or picture.title
            article.lead_alt = self._fitting(article, "lead_alt", alt, copy)
            article.lead_caption = self._fitting(article, "lead_caption", lead.caption, copy)
            if not lead.alt:
                self._say_no_alt(lead, copy)

    def _body(self, copy: Copy) -> list[dict[str, Any]]:
        blocks = []
        for kind, value in copy.converted.blocks:
            if kind == "preview_end" and copy.piece.access == Level.FREE:
                continue
            if kind != PICTURE:
                clean = _unmarked_value(value)
                blocks.append({"type": kind, "value": clean})
                continue
            picture = copy.pictures.get(value.address)
            if picture is None:
                if value.caption:
                    blocks.append(_paragraph(value.caption))
                continue
            if not value.alt:
                self._say_no_alt(value, copy)
            alt = _unmarked(value.alt or value.caption or picture.title)
            caption, rest = _parted(_unmarked(value.caption), 400)
            words = {"alt": alt[:250], "caption": caption}
            blocks.append({"type": "picture", "value": {"image": picture.pk, **words}})
            if rest:
                blocks.append(_paragraph(rest))
        return blocks

    def _say_no_alt(self, picture: PictureAt, copy: Copy) -> None:
        copy.lose(
            _("What a picture shows: %(address)s") % {"address": picture.address},
            _("The file does not say it. Its caption or name stands there; say it yourself."),
        )

    def _picture(self, picture: PictureAt, copy: Copy) -> Picture | None:
        key = hashlib.sha256(picture.address.encode("utf-8", "replace")).hexdigest()
        item = ledger.find(self._source, Kinds.PICTURE, key)
        found = Picture.objects.filter(pk=item.target).first() if item and item.target else None
        if found is not None:
            return found
        try:
            content = self._pictures.get(picture.address)
            with transaction.atomic():
                taken = take_in(content, stem(picture.address), description=picture.alt)
                ledger.note(self._source, Kinds.PICTURE, key, target=taken.pk)
        except NotFound as error:
            copy.lack(picture.address, str(error))
            return None
        except PictureRefused as error:
            copy.lose(_("The picture %(address)s") % {"address": picture.address}, str(error))
            return None
        return taken

    def _authors(self, writers: Sequence[Writer]) -> list[Author]:
        return list(dict.fromkeys(self._author(writer) for writer in writers))

    def _author(self, writer: Writer) -> Author:
        item = ledger.find(self._source, Kinds.AUTHOR, writer.foreign_id)
        found = Author.objects.filter(pk=item.target).first() if item and item.target else None
        if found is None:
            same = Author.objects.filter(slug=writer.slug).first()
            found = same or Author.objects.filter(name=writer.name).first()
            found = found or Author.objects.create(
                name=_unmarked(writer.name)[:120] or writer.slug,
                slug=_slug(writer.slug)[:120] or f"author-{writer.foreign_id[:20]}",
                biography=_unmarked(writer.biography),
            )
            ledger.note(self._source, Kinds.AUTHOR, writer.foreign_id, target=found.pk)
        return found

    def _topics(self, labels: Sequence[Label], copy: Copy) -> list[Topic]:
        found: dict[int, Topic] = {}
        edition = self._order.edition
        for label in labels:
            name = _unmarked(label.name)[:120]
            slug = _slug(label.slug)[:120] or _slug(name)[:120]
            if not slug:
                copy.lose(_("Filed under “%(name)s”") % {"name": name}, _("It has no address."))
                continue
            topic = Topic.objects.filter(edition=edition, slug=slug).first()
            topic = topic or Topic.objects.filter(edition=edition, name=name).first()
            topic = topic or Topic.objects.create(edition=edition, slug=slug, name=name or slug)
            found[topic.pk] = topic
        return list(found.values())

    # Its place

    def _place(self, labels: Sequence[Label]) -> tuple[Section, list[Label]]:
        """The section of the first label that is one, and the labels that are topics."""
        home: Section | None = None
        rest = []
        for label in labels:
            section = self._section(label) if label.broad else None
            if section is None:
                rest.append(label)
            elif home is None:
                home = section
            elif section.pk != home.pk:
                rest.append(label)
        return home or self._order.section, rest

    def _section(self, label: Label) -> Section | None:
        sections = self._order.sections
        return sections.get(label.slug.casefold()) or sections.get(label.name.casefold())

    def _free_slug(self, copy: Copy, title: str, section: Section) -> str:
        piece = copy.piece
        wished = _slug(piece.slug)[:MOST_SLUG].strip("-_")
        slug = wished or _slug(title)[:MOST_SLUG].strip("-_") or f"story-{_slug(piece.foreign_id)}"
        taken = set(
            Article.objects.inside(section)
            .filter(slug__startswith=slug)
            .values_list("slug", flat=True)
        )
        free, number = slug, 2
        while free in taken:
            free, number = f"{slug}-{number}", number + 1
        if piece.slug and free != piece.slug:
            what = _("The address “%(slug)s”") % {"slug": piece.slug[:200]}
            copy.lose(what, _("It is “%(slug)s” now.") % {"slug": free})
        return free

    def _redirect(self, article: Article, copy: Copy) -> None:
        for path in copy.piece.old_paths:
            old = Redirect.normalise_path(path)
            if len(old) > MOST_PATH:
                copy.lose(_("Its old address"), _("It is too long to be led on."))
                continue
            if old in ("", "/") or old.rstrip("/") == article.get_url().rstrip("/"):
                continue
            there = Redirect.objects.filter(old_path=old).first()
            if there is None:
                Redirect.add_redirect(old, article)
            elif there.redirect_page_id != article.pk:
                what = _("Its old address %(path)s") % {"path": old}
                copy.lose(what, _("It leads to another story already."))

    def _publish(self, article: Article, piece: Piece) -> None:
        revision = article.save_revision()
        if piece.status != Status.DRAFT:
            revision.publish()
            article.refresh_from_db()


def imprint(article: Article) -> str:
    """How a story stands. Another imprint says that somebody has changed it since."""
    page = Page.objects.get(pk=article.pk)
    live = page.live or page.approved_schedule
    return f"{page.latest_revision_id}:{'live' if live else 'draft'}"


def _slug(text: str) -> str:
    return slugify(text, allow_unicode=True)


def _unmarked(text: str) -> str:
    """The text without what the gate would fill in."""
    return PLACEHOLDERS.sub("% %", text)


def _unmarked_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked_value(one) for name, one in value.items()}
    return _unmarked(value) if isinstance(value, str) else value


def _parted(text: str, most: int) -> tuple[str, str]:
    if len(text) <= most:
        return text, ""
    at = text.rfind(" ", 0, most)
    at = at if at > 0 else most
    return text[:at], text[at:].strip()


def _paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "value": f"<p>{escape(_unmarked(text))}</p>"}


def faults(error: ValidationError) -> str:
    """What is wrong, in one line."""
    if hasattr(error, "error_dict"):
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    return " ".join(error.messages)
