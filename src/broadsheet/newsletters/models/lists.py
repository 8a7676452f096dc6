"""Lists: what an edition offers to send."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Author, Edition, Topic


class Newsletter(models.Model):
    """One list of an edition, and how its issues are made."""

    class Kind(models.TextChoices):
        """What its issues hold, and when they are made."""

        WEEKLY = "weekly", _("Weekly: what was published in the week")
        DAILY = "daily", _("Daily: what was published since yesterday")
        BREAKING = "breaking", _("Breaking: each line of breaking news, at once")
        WRITTEN = "written", _("Written by editors, when they want to")

    edition = models.ForeignKey(
        Edition,
        on_delete=models.CASCADE,
        related_name="newsletters",
        verbose_name=_("edition"),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=60)
    pitch = models.CharField(
        _("why to read it"), max_length=240, blank=True, help_text=_("One sentence.")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.WEEKLY)
    topic = models.ForeignKey(
        Topic,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="newsletters",
        verbose_name=_("topic"),
        help_text=_("Only its stories. Empty: the whole edition's."),
    )
    author = models.ForeignKey(
        Author,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="newsletters",
        verbose_name=_("author"),
        help_text=_("Only theirs. Empty: everybody's."),
    )
    for_subscribers = models.BooleanField(
        _("for subscribers only"),
        default=False,
        help_text=_("Whoever's subscription ends gets no more issues until they subscribe again."),
    )
    weekday = models.PositiveSmallIntegerField(
        _("day"),
        choices=[
            (0, _("Monday")),
            (1, _("Tuesday")),
            (2, _("Wednesday")),
            (3, _("Thursday")),
            (4, _("Friday")),
            (5, _("Saturday")),
            (6, _("Sunday")),
        ],
        default=5,
        help_text=_("Of a weekly one."),
    )
    hour = models.PositiveSmallIntegerField(
        _("hour"),
        default=7,
        validators=[MaxValueValidator(23)],
        help_text=_("0 to 23, in the edition's time zone."),
    )
    in_their_morning = models.BooleanField(
        _("at this hour where the reader is"),
        default=False,
        help_text=_("Readers elsewhere get it when it is this hour there. Else all at once."),
    )
    approved_first = models.BooleanField(
        _("an editor approves each issue"),
        default=True,
        help_text=_("Else issues that are made by themselves go by themselves."),
    )
    offered = models.BooleanField(
        _("offered to readers"),
        default=True,
        help_text=_("One that is not offered goes on to whoever gets it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("newsletter")
        verbose_name_plural = _("newsletters")
        ordering: ClassVar[list[str]] = ["edition", "position", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "slug"], name="one_newsletter_an_address")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.edition.title})"

    def clean(self) -> None:
        """Refuse a list that no story could be in."""
        super().clean()
        if self.topic and self.topic.edition_id != self.edition_id:
            raise ValidationError({"topic": _("This topic is another edition's.")})
        if self.topic and self.author:
            raise ValidationError({"author": _("Choose a topic or an author, not both.")})

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/newsletters/{self.edition.slug}/{self.slug}/"

    def current(self) -> Any:
        """Memberships of those who get it now, paused ones left out."""
        return self.memberships.filter(state="joined")
