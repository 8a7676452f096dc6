"""A paper from its files: pictures, then editions and authors, then stories, then what ties them.

What is there already stays as editors have made it, so that it can be repeated; what was broken
off goes on.
"""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Locale, Page, Site

from broadsheet.importing import desk, ledger
from broadsheet.importing.journal import Journal
from broadsheet.importing.models import ImportedItem
from broadsheet.importing.paperfiles import fields, portable, reading
from broadsheet.importing.paperfiles.portable import Names
from broadsheet.importing.paperfiles.reading import FileFault, Lines
from broadsheet.importing.paperfiles.writing import (
    PAPER_FILE,
    PICTURES,
    PICTURES_FILE,
    STORIES,
)
from broadsheet.importing.pieces import FileRefused, Loss
from broadsheet.newsroom.models import (
    Article,
    ArticleAuthor,
    Author,
    BreakingNews,
    Correction,
    Edition,
    FrontSlot,
    LiveEntry,
    Paper,
    Picture,
    Section,
    SectionSlot,
    TiedStory,
    Topic,
)
from broadsheet.newsroom.pictures import MOST_BYTES, PictureRefused, rewritten, take_in

PAPER_SLUG = "paper"
WELCOME_SLUG = "home"
FAULTS = (FileFault, ValueError, ValidationError, IntegrityError)
TELLING = ("exif", "xmp", "photoshop", "comment", "XML:com.adobe.xmp")
Kinds = ImportedItem.Kinds
Became = ImportedItem.States


def rebuild(folder: Path, journal: Journal) -> None:
    """Import a folder that `broadsheet export` has written. Raises FileRefused."""
    try:
        paper = Lines(reading.load(folder / PAPER_FILE))
        rows = reading.load(folder / PICTURES_FILE) if (folder / PICTURES_FILE).exists() else []
        if not isinstance(rows, list):
            raise FileFault(f"{PICTURES_FILE} is not a list")
    except FileFault as fault:
        raise FileRefused(
            _("%(folder)s is no paper’s folder: %(why)s.")
            % {"folder": folder.name, "why": f"{PAPER_FILE}: {fault}"}
        ) from None
    stories = sorted((folder / STORIES).glob("*.yaml"))
    journal.run.total = len(rows) + len(stories) + 1
    _Rebuilding(folder, journal, paper).carry_out(rows, stories)


