"""One story in several languages: articles of different editions with one translation key."""

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.newsroom import publications
from broadsheet.newsroom.models import Article, Section

LEFT_BEHIND = ["topics", "also_in", "tied", "slots"]
"""What belongs to an edition and does not go to another with a story."""


class CannotTie(Exception):
    """These two cannot be one story; the text says why, for editors."""


def tie(article: Article, other: Article) -> None:
    """Make `other` the translation of `article`. Raises CannotTie."""
    if article.locale_id == other.locale_id:
        raise CannotTie(
            _("Both editions are written in the same language: list the story there instead.")
        )
    taken = _family(article).filter(locale_id=other.locale_id).exclude(pk=other.pk)
    if taken.exists():
        raise CannotTie(_("The story has a translation in that language. Untie it first."))
    _set_key(other, article.translation_key)


def untie(article: Article) -> None:
    """Make the story one of its own."""
    _set_key(article, uuid.uuid4())


def start(article: Article, section: Section, user: Any) -> Article:
    """A draft in another edition's section, with the story's text to be translated.

    Raises CannotTie, and Wagtail's CopyPagePermissionError when the user may not write there.
    """
    if _family(article).filter(locale_id=section.locale_id).exists():
        raise CannotTie(_("The story has a translation in that language. Untie it first."))
    attributes = {"locale": section.locale, "slug": _free_slug(article.slug, section)}
    copy: Article = article.copy(
        to=section,
        update_attrs=attributes,
        exclude_fields=LEFT_BEHIND,
        reset_translation_key=False,
        copy_revisions=False,
        keep_live=False,
        user=user,
    )
    return copy


def _family(article: Article) -> Any:
    return Article.objects.filter(translation_key=article.translation_key)


def _set_key(article: Article, key: uuid.UUID) -> None:
    # Not a revision: what is tied is not what an editor wrote, and drafts keep it too.
    with transaction.atomic():
        Article.objects.filter(pk=article.pk).update(translation_key=key)
        publications.announce_with_commit()
    article.translation_key = key


def _free_slug(slug: str, section: Section) -> str:
    taken = set(section.get_children().values_list("slug", flat=True))
    tries = (slug if n == 1 else f"{slug}-{n}" for n in range(1, len(taken) + 2))
    return next(one for one in tries if one not in taken)
