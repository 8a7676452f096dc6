"""What happens while the paper is open: live blogs, and news that is breaking."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField


class LiveEntry(models.Model):
    """One entry of a live story, read where the story's full text is read and nowhere else."""

    article = models.ForeignKey(
        "newsroom.Article",
        verbose_name=_("story"),
        on_delete=models.CASCADE,
        related_name="live_entries",
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    headline = models.CharField(_("headline"), max_length=140, blank=True)
    text = RichTextField(_("text"), features=["bold", "italic", "link"])
    author = models.ForeignKey(
        "newsroom.Author",
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture = models.ForeignKey(
        "newsroom.Picture",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("what it shows"),
        max_length=250,
        blank=True,
        help_text=_("For readers who cannot see it: one plain sentence."),
    )
    is_key = models.BooleanField(
        _("key moment"), default=False, help_text=_("Listed at the head of the story.")
    )

    class Meta:
        verbose_name = _("live entry")
        verbose_name_plural = _("live entries")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.headline or f"{self.at:%H:%M}"

    @property
    def anchor(self) -> str:
        """The entry's permanent place in its story's page."""
        return f"entry-{self.pk}"


class BreakingNews(models.Model):
    """One line above every page of an edition, until its time is over."""

    edition = models.ForeignKey(
        "newsroom.Edition",
        verbose_name=_("edition"),
        on_delete=models.CASCADE,
        related_name="breaking",
    )
    line = models.CharField(_("line"), max_length=140)
    story = models.ForeignKey(
        "newsroom.Article",
        verbose_name=_("story"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where the line leads, when there is a story."),
    )
    until = models.DateTimeField(
        _("until"), help_text=_("Then it goes by itself. It can be taken away before.")
    )

    class Meta:
        verbose_name = _("breaking news")
        verbose_name_plural = _("breaking news")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.line
