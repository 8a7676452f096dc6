"""What counts as a publication: every change that a printed page may show."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from broadsheet.newsroom import publications
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

PAGES: tuple[type[Page], ...] = (Paper, Edition, Section, Article)


@receiver(page_published)
@receiver(page_unpublished)
@receiver(page_slug_changed)
@receiver(post_page_move)
@receiver(post_save, sender=Author)
@receiver(post_delete, sender=Author)
@receiver(post_save, sender=Topic)
@receiver(post_delete, sender=Topic)
@receiver(post_save, sender=LiveEntry)
@receiver(post_delete, sender=LiveEntry)
@receiver(post_save, sender=BreakingNews)
@receiver(post_delete, sender=BreakingNews)
@receiver(post_save, sender=Picture)
@receiver(post_delete, sender=Picture)
def announce_with_the_change(**_: Any) -> None:
    """Tell the listener once the change can be read by everybody, and not if it is undone."""
    publications.announce_with_commit()


@receiver(post_delete)
def announce_deleted_page(sender: type, **_: Any) -> None:
    """A page of the paper was deleted, by whichever door."""
    if issubclass(sender, PAGES):
        publications.announce_with_commit()
