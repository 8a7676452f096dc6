"""What was imported, by which run, and what could not be carried over."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import of one file or folder."""

    class Kinds(models.TextChoices):
        """What sort of file it is."""

        WORDPRESS = "wordpress", _("WordPress")
        GHOST = "ghost", _("Ghost")
        MEMBERS = "members", _("Ghost’s list of members")
        PAPER = "paper", _("A paper’s own files")

    class States(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        STOPPED = "stopped", _("stopped; the same file again goes on")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    wagtail_reference_index_ignore = True

    kind = models.CharField(_("kind"), max_length=12, choices=Kinds.choices)
    name = models.CharField(_("file"), max_length=255)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    options: models.JSONField[Any, Any] = models.JSONField(_("options"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=States.choices, default=States.RUNNING
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    moved_at = models.DateTimeField(_("last step"), default=timezone.now)
    total = models.PositiveIntegerField(_("items"), default=0)
    handled = models.PositiveIntegerField(_("looked at"), default=0)
    made = models.PositiveIntegerField(_("made"), default=0)
    changed = models.PositiveIntegerField(_("brought up to date"), default=0)
    same = models.PositiveIntegerField(_("there already"), default=0)
    kept = models.PositiveIntegerField(_("left as editors made them"), default=0)
    failed = models.PositiveIntegerField(_("not imported"), default=0)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name}, {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def progress(self) -> str:
        """How many of how many."""
        return f"{self.handled}/{self.total}" if self.total else str(self.handled)


class ImportedItem(models.Model):
    """One thing of another paper's, and what it became here. So nothing is imported twice."""

    class Kinds(models.TextChoices):
        """What it is."""

        STORY = "story", _("story")
        AUTHOR = "author", _("author")
        TOPIC = "topic", _("topic")
        PICTURE = "picture", _("picture")
        READER = "reader", _("reader")
        PAPER = "paper", _("the paper itself")

    class States(models.TextChoices):
        """What became of it."""

        BEGUN = "begun", _("begun")
        MADE = "made", _("made")
        KEPT = "kept", _("left as editors made it")
        FAILED = "failed", _("not imported")

    wagtail_reference_index_ignore = True

    source = models.CharField(_("source"), max_length=255)
    kind = models.CharField(_("kind"), max_length=8, choices=Kinds.choices)
    foreign_id = models.CharField(_("its name there"), max_length=255)
    fingerprint = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=States.choices)
    message = models.TextField(_("message"), blank=True)
    page = models.ForeignKey(
        "newsroom.Article",
        verbose_name=_("story"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    target = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("The key of an author, a topic, a picture or a reader.")
    )
    imprint = models.CharField(
        max_length=120,
        blank=True,
        help_text=_("How the importer left the story; another one means that editors changed it."),
    )
    lacks: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text=_("Pictures that were not to be had.")
    )
    run = models.ForeignKey(
        ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="items"
    )

    class Meta:
        verbose_name = _("imported item")
        verbose_name_plural = _("imported items")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "kind", "foreign_id"], name="imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.foreign_id}"


class ReportLine(models.Model):
    """Something that could not be carried over, or not as it was."""

    wagtail_reference_index_ignore = True

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    file = models.CharField(_("file"), max_length=255)
    kind = models.CharField(_("kind"), max_length=12)
    foreign_id = models.CharField(_("its name there"), max_length=255)
    title = models.CharField(_("title"), max_length=255, blank=True)
    what = models.TextField(_("what"))
    why = models.TextField(_("why"))
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Whom it is about; it goes with their account."),
    )

    class Meta:
        verbose_name = _("line of a report")
        verbose_name_plural = _("lines of reports")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.title}: {self.what}"


class ImportPart(models.Model):
    """A piece of a file that waits to be imported: here whichever host works on it finds it."""

    wagtail_reference_index_ignore = True

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "number"], name="one_part_of_each_number")
        ]

    def __str__(self) -> str:
        return f"{self.run}, part {self.number}"
