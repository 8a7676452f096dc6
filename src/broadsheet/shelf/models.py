"""What a reader keeps, each row theirs alone and gone with their account."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Article, Author, Topic
from broadsheet.readers.models import Reader

tastes_changed = Signal()
"""Sent after `reader` (an id) followed, unfollowed, read something or had it forgotten."""

history_erasing = Signal()
"""Sent inside the transaction that erases some or all of what `reader` has read: whoever keeps
something that follows from it erases that too."""


class SavedStory(models.Model):
    """A story kept for later."""

    wagtail_reference_index_ignore = True

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="saved", verbose_name=_("reader")
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("story")
    )
    saved_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved story")
        verbose_name_plural = _("saved stories")
        ordering: ClassVar[list[str]] = ["-saved_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "article"], name="saved_once")
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.reader}"


class Follow(models.Model):
    """A topic or an author that a reader follows: exactly one of the two."""

    wagtail_reference_index_ignore = True

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="follows", verbose_name=_("reader")
    )
    topic = models.ForeignKey(
        Topic,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("topic"),
    )
    author = models.ForeignKey(
        Author,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    since: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("followed topic or author")
        verbose_name_plural = _("followed topics and authors")
        ordering: ClassVar[list[str]] = ["-since", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "topic"], name="topic_followed_once"),
            models.UniqueConstraint(fields=["reader", "author"], name="author_followed_once"),
            models.CheckConstraint(
                condition=Q(topic=None) ^ Q(author=None), name="a_topic_or_an_author"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or self.author} · {self.reader}"


class HistoryConsent(models.Model):
    """That a reader has what they read written down. No row: nothing is."""

    wagtail_reference_index_ignore = True

    reader = models.OneToOneField(
        Reader, on_delete=models.CASCADE, related_name="history_consent", verbose_name=_("reader")
    )
    given_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("consented"))

    class Meta:
        verbose_name = _("consent to a reading history")
        verbose_name_plural = _("consents to a reading history")

    def __str__(self) -> str:
        return f"{self.reader} {self.given_at:%Y-%m-%d}"


class ReadStory(models.Model):
    """A story that a consenting reader opened in full, and when last."""

    wagtail_reference_index_ignore = True

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="history", verbose_name=_("reader")
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("story")
    )
    read_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("read"), db_index=True
    )

    class Meta:
        verbose_name = _("story that was read")
        verbose_name_plural = _("stories that were read")
        ordering: ClassVar[list[str]] = ["-read_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "article"], name="read_once_noted")
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.reader}"