class _Rebuilding:
    def __init__(self, folder: Path, journal: Journal, paper: Lines) -> None:
        self._folder = folder
        self._journal = journal
        self._lines = paper
        self._title = paper.text("title", "Broadsheet")
        self._source = f"paper:{self._title}"[:255]
        self._pictures: dict[str, int] = {}
        self._pages: dict[str, int] = {}
        self._sections: dict[str, Section] = {}
        self._authors: dict[str, Author] = {}
        self._topics: dict[tuple[str, str], Topic] = {}
        self._names = Names(self._pictures.get, self._pages.get)

    def carry_out(self, rows: list[Any], stories: list[Path]) -> None:
        for row in rows:
            self._picture(row)
        later = self._paper()
        self._gather()
        read = [found for file in stories if (found := self._read(file)) is not None]
        if self._journal.dry:
            self._gather_planned(read)
            for file, values in read:
                self._look(file, values)
            return
        begun = [(file, values, self._begin(file, values)) for file, values in read]
        self._gather()
        for file, values, article in begun:
            if article is not None:
                self._finish(file, values, article)
        for what, placed, owner in later:
            self._guarded(what, lambda o=owner, p=placed: self._place(o, p))

    # Pictures

    def _picture(self, row: Any) -> None:
        try:
            lines = Lines(row)
            name = lines.text("name", None)
            file = PurePosixPath(lines.text("file", None)).name
            tags = lines.texts("tags")
            missing = bool(lines.left.pop("missing", False))
        except FileFault as fault:
            self._fail(Kinds.PICTURE, PICTURES_FILE, fault)
            return
        item = ledger.find(self._source, Kinds.PICTURE, name)
        found = Picture.objects.filter(pk=item.target).first() if item and item.target else None
        if found is not None:
            self._pictures[name] = found.pk
            self._journal.count("same")
            return
        if missing:
            self._journal.write(
                Kinds.PICTURE, name, name, [Loss(_("Its file"), _("It was missing there already."))]
            )
            self._journal.count("same")
            return
        try:
            content = self._content(file)
            if self._journal.dry:
                rewritten(content)
                self._pictures[name] = 0
                self._journal.count("made")
                return
            with transaction.atomic():
                picture = _taken(content, file)
                fields.fill(picture, lines.left)
                lines.end()
                picture.full_clean()
                picture.save()
                picture.tags.set(tags)
                ledger.note(self._source, Kinds.PICTURE, name, self._journal.run, target=picture.pk)
        except (*FAULTS, PictureRefused, OSError) as error:
            self._fail(Kinds.PICTURE, name, error)
            return
        self._pictures[name] = picture.pk
        self._journal.count("made")

    def _content(self, file: str) -> bytes:
        path = self._folder / PICTURES / file
        if path.is_symlink():
            raise FileFault("it leads out of the folder")
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)

    # The paper, its editions, and who writes

    def _paper(self) -> list[tuple[str, Lines, Any]]:
        """Make what is missing; what is placed when the stories are there."""
        later: list[tuple[str, Lines, Any]] = []
        try:
            editions = [Lines(one, "an edition") for one in self._lines.many("editions")]
            authors = [Lines(one, "an author") for one in self._lines.many("authors")]
            if not self._journal.dry:
                with transaction.atomic():
                    paper = _paper(self._title, self._lines.left)
                self._lines.end()
        except FAULTS as error:
            self._fail(Kinds.PAPER, PAPER_FILE, error)
            return later
        self._planned = editions
        if self._journal.dry:
            self._journal.count("same" if Paper.objects.exists() else "made")
            return later
        for lines in authors:
            self._guarded("authors", lambda one=lines: self._author(one))
        for lines in editions:
            self._guarded("editions", lambda one=lines: later.extend(self._edition(paper, one)))
        self._journal.count("same" if self._seen(later) else "made")
        return later

    def _seen(self, later: list[tuple[str, Lines, Any]]) -> bool:
        item = ledger.find(self._source, Kinds.PAPER, PAPER_FILE)
        ledger.note(self._source, Kinds.PAPER, PAPER_FILE, self._journal.run)
        return item is not None

    def _author(self, lines: Lines) -> None:
        slug = lines.text("slug", None)
        portrait = lines.text("portrait")
        if Author.objects.filter(slug=slug).exists():
            return
        author = Author()
        fields.fill(author, {**lines.left, "slug": slug})
        author.portrait_id = self._named(portrait)
        author.full_clean()
        author.save()

    def _edition(self, paper: Paper, lines: Lines) -> list[tuple[str, Lines, Any]]:
        slug = lines.text("slug", None)
        sections, topics = lines.many("sections"), lines.many("topics")
        placed = {"front": lines.many("front"), "breaking": lines.many("breaking")}
        edition = Edition.objects.child_of(paper).filter(slug=slug).first()
        new = edition is None
        if edition is None:
            edition = self._new_edition(paper, lines, slug)
        later: list[tuple[str, Lines, Any]] = []
        for one in sections:
            part = Lines(one, "a section")
            head = {"head": part.many("head")}
            section, made = self._section(edition, part)
            if made and head["head"]:
                later.append((f"{slug}/{section.slug}", Lines(head), section))
        for one in topics:
            self._topic(edition, Lines(one, "a topic"))
        if new:
            later.append((slug, Lines(placed), edition))
        return later

    def _new_edition(self, paper: Paper, lines: Lines, slug: str) -> Edition:
        status = lines.text("status")
        code = lines.text("locale", "en-us")
        try:
            code = get_supported_content_language_variant(code)
        except LookupError:
            raise FileFault(f"locale: this paper has no {code!r}") from None
        locale, _made = Locale.objects.get_or_create(language_code=code)
        values = {**lines.left, "slug": slug}
        edition = Edition(locale=locale)
        fields.fill(edition, values)
        Lines(values).end()
        edition.live = status != "draft"
        paper.add_child(instance=edition)
        _show(edition, status)
        return edition

    def _section(self, edition: Edition, lines: Lines) -> tuple[Section, bool]:
        slug, status = lines.text("slug", None), lines.text("status")
        section = Section.objects.child_of(edition).filter(slug=slug).first()
        if section is not None:
            return section, False
        values = {**lines.left, "slug": slug}
        section = Section(locale=edition.locale)
        fields.fill(section, values)
        Lines(values).end()
        section.live = status != "draft"
        edition.add_child(instance=section)
        _show(section, status)
        return section, True

    def _topic(self, edition: Edition, lines: Lines) -> None:
        slug = lines.text("slug", None)
        picture = lines.lines("picture")
        if Topic.objects.filter(edition=edition, slug=slug).exists():
            return
        values = {**lines.left, "slug": slug}
        topic = Topic(edition=edition)
        fields.fill(topic, values)
        Lines(values).end()
        if picture is not None:
            topic.picture_id = self._named(picture.text("name"))
            topic.picture_alt = picture.text("alt")
        topic.full_clean()
        topic.save()

    def _place(self, owner: Any, lines: Lines) -> None:
        """Put stories where editors had put them."""
        if isinstance(owner, Section):
            edition = owner.get_parent().slug
            owner.slots = [
                SectionSlot(story_id=self._story(name, edition), sort_order=order)
                for order, name in enumerate(lines.texts("head"))
            ]
            _show(owner, "" if owner.live else "draft")
            return
        slots = [Lines(one) for one in lines.many("front")]
        owner.slots = [
            FrontSlot(
                place=slot.text("place", None),
                story_id=self._story(slot.text("story", None), owner.slug),
                sort_order=order,
            )
            for order, slot in enumerate(slots)
        ]
        for slot in owner.slots.all():
            slot.full_clean(exclude=("edition",))
        _show(owner, "" if owner.live else "draft")
        for one in lines.many("breaking"):
            self._news(owner, Lines(one))

    def _news(self, edition: Edition, lines: Lines) -> None:
        story = lines.text("story")
        news = BreakingNews(
            edition=edition,
            line=lines.text("line", None),
            until=lines.left.pop("until", None),
            story_id=self._story(story, edition.slug) if story else None,
        )
        lines.end()
        news.full_clean()
        news.save()

    # Stories

    def _gather(self) -> None:
        """What stories refer to."""
        rows = Page.objects.filter(depth__gte=3).values_list("pk", "url_path")
        self._pages.update({"/".join(path.strip("/").split("/")[1:]): key for key, path in rows})
        self._sections = {
            "/".join(one.url_path.strip("/").split("/")[1:]): one for one in Section.objects.all()
        }
        self._authors = {one.slug: one for one in Author.objects.all()}
        topics = Topic.objects.select_related("edition")
        self._topics = {(one.edition.slug, one.slug): one for one in topics}

    def _gather_planned(self, read: Iterable[tuple[Path, dict[str, Any]]]) -> None:
        """For looking only: the stories there would be."""
        for _file, values in read:
            place = f"{values.get('edition')}/{values.get('section')}/{values.get('slug')}"
            self._pages.setdefault(place, 0)

    def _read(self, file: Path) -> tuple[Path, dict[str, Any]] | None:
        try:
            values = reading.load(file)
            lines = Lines(values)
            for name in ("edition", "section", "slug"):
                lines.text(name, None)
        except FAULTS as error:
            self._fail(Kinds.STORY, file.name, error)
            return None
        return file, values

    def _look(self, file: Path, values: dict[str, Any]) -> None:
        item = ledger.find(self._source, Kinds.STORY, file.name)
        if item is not None and item.fingerprint == reading.fingerprint(values):
            self._journal.count("same")
            return
        try:
            body = Article._meta.get_field("body").stream_block
            names = Names(self._pictures.get, self._pages.get)
            portable.read_stream(body, values.get("body", []), names)
        except FAULTS as error:
            self._fail(Kinds.STORY, file.name, error)
        else:
            self._journal.count("changed" if item else "made")

    def _begin(self, file: Path, values: dict[str, Any]) -> Article | None:
        """The story's page, empty if it is new, so that others can name it; None for one that
        is left as it is."""
        item = ledger.find(self._source, Kinds.STORY, file.name)
        if item is not None and item.state != Became.FAILED:
            return self._again(file, values, item)
        place = f"{values['edition']}/{values['section']}/{values['slug']}"
        if self._pages.get(place):
            self._keep(file, values, _("A story with its address is here already."))
            return None
        try:
            section = self._sections.get(f"{values['edition']}/{values['section']}")
            if section is None:
                raise FileFault(f"there is no section {values['edition']}/{values['section']}")
            with transaction.atomic():
                title = Lines(values).text("headline", None)
                article = Article(title=title, slug=values["slug"], live=False)
                article.locale = section.locale
                section.add_child(instance=article)
                state = {"state": Became.BEGUN, "page": article, "fingerprint": ""}
                ledger.note(self._source, Kinds.STORY, file.name, self._journal.run, **state)
        except FAULTS as error:
            self._fail(Kinds.STORY, file.name, error)
            return None
        self._pages[place] = article.pk
        return article

    def _again(self, file: Path, values: dict[str, Any], item: ImportedItem) -> Article | None:
        if item.fingerprint == reading.fingerprint(values):
            self._journal.count("same")
            return None
        if item.page is None:
            self._keep(file, values, _("It was deleted here since it was imported."))
            return None
        if item.state != Became.BEGUN and desk.imprint(item.page) != item.imprint:
            self._keep(file, values, _("Editors have changed it here since it was imported."))
            return None
        return item.page

    def _finish(self, file: Path, values: dict[str, Any], article: Article) -> None:
        item = ledger.find(self._source, Kinds.STORY, file.name)
        new = item is None or item.state == Became.BEGUN
        try:
            with transaction.atomic():
                self._set(article, Lines(values))
                ledger.note(
                    self._source,
                    Kinds.STORY,
                    file.name,
                    self._journal.run,
                    fingerprint=reading.fingerprint(values),
                    page=article,
                    imprint=desk.imprint(article),
                )
        except FAULTS as error:
            self._fail(Kinds.STORY, file.name, error)
        else:
            self._journal.count("made" if new else "changed")

    def _set(self, article: Article, lines: Lines) -> None:
        edition = lines.text("edition")
        lines.text("section")
        draft, entries = lines.lines("draft"), lines.many("live")
        translates = lines.texts("translates")
        status = self._fill(article, lines, edition)
        lines.end()
        for name in translates:
            self._translate(article, self._story(name, edition))
        article.first_published_at = article.published_at
        if status == "draft":
            article.save()
            article.save_revision()
        else:
            article.save_revision().publish()
            article.refresh_from_db()
        self._entries(article, entries)
        if draft is not None:
            later = article.get_latest_revision_as_object()
            self._fill(later, draft, edition)
            draft.end()
            later.save_revision()

    def _fill(self, article: Article, lines: Lines, edition: str) -> str:
        status = lines.text("status")
        picture = lines.lines("picture")
        corrections = [Lines(one, "a correction") for one in lines.many("corrections")]
        authors, topics = lines.texts("authors"), lines.texts("topics")
        tied, also_in = lines.texts("tied"), lines.texts("also_in")
        stream = Article._meta.get_field("body").stream_block
        body = portable.read_stream(stream, lines.many("body"), self._names)
        fields.fill(article, lines.left)
        article.body = body
        article.lead_picture_id = self._named(picture.text("name")) if picture else None
        article.lead_alt = picture.text("alt") if picture else ""
        article.lead_caption = picture.text("caption") if picture else ""
        article.byline = [
            ArticleAuthor(author=_of(self._authors, slug, "author"), sort_order=order)
            for order, slug in enumerate(authors)
        ]
        article.topics = [_of(self._topics, (edition, slug), "topic") for slug in topics]
        article.also_in = [_of(self._sections, place, "section") for place in also_in]
        article.tied = [
            TiedStory(story_id=self._story(name, edition), sort_order=order)
            for order, name in enumerate(tied)
        ]
        article.corrections = [_correction(one, order) for order, one in enumerate(corrections)]
        article.draft_title = article.title
        article.full_clean()
        return status

    def _entries(self, article: Article, entries: list[Any]) -> None:
        article.live_entries.all().delete()
        for one in entries:
            lines = Lines(one, "a live entry")
            author, picture = lines.text("author"), lines.lines("picture")
            entry = LiveEntry(
                article=article,
                text=portable.read_text(lines.text("text"), self._names),
                author=_of(self._authors, author, "author") if author else None,
                picture_id=self._named(picture.text("name")) if picture else None,
                picture_alt=picture.text("alt") if picture else "",
            )
            fields.fill(entry, lines.left)
            lines.end()
            entry.full_clean()
            entry.save()

    def _translate(self, article: Article, other: int) -> None:
        article.translation_key = Page.objects.values_list("translation_key", flat=True).get(
            pk=other
        )
        # The row too: a revision never changes the key.
        Page.objects.filter(pk=article.pk).update(translation_key=article.translation_key)

    def _story(self, name: str, edition: str) -> int:
        """The story that another calls slug, edition/slug or edition/section/slug."""
        parts = name.split("/")
        own, slug = (parts[0] if len(parts) > 1 else edition), parts[-1]
        if len(parts) == 3:
            found = [self._pages[name]] if name in self._pages else []
        else:
            found = [
                key
                for place, key in self._pages.items()
                if place.startswith(f"{own}/")
                and place.count("/") == 2
                and place.endswith(f"/{slug}")
            ]
        if len(found) != 1:
            raise FileFault(f"there is no story {name!r}" if not found else f"{name!r} is two")
        return found[0]

    def _named(self, picture: str) -> int | None:
        if not picture:
            return None
        if picture not in self._pictures:
            raise FileFault(f"there is no picture {picture!r}")
        return self._pictures[picture]

    # What goes wrong

    def _guarded(self, what: str, work: Any) -> None:
        try:
            with transaction.atomic():
                work()
        except FAULTS as error:
            why = f"{what}: {_said(error)}"
            self._journal.write(Kinds.PAPER, what, PAPER_FILE, [Loss(_("Part of it"), why)])
            self._journal.run.failed += 1
            self._journal.save()

    def _keep(self, file: Path, values: dict[str, Any], why: str) -> None:
        loss = Loss(_("What stands in the file"), why)
        title = str(values.get("headline", ""))
        self._journal.write(Kinds.STORY, file.name, title, [loss])
        self._journal.count("kept")

    def _fail(self, kind: str, name: str, error: Exception) -> None:
        begun = False
        if not self._journal.dry:
            state = {"state": Became.FAILED, "message": _said(error)[:2000]}
            item = ledger.find(self._source, kind, name)
            begun = item is not None and item.state == Became.BEGUN
            if not begun:
                ledger.note(self._source, kind, name, self._journal.run, **state)
        why = _said(error)
        if begun:
            why += " " + _("An empty draft keeps its place until the file is mended.")
        self._journal.write(kind, name, name, [Loss(_("The whole item"), why)])
        self._journal.count("failed")


