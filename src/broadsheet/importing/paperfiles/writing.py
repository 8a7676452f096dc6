"""The paper as files a person can read: YAML for what is written, and the pictures themselves."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from django.utils.translation import gettext as _
from wagtail.models import Page

from broadsheet.importing.paperfiles import fields, portable
from broadsheet.importing.paperfiles.portable import Names
from broadsheet.newsroom.models import (
    Article,
    Author,
    BreakingNews,
    Edition,
    LiveEntry,
    Paper,
    Picture,
    Section,
    Topic,
)
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.address_lists import neutral

PAPER_FILE = "paper.yaml"
STORIES = "stories"
PICTURES = "pictures"
PICTURES_FILE = "pictures.yaml"
READERS_FILE = "readers.csv"
WIDTH = 100

type Tell = Callable[[str, int, int], None]


class CannotExport(Exception):
    """The folder cannot be written to; the text says why."""


class _Dumper(yaml.SafeDumper):
    """Long texts in folded or literal blocks, so that they can be read and edited."""

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else ">" if len(text) > WIDTH - 20 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def export(folder: Path, tell: Tell, *, readers: bool = False) -> int:
    """Write everything into an empty or new folder; how many stories there are.

    Raises CannotExport.
    """
    _make_ready(folder)
    try:
        return _Export(folder, tell).write(readers=readers)
    except OSError as error:
        raise CannotExport(
            _("%(folder)s cannot be written: %(why)s.")
            % {"folder": folder, "why": error.strerror or error}
        ) from None


def _make_ready(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotExport(_("%(folder)s is not empty; name a new folder.") % {"folder": folder})
    try:
        (folder / STORIES).mkdir(parents=True, exist_ok=True)
        (folder / PICTURES).mkdir(exist_ok=True)
    except OSError as error:
        raise CannotExport(
            _("%(folder)s cannot be made: %(why)s.") % {"folder": folder, "why": error.strerror}
        ) from None


class _Export:
    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._names = Names(self._pictures_by_key.get, self._place_of)

    # How things are called

    @cached_property
    def _pictures_by_key(self) -> dict[Any, str]:
        """Pictures by the names of their files, which never repeat here."""
        found: dict[Any, str] = {}
        taken: set[str] = set()
        for key, file in Picture.objects.order_by("pk").values_list("pk", "file"):
            path = PurePosixPath(file)
            name, number = path.stem, 2
            while name in taken:
                name, number = f"{path.stem}-{number}", number + 1
            taken.add(name)
            found[key] = name
        return found

    @cached_property
    def _pages(self) -> dict[Any, str]:
        """Pages by their place in the paper: us, us/world, us/world/slug."""
        rows = Page.objects.filter(depth__gte=3).values_list("pk", "url_path")
        return {key: "/".join(path.strip("/").split("/")[1:]) for key, path in rows}

    @cached_property
    def _twice(self) -> set[tuple[str, str]]:
        """Addresses of stories that are in an edition twice, in two sections."""
        parts = [place.split("/") for place in self._pages.values()]
        counts = Counter((part[0], part[2]) for part in parts if len(part) == 3)
        return {pair for pair, count in counts.items() if count > 1}

    def _place_of(self, key: Any) -> str | None:
        return self._pages.get(key)

    def _called(self, key: int, edition: str = "") -> str:
        """A story as another story names it: slug, edition/slug, or edition/section/slug."""
        own, section, slug = self._pages[key].split("/")
        if (own, slug) in self._twice:
            return f"{own}/{section}/{slug}"
        return slug if own == edition else f"{own}/{slug}"

    # What is written

    def write(self, *, readers: bool) -> int:
        paper = Paper.objects.first()
        if paper is None:
            raise CannotExport(_("There is no paper yet."))
        self._pictures()
        stories = Article.objects.order_by("path")
        total = stories.count()
        for place, article in enumerate(stories.iterator(chunk_size=100), start=1):
            self._story(article)
            self._tell(_("stories"), place, total)
        editions = [self._edition(one) for one in Edition.objects.order_by("path")]
        authors = [self._author(one) for one in Author.objects.order_by("slug")]
        values = {**fields.written(paper), "editions": editions, "authors": authors}
        values.pop("slug", None)
        _dump(self._folder / PAPER_FILE, values)
        if readers:
            _readers(self._folder / READERS_FILE)
        return total

    def _pictures(self) -> None:
        rows = []
        total = len(self._pictures_by_key)
        for place, picture in enumerate(Picture.objects.order_by("pk").iterator(), start=1):
            name = self._pictures_by_key[picture.pk]
            file = name + PurePosixPath(picture.file.name).suffix
            entry = {"name": name, "file": file, **fields.written(picture)}
            tags = sorted(picture.tags.names())
            try:
                with picture.file.open("rb") as source, self._picture(file).open("wb") as target:
                    shutil.copyfileobj(source, target)
            except FileNotFoundError:
                entry["missing"] = True
            rows.append({**entry, **({"tags": tags} if tags else {})})
            self._tell(_("pictures"), place, total)
        rows.sort(key=lambda row: row["name"])
        _dump(self._folder / PICTURES_FILE, rows)

    def _picture(self, file: str) -> Path:
        return self._folder / PICTURES / file

    def _edition(self, edition: Edition) -> dict[str, Any]:
        slots = [
            {"place": slot.place, "story": self._called(slot.story_id, edition.slug)}
            for slot in edition.slots.order_by("sort_order", "pk")
        ]
        news = BreakingNews.objects.filter(edition=edition).order_by("pk")
        return _lean(
            {
                **fields.written(edition),
                "locale": edition.locale.language_code,
                "status": _status(edition),
                "sections": [
                    self._section(one, edition)
                    for one in Section.objects.child_of(edition).order_by("path")
                ],
                "topics": [self._topic(one) for one in edition.topics.order_by("slug")],
                "front": slots,
                "breaking": [self._news(one, edition) for one in news],
            }
        )

    def _news(self, news: BreakingNews, edition: Edition) -> dict[str, Any]:
        story = self._called(news.story_id, edition.slug) if news.story_id else None
        return _lean({"line": news.line, "until": news.until, "story": story})

    def _section(self, section: Section, edition: Edition) -> dict[str, Any]:
        head = [
            self._called(slot.story_id, edition.slug)
            for slot in section.slots.order_by("sort_order", "pk")
        ]
        return _lean({**fields.written(section), "status": _status(section), "head": head})

    def _topic(self, topic: Topic) -> dict[str, Any]:
        picture = self._shown(topic.picture_id, topic.picture_alt)
        return _lean({**fields.written(topic), "picture": picture})

    def _author(self, author: Author) -> dict[str, Any]:
        portrait = self._pictures_by_key.get(author.portrait_id)
        return _lean({**fields.written(author), "portrait": portrait})

    def _shown(self, picture: int | None, alt: str, caption: str = "") -> dict[str, Any] | None:
        if picture is None:
            return None
        return _lean({"name": self._pictures_by_key.get(picture), "alt": alt, "caption": caption})

    def _story(self, article: Article) -> None:
        edition, section, slug = self._pages[article.pk].split("/")
        draft = article.get_latest_revision_as_object() if article.has_unpublished_changes else None
        name = f"{edition}-{slug}"
        if (edition, slug) in self._twice:
            name = f"{edition}-{section}-{slug}"
        shown = article if article.live or draft is None else draft
        values = {"edition": edition, "section": section, **self._lines(shown, edition)}
        values["live"] = [self._entry(one) for one in _entries(article)]
        values["translates"] = self._translations(article)
        if article.live and draft is not None:
            values["draft"] = self._lines(draft, edition)
        _dump(self._folder / STORIES / f"{name}.yaml", _lean(values))

    def _lines(self, article: Article, edition: str) -> dict[str, Any]:
        body = article._meta.get_field("body").stream_block
        also = [self._pages[one.pk] for one in article.also_in.all() if one.pk in self._pages]
        return _lean(
            {
                **fields.written(article),
                "status": _status(article),
                "authors": [entry.author.slug for entry in article.byline.all()],
                "picture": self._shown(
                    article.lead_picture_id, article.lead_alt, article.lead_caption
                ),
                "topics": sorted(topic.slug for topic in article.topics.all()),
                "tied": [self._called(one.story_id, edition) for one in article.tied.all()],
                "also_in": sorted(also),
                "corrections": [self._change(change) for change in article.corrections.all()],
                "body": portable.written_stream(body, article.body.raw_data, self._names),
            }
        )

    def _change(self, change: Any) -> dict[str, Any]:
        return {"kind": change.kind, **fields.written(change)}

    def _entry(self, entry: LiveEntry) -> dict[str, Any]:
        return _lean(
            {
                **fields.written(entry),
                "author": entry.author.slug if entry.author else None,
                "picture": self._shown(entry.picture_id, entry.picture_alt),
                "text": portable.written_text(entry.text, self._names),
            }
        )

    def _translations(self, article: Article) -> list[str]:
        family = Article.objects.filter(translation_key=article.translation_key)
        # Each names those before it: one of two says it.
        earlier = family.filter(path__lt=article.path).order_by("path")
        return [self._called(key) for key in earlier.values_list("pk", flat=True)]


def _entries(article: Article) -> Iterable[LiveEntry]:
    return article.live_entries.select_related("author").order_by("at", "pk")


def _status(page: Page) -> str | None:
    """Nothing for what is published, as most is."""
    if page.live:
        return None
    return "scheduled" if page.approved_schedule else "draft"


def _lean(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _dump(file: Path, values: Any) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as opened:
        yaml.dump(values, opened, _Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def _readers(file: Path) -> None:
    file.touch(mode=0o600)  # addresses are personal data
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["email", "name", "language", "joined", "active", "plans"])
        writer.writerows(_reader_rows())


def _reader_rows() -> Iterator[list[str]]:
    readers = Reader.objects.order_by("pk").prefetch_related("subscriptions__plan")
    for reader in readers.iterator(chunk_size=1000):
        plans = " ".join(sorted({one.plan.code for one in reader.subscriptions.all()}))
        joined = reader.date_joined.isoformat()
        name = neutral(reader.get_full_name())
        active = "yes" if reader.is_active else "no"
        yield [neutral(reader.email), name, reader.language, joined, active, plans]
