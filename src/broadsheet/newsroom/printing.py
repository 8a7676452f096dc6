"""Sets an article's page: everything a face shows, and nothing that it does not."""

import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import format_html

from broadsheet.gate.pages import Face, Kind
from broadsheet.newsroom import coverage, footnotes
from broadsheet.settings.django import PAPER

if TYPE_CHECKING:
    from broadsheet.newsroom.models.articles import Article

TEMPLATE = "web/article.html"
SIGN = secrets.token_hex(12)
"""Known to this process alone: what stands between two of them is a place of the template's."""
OURS = re.compile(rf"{SIGN}(\w+?){SIGN}")
PLACES = {name: f"{SIGN}{name}{SIGN}" for name in ("holder", "since", "since_text", "token")}
"""Where the gate fills in what is one reader's, as a template writes it."""


def sheet(article: "Article", face: Face, *, proof: bool = False) -> bytes:
    """The article's page as UTF-8 HTML, for everybody who has this face.

    It is set without a request, so that nothing of one reader can get into it. Whether the
    face may show the whole text was decided before. A `proof` is looked at by editors.
    """
    zone = ZoneInfo(article.edition.time_zone)
    with translation.override(face.language), timezone.override(zone):
        page = render_to_string(TEMPLATE, {**matter(article, face), "proof": proof})
    return (_with_places(page) if face.personal else page).encode()


def _with_places(page: str) -> str:
    """The page with the template's places as the gate knows them, `%%name%%`, and no others:
    whatever anybody wrote in whichever field cannot ask for what is one reader's."""
    return OURS.sub(r"%%\1%%", page.replace("%%", "%&#37;"))


def matter(article: "Article", face: Face) -> dict[str, Any]:
    """The template's context; the blocks that the face keeps back are not in it."""
    blocks = article.body_blocks() if face.kind is Kind.FULL else article.preview_blocks()
    _fetch_renditions(blocks)
    topics = list(article.topics.all())
    for topic in topics:
        topic.edition = article.edition
    tied, recommended = article.related(topics)
    corrections = sorted(
        filter(lambda one: one.at, article.corrections.all()), key=lambda one: one.at
    )
    return {
        **article.edition.furniture(),
        "article": article,
        "section": article.section,
        "blocks": footnotes.laid_out(blocks, article.body_blocks()),
        "closed_from": _closed_from(article, blocks),
        "face": face,
        "places": {**PLACES, "since_time": _since_time()} if face.personal else {},
        "signed_in": face.signed_in,
        "topics": topics,
        "tied": tied,
        "recommended": recommended,
        "most_read": [] if face.signed_in else article.edition.most_read(),
        "authors": article.authors,
        "coverage": coverage.of(article, whole=face.kind is Kind.FULL),
        "corrections": corrections,
        "changed": _last_changes(article, corrections),
        "translations": article.translated(),
        "page_url": article.get_url(),
        "site_url": settings.WAGTAILADMIN_BASE_URL,
        "canonical_url": settings.WAGTAILADMIN_BASE_URL + article.get_url(),
        "ui_language": face.language,
        "timings": PAPER.timings,
        "shows_mailbox": PAPER.shows_mailbox,
        "mine_quiet_days": PAPER.mine_quiet_days,
    }


def _since_time() -> str:
    return format_html('<time datetime="{since}">{since_text}</time>', **PLACES)


def _closed_from(article: "Article", blocks: list[Any]) -> int | None:
    # Where in the blocks the part begins that is not for everybody; None when all of them are.
    shown = len(article.open_blocks())
    return shown if shown < len(blocks) else None


def _last_changes(article: "Article", corrections: list[Any]) -> dict[str, datetime | None]:
    # When it was last updated, corrected and clarified, by the kind of change.
    last: dict[str, datetime] = {change.kind: change.at for change in corrections}
    updates = filter(None, [article.updated_at, last.get("update")])
    return {
        "updated": max(updates, default=None),
        "corrected": last.get("correction"),
        "clarified": last.get("clarification"),
    }


def _fetch_renditions(blocks: list[Any]) -> None:
    pictures = [block.value["image"] for block in blocks if block.block_type == "picture"]
    shown = [picture for picture in pictures if picture is not None]
    if shown:
        prefetch_related_objects(shown, "renditions")