def _said(error: Exception) -> str:
    return desk.faults(error) if isinstance(error, ValidationError) else str(error)


def _of(found: dict[Any, Any], key: Any, what: str) -> Any:
    if key not in found:
        name = key if isinstance(key, str) else "/".join(key)
        raise FileFault(f"there is no {what} {name!r}")
    return found[key]


def _correction(lines: Lines, order: int) -> Correction:
    correction = Correction(sort_order=order)
    fields.fill(correction, lines.left)
    lines.end()
    correction.full_clean(exclude=("article",))
    return correction


def _show(page: Page, status: str) -> None:
    revision = page.save_revision()
    if status != "draft":
        revision.publish()


def _paper(title: str, left: dict[str, Any]) -> Paper:
    paper: Paper | None = Paper.objects.first()
    if paper is None:
        paper = Paper()
        fields.fill(paper, {**left, "title": title, "slug": PAPER_SLUG})
        Page.get_first_root_node().add_child(instance=paper)
        paper.save_revision().publish()
    for name in fields.simple_fields(Paper):
        left.pop(name, None)
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != paper.pk:
        site.root_page, site.site_name = paper, paper.title
        site.hostname = address.hostname or "localhost"
        site.port = address.port or (443 if address.scheme == "https" else 80)
        site.save()
    # Wagtail's own first page, which would be a second front door.
    for welcome in Page.objects.filter(depth=2, slug=WELCOME_SLUG).exact_type(Page):
        welcome.delete()
    return paper


def _taken(content: bytes, file: str) -> Picture:
    """The picture, its bytes as they are if they tell nothing but the picture."""
    clean, _ending = rewritten(content)
    if _tells_more(content):
        return take_in(content, file)
    picture = Picture(title=file, file=ContentFile(content, name=file))
    picture.file_size = len(content)
    del clean
    return picture


def _tells_more(content: bytes) -> bool:
    with Image.open(BytesIO(content)) as image:
        if image.getexif() or any(name in image.info for name in TELLING):
            return True
        if image.format == "JPEG":
            return not content.rstrip(b"\0").endswith(b"\xff\xd9") or content.count(b"\xff\xd9") > 4
    return False
