"""The terms in each of their versions, and which reader accepted which."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from broadsheet.newsroom.models import Edition
from broadsheet.readers.models import Reader

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]
"""What editors may put into the text; Wagtail takes everything else out of it."""
FIXED = _(
    "Readers may have accepted this version: it stays as it was published. Make a new version."
)


class TermsQuerySet(models.QuerySet["Terms"]):
    """Terms, looked for as the paper does."""

    def published(self, now: datetime) -> "TermsQuerySet":
        """Those that were in force at `now` or before."""
        return self.filter(published_at__lte=now)

    def of_line(self, edition: int | None) -> "TermsQuerySet":
        """All versions for one edition (an id), or the general ones (None)."""
        if edition is None:
            return self.filter(edition=None)
        return self.filter(edition_id=edition)


class Terms(models.Model):
    """One version of the terms in one language.

    A line of terms is one edition's, or that of every edition without its own. Versions are
    counted per line: version 2 in Spanish says what version 2 in English says.
    """

    edition = models.ForeignKey(
        Edition,
        verbose_name=_("edition"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="terms",
        help_text=_("Empty: of all editions that have no terms of their own."),
    )
    language = models.CharField(
        _("language"), max_length=12, choices=settings.INTERFACE_LANGUAGES, default="en"
    )
    version = models.PositiveIntegerField(_("version"), editable=False)
    text = RichTextField(_("text"), features=FEATURES)
    what_changed = models.TextField(
        _("what changed"),
        blank=True,
        help_text=_("One paragraph, in plain words: readers see it before they accept."),
    )
    published_at = models.DateTimeField(
        _("in force since"),
        null=True,
        blank=True,
        help_text=_("Empty: a draft. From this moment on nothing in it can be changed."),
    )
    told_at = models.DateTimeField(_("readers written to"), null=True, editable=False)

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the terms")
        verbose_name_plural = _("versions of the terms")
        ordering: ClassVar[list[Any]] = ["edition_id", "-version", "language"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["edition", "language", "version"],
                name="one_text_per_version_and_language",
            ),
            models.UniqueConstraint(
                fields=["language", "version"],
                condition=Q(edition=None),
                name="one_general_text_per_version_and_language",
            ),
        ]

    def __str__(self) -> str:
        return _("%(line)s: version %(version)s, %(language)s") % {
            "line": self.edition or _("All editions"),
            "version": self.version or "—",
            "language": self.get_language_display(),
        }

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Count and keep it. Raises ValidationError when it was published already."""
        if self._is_fixed():
            raise ValidationError(FIXED)
        if not self.version:
            self.version = self._number()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Where anybody may read this version."""
        return reverse("terms_version", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Drop a draft. Raises ValidationError when it was published already."""
        if self._is_fixed():
            raise ValidationError(FIXED)
        return super().delete(*args, **kwargs)

    def is_published(self, now: datetime | None = None) -> bool:
        """Whether it has been in force at `now` (a time; by default the present) or before."""
        return self.published_at is not None and self.published_at <= (now or timezone.now())

    def clean(self) -> None:
        """Refuse changes of what was published. Raises ValidationError."""
        super().clean()
        if self._is_fixed():
            raise ValidationError(FIXED)
        if self._state.adding and not self.what_changed and self._number() > 1:
            raise ValidationError({"what_changed": _("Say what changed since the last version.")})

    def _is_fixed(self) -> bool:
        kept = Terms.objects.filter(pk=self.pk).first() if self.pk else None
        return kept is not None and kept.is_published()

    def _number(self) -> int:
        # In a language that has not got the line's last version yet, a new text is that one.
        line = Terms.objects.of_line(self.edition_id)
        last = line.aggregate(
            anywhere=Max("version"), here=Max("version", filter=Q(language=self.language))
        )
        anywhere, here = last["anywhere"] or 0, last["here"] or 0
        return anywhere if anywhere > here else anywhere + 1


class How(StrEnum):
    """On which occasion terms were accepted."""

    SIGNUP = "signup"
    PURCHASE = "purchase"
    AGAIN = "again"


class Acceptance(models.Model):
    """A reader accepted one version, then and so."""

    class Hows(models.TextChoices):
        """The occasions, in words for staff."""

        SIGNUP = How.SIGNUP.value, _("with the account")
        PURCHASE = How.PURCHASE.value, _("with a purchase")
        AGAIN = How.AGAIN.value, _("when they changed")

    wagtail_reference_index_ignore = True  # written at every sign-up

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="acceptances", verbose_name=_("reader")
    )
    terms = models.ForeignKey(
        Terms, on_delete=models.PROTECT, related_name="acceptances", verbose_name=_("terms")
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("when"))
    how = models.CharField(_("how"), max_length=10, choices=Hows.choices)

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "terms"], name="accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.reader} · {self.terms}"
