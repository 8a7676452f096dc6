"""Builds the demonstration paper in the database. Run again, it changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Locale, Page, Site

from broadsheet.newsroom.demo import manuscripts, pictures, warming
from broadsheet.newsroom.demo.manuscripts import (
    AuthorLines,
    BodyItem,
    EditionLines,
    Manuscripts,
    StoryLines,
    TableLines,
    TopicLines,
)
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
    Place,
    Section,
    TiedStory,
    Topic,
)

STORIES = Path(__file__).parent / "stories"
PAPER_SLUG = "paper"
WELCOME_SLUG = "home"

type Report = Callable[[str], None]


def load(report: Report, folder: Path = STORIES) -> None:
    """Build what is missing of the demonstration paper, and tell `report` what is being done.

    What is there already is left as editors have made it. Raises ManuscriptError when a file
    of the paper is wrong, before anything is built. Static files must have been collected.
    """
    written = manuscripts.read(folder, pictures.NAMES)
    now = timezone.now()
    with transaction.atomic():
        paper = _paper(written.paper.title)
        editions = {lines.slug: _edition(paper, lines) for lines in written.paper.editions}
    authors, topics = _new_authors(written), _new_topics(written, editions)
    missing = _missing(written, editions)
    if not (authors or topics or missing):
        report(f"The demonstration paper is there: {len(written.stories)} stories.")
        return
    used = [name for lines in missing for name in lines.pictures()]
    used += [lines.portrait for lines in authors if lines.portrait]
    used += [lines.picture.name for _, lines in topics if lines.picture]
    drawn = _pictures(used, report)
    report(f"Setting {len(missing)} stories")
    with transaction.atomic():
        _file(authors, topics, drawn)
        articles = _Desk(editions, drawn, now).publish(missing)
        _break(written, articles, editions, now)
    warming.warm(articles, editions.values(), report)


def _paper(title: str) -> Paper:
    paper: Paper | None = Paper.objects.first()
    if paper is None:
        root = Page.get_first_root_node()
        paper = root.add_child(instance=Paper(title=title, slug=PAPER_SLUG))
        paper.save_revision().publish()
    _make_home(paper)
    return paper


def _make_home(paper: Paper) -> None:
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != paper.pk:
        site.root_page = paper
        site.site_name = paper.title
        site.hostname = address.hostname or "localhost"
        site.port = address.port or (443 if address.scheme == "https" else 80)
        site.save()
    # Wagtail's own first page, which would be a second front door.
    for welcome in Page.objects.filter(depth=2, slug=WELCOME_SLUG).exact_type(Page):
        welcome.delete()


def _edition(paper: Paper, lines: EditionLines) -> Edition:
    edition: Edition | None = Edition.objects.child_of(paper).filter(slug=lines.slug).first()
    if edition is None:
        code = get_supported_content_language_variant(lines.locale)
        fields = lines.model_dump(exclude={"locale", "sections", "topics", "breaking"})
        locale, _ = Locale.objects.get_or_create(language_code=code)
        edition = paper.add_child(instance=Edition(**fields, locale=locale))
        edition.save_revision().publish()
    there = set(Section.objects.child_of(edition).values_list("slug", flat=True))
    for section in lines.sections:
        if section.slug not in there:
            is_opinion = section.slug == "opinion"
            page = edition.add_child(instance=Section(**dict(section), is_opinion=is_opinion))
            page.save_revision().publish()
    return edition


def _new_authors(written: Manuscripts) -> list[AuthorLines]:
    there = set(Author.objects.values_list("slug", flat=True))
    return [lines for lines in written.paper.authors if lines.slug not in there]


def _new_topics(
    written: Manuscripts, editions: dict[str, Edition]
) -> list[tuple[Edition, TopicLines]]:
    there = set(Topic.objects.values_list("edition__slug", "slug"))
    return [
        (editions[edition.slug], lines)
        for edition in written.paper.editions
        for lines in edition.topics
        if (edition.slug, lines.slug) not in there
    ]


def _file(
    authors: Iterable[AuthorLines],
    topics: Iterable[tuple[Edition, TopicLines]],
    drawn: dict[str, Picture],
) -> None:
    for lines in authors:
        portrait = drawn[lines.portrait] if lines.portrait else None
        Author.objects.create(**{**dict(lines), "portrait": portrait})
    for edition, topic in topics:
        Topic.objects.create(
            edition=edition,
            slug=topic.slug,
            name=topic.name,
            description=topic.description,
            picture=drawn[topic.picture.name] if topic.picture else None,
            picture_alt=topic.picture.alt if topic.picture else "",
        )


def _break(
    written: Manuscripts,
    articles: Iterable[Article],
    editions: dict[str, Edition],
    now: datetime,
) -> None:
    """Announce what is breaking, with the stories it leads to and never again after them."""
    new = {(article.edition.slug, article.slug): article for article in articles}
    for edition in written.paper.editions:
        for news in edition.breaking:
            story = new.get((edition.slug, news.story or ""))
            if story is not None or (news.story is None and new):
                BreakingNews.objects.create(
                    edition=editions[edition.slug],
                    line=news.line,
                    story=story,
                    until=now + timedelta(hours=news.for_hours),
                )


def _missing(written: Manuscripts, editions: dict[str, Edition]) -> list[StoryLines]:
    there = {
        (code, slug)
        for code, edition in editions.items()
        for slug in Article.objects.inside(edition).values_list("slug", flat=True)
    }
    return [lines for lines in written.stories.values() if (lines.edition, lines.slug) not in there]


def _pictures(used: Iterable[str], report: Report) -> dict[str, Picture]:
    names = dict.fromkeys(used)
    found = {picture.title: picture for picture in Picture.objects.filter(title__in=names)}
    new = [name for name in names if name not in found]
    files = jpegs(new)
    for name in new:
        report(f"Drawing {name}")
        found[name] = _picture(name, next(files))
    return found


def jpegs(names: Iterable[str]) -> Iterator[bytes]:
    """Pictures as JPEG files, drawn on all processors: it is what takes longest in a new paper."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as hands:
        yield from hands.map(pictures.jpeg, names)


