"""A small paper to try things on: one edition with two sections, and a way to write stories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Site

from broadsheet.newsroom.models import (
    Article,
    ArticleAuthor,
    Author,
    Edition,
    Paper,
    Picture,
    Section,
    TiedStory,
    Topic,
)

HIDDEN = "Only a subscriber may read these words"


def paragraphs(shown: int = 3, hidden: int = 2) -> list[dict[str, Any]]:
    """A body whose last paragraphs say HIDDEN."""
    texts = [f"<p>Open paragraph {n}.</p>" for n in range(shown)]
    texts += [f"<p>{HIDDEN} {n}.</p>" for n in range(hidden)]
    return [{"type": "paragraph", "value": text} for text in texts]


def plain_jpegs(names: Sequence[str]) -> Iterator[bytes]:
    """In the place of the demonstration's pictures, which take a second each to draw."""
    file = BytesIO()
    Image.new("RGB", (600, 400), "navy").save(file, "JPEG")
    return iter([file.getvalue()] * len(names))


@dataclass
class Newsroom:
    """The paper, and the verbs of those who make it."""

    paper: Paper
    us: Edition
    world: Section
    opinion: Section

    def edition(self, slug: str, **fields: Any) -> Edition:
        fields = {"title": slug.upper(), "language": "en-US", **fields}
        return self.paper.add_child(instance=Edition(slug=slug, **fields))

    def section(self, slug: str, edition: Edition | None = None, **fields: Any) -> Section:
        page = Section(title=slug.title(), slug=slug, **fields)
        return (edition or self.us).add_child(instance=page)

    def story(
        self,
        slug: str,
        section: Section | None = None,
        *,
        hours: float = 1,
        authors: Sequence[Author] = (),
        topics: Sequence[Topic] = (),
        tied: Sequence[Article] = (),
        live: bool = True,
        **fields: Any,
    ) -> Article:
        """A story published so many hours ago."""
        fields = {
            "title": slug.replace("-", " ").capitalize(),
            "body": paragraphs(),
            "published_at": timezone.now() - timedelta(hours=hours),
            **fields,
        }
        article = Article(slug=slug, live=live, **fields)
        article.byline = [ArticleAuthor(author=a, sort_order=n) for n, a in enumerate(authors)]
        article.topics = list(topics)
        article.tied = [TiedStory(story=s, sort_order=n) for n, s in enumerate(tied)]
        (section or self.world).add_child(instance=article)
        return Article.objects.get(pk=article.pk)

    def author(self, name: str) -> Author:
        return Author.objects.create(name=name, slug=name.lower().replace(" ", "-"))

    def topic(self, name: str, edition: Edition | None = None) -> Topic:
        return Topic.objects.create(edition=edition or self.us, name=name, slug=name.lower())

    def picture(self, title: str = "bridge", **fields: Any) -> Picture:
        file = BytesIO()
        Image.new("RGB", (900, 600), (40, 80, 120)).save(file, "JPEG")
        return Picture.objects.create(title=title, file=ImageFile(file, f"{title}.jpg"), **fields)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture
def newsroom(db: None) -> Newsroom:
    root = Page.get_first_root_node()
    paper = root.add_child(instance=Paper(title="The Test Sheet", slug="paper"))
    Site.objects.update(root_page=paper)
    Site.clear_site_root_paths_cache()
    us = paper.add_child(instance=Edition(title="United States", slug="us"))
    world = us.add_child(instance=Section(title="World", slug="world"))
    opinion = us.add_child(instance=Section(title="Opinion", slug="opinion", is_opinion=True))
    return Newsroom(paper, us, world, opinion)