def _picture(name: str, jpeg: bytes) -> Picture:
    photographer, agency = pictures.CREDITS.get(name, ("", ""))
    return Picture.objects.create(
        title=name,
        file=ImageFile(BytesIO(jpeg), name=f"{name}.jpg"),
        photographer=photographer,
        agency=agency,
    )


def _table(lines: TableLines) -> dict[str, Any]:
    """As Wagtail's table block stores one."""
    rows = [[str(cell) for cell in row] for row in lines.rows]
    stored = {
        "data": [lines.head, *rows] if lines.head else rows,
        "table_caption": lines.caption,
        "table_header_choice": "both" if lines.head else "column",
        "first_row_is_table_header": bool(lines.head),
        "first_col_is_header": True,
    }
    return {"table": stored, "source": lines.source}


class _Desk:
    """Sets stories and publishes them, with everything they refer to at hand."""

    def __init__(
        self, editions: dict[str, Edition], drawn: dict[str, Picture], now: datetime
    ) -> None:
        self._editions = editions
        self._drawn = drawn
        self._now = now
        self._authors = {author.slug: author for author in Author.objects.all()}
        self._topics = {(topic.edition_id, topic.slug): topic for topic in Topic.objects.all()}
        self._sections = {
            (edition.pk, section.slug): section
            for edition in editions.values()
            for section in Section.objects.child_of(edition)
        }

    def publish(self, stories: Iterable[StoryLines]) -> list[Article]:
        """Set all, then tie them, then make them live: a story may be tied to a later one."""
        articles = [(lines, self._set(lines)) for lines in stories]
        for lines, article in articles:
            self._tie(lines, article)
            self._translate(lines, article)
            article.save_revision().publish()
            self._report(lines, article)
        for edition in self._editions.values():
            self._place(edition, [both for both in articles if both[0].edition == edition.slug])
        return [Article.objects.get(pk=article.pk) for _, article in articles]

    def _place(self, edition: Edition, articles: list[tuple[StoryLines, Article]]) -> None:
        # An editor's own front page stays as it is.
        if edition.slots.exists():
            return
        ranked = sorted((both for both in articles if both[0].rank), key=lambda both: both[0].rank)
        taken = {lines.slot for lines, _ in ranked}
        single = [place for place in (Place.LEAD, Place.SECOND) if place not in taken]
        heads = iter([*single, *[Place.BLOCK] * len(ranked)])
        edition.slots = [
            FrontSlot(place=lines.slot or next(heads), story=article, sort_order=order)
            for order, (lines, article) in enumerate(ranked)
        ]
        edition.save_revision().publish()

    def _set(self, lines: StoryLines) -> Article:
        edition = self._editions[lines.edition]
        published = self._moment(lines.published, edition)
        article = Article(
            title=lines.headline,
            slug=lines.slug,
            live=False,
            genre=lines.genre,
            sponsor=lines.sponsor,
            kicker=lines.kicker,
            standfirst=lines.standfirst,
            place=lines.place,
            access=lines.access.value,
            published_at=published,
            first_published_at=published,
            updated_at=self._moment(lines.updated, edition) if lines.updated else None,
            body=[self._block(item) for item in lines.body],
        )
        if lines.picture is not None:
            article.lead_picture = self._drawn[lines.picture.name]
            article.lead_alt = lines.picture.alt
            article.lead_caption = lines.picture.caption
        article.byline = [
            ArticleAuthor(author=self._authors[slug], sort_order=place)
            for place, slug in enumerate(lines.authors)
        ]
        article.topics = [self._topics[edition.pk, slug] for slug in lines.topics]
        article.also_in = [self._section(name) for name in lines.also_in]
        article.corrections = [
            Correction(
                kind=change.kind,
                at=self._moment(change.at, edition),
                text=change.text,
                sort_order=place,
            )
            for place, change in enumerate(lines.corrections)
        ]
        section = self._sections[edition.pk, lines.section]
        return section.add_child(instance=article)

    def _tie(self, lines: StoryLines, article: Article) -> None:
        tied = Article.objects.inside(self._editions[lines.edition]).filter(slug__in=lines.tied)
        by_slug = {story.slug: story for story in tied}
        article.tied = [
            TiedStory(story=by_slug[slug], sort_order=place)
            for place, slug in enumerate(lines.tied)
        ]

    def _section(self, name: str) -> Section:
        edition, slug = name.split("/")
        return self._sections[self._editions[edition].pk, slug]

    def _translate(self, lines: StoryLines, article: Article) -> None:
        """The story and the one it translates are one story in two locales."""
        if lines.translates is None:
            return
        code, slug = lines.translates.split("/")
        other = Article.objects.inside(self._editions[code]).get(slug=slug)
        if article.translation_key != other.translation_key:
            article.translation_key = other.translation_key
            article.save(update_fields=["translation_key"])

    def _report(self, lines: StoryLines, article: Article) -> None:
        for entry in lines.live:
            picture = entry.picture
            LiveEntry.objects.create(
                article=article,
                at=self._moment(entry.at, self._editions[lines.edition]),
                headline=entry.headline,
                text="".join(f"<p>{part.strip()}</p>" for part in entry.text.split("\n\n")),
                author=self._authors[entry.author] if entry.author else None,
                picture=self._drawn[picture.name] if picture else None,
                picture_alt=picture.alt if picture else "",
                is_key=entry.key,
            )

    def _moment(self, when: datetime | timedelta, edition: Edition) -> datetime:
        if isinstance(when, timedelta):
            return self._now - when
        return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(edition.time_zone))

    def _block(self, item: BodyItem) -> dict[str, Any]:
        return {"type": item.kind, "value": self._stored(item)}

    def _stored(self, item: BodyItem) -> Any:
        if item.paragraph is not None:
            return f"<p>{item.paragraph.strip()}</p>"
        if item.picture is not None:
            fields = item.picture.model_dump(exclude={"name"})
            return {"image": self._drawn[item.picture.name].pk, **fields}
        if item.chart is not None:
            table = [{"label": label, "number": str(number)} for label, number in item.chart.rows]
            return {**item.chart.model_dump(exclude={"rows"}), "table": table}
        if item.table is not None:
            return _table(item.table)
        if item.embed is not None:
            return {**item.embed.model_dump(), "found_for": item.embed.url}
        if item.footnotes is not None:
            return [{"mark": note.mark, "text": f"<p>{note.text}</p>"} for note in item.footnotes]
        structure = item.quotation or item.map
        if structure is not None:
            return structure.model_dump()
        return item.subheading or item.pull_quote
