"""Who reads, and on what."""

import secrets
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

account_deleting = Signal()
"""Sent inside the transaction that deletes `reader`, before anything is gone: whoever keeps
something of theirs settles it now. A receiver that raises keeps the account."""

password_changed = Signal()
"""Sent after `reader` was saved with a new password, whoever set it."""

access_changed = Signal()
"""Sent after commit: passes of `reader` (an id) are old and leases of `ending` (device keys) are
over, because of `why` (an access.Ending)."""


class ReaderManager(BaseUserManager["Reader"]):
    """Makes readers by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Reader":
        """A new reader. Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("a reader needs an e-mail address")
        reader = self.model(email=email.strip().lower(), **fields)
        reader.set_password(password)
        reader.save(using=self._db)
        return reader

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Reader":
        """A reader who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Reader(AbstractUser):  # type: ignore[django-manager-missing]  # Wagtail has no types
    """A person with an account: one e-mail address."""

    username = None  # type: ignore[assignment]  # the address is the name
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=settings.INTERFACE_LANGUAGES,
        help_text=_("What the paper's mail to this reader is written in."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[ReaderManager] = ReaderManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")

    def __str__(self) -> str:
        return self.email

    def speaks(self, language: str) -> None:
        """Remember the interface language the reader chose; mail to them is written in it."""
        if language != self.language and language in dict(settings.INTERFACE_LANGUAGES):
            self.language = language
            self.save(update_fields=["language"])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the reader, and say when the password is a new one."""
        # Django keeps the raw password until it is saved; a hash that is only upgraded has none.
        new_password = self.pk is not None and getattr(self, "_password", None) is not None
        super().save(*args, **kwargs)
        if new_password:
            password_changed.send(sender=Reader, reader=self)


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, looked for as people do."""

    def signed_in(self) -> Self:
        """Those that still have a sign-in."""
        return self.exclude(session_key="")


class Device(models.Model):
    """One browser in which a reader has signed in.

    `key` is the public id: a digest of the secret in the device's cookie, which is not kept.
    """

    wagtail_reference_index_ignore = True  # written at every sign-in

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="devices", verbose_name=_("reader")
    )
    key = models.CharField(_("device id"), max_length=32)
    label = models.CharField(_("label"), max_length=80)
    session_key = models.CharField(max_length=40, blank=True, db_index=True, editable=False)
    first_seen: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("first seen"))
    last_seen: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("last seen"))
    signed_in_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("signed in since")
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering: ClassVar[list[str]] = ["-last_seen"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reader", "key"], name="one_row_per_device")
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.reader})"


def export_name() -> str:
    """128 bits that name an export's file; nobody guesses them."""
    return secrets.token_hex(16)


class ExportManager(models.Manager["Export"]):
    """Files are fetched only by those who want them."""

    def get_queryset(self) -> models.QuerySet["Export"]:
        """Without the files."""
        return super().get_queryset().defer("file")


class Export(models.Model):
    """A copy of what the paper knows of a reader: asked for, made, and ready for a while."""

    class States(models.TextChoices):
        """How far it is."""

        QUEUED = "queued", _("asked for")
        MAKING = "making", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    wagtail_reference_index_ignore = True

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="exports", verbose_name=_("reader")
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    state = models.CharField(
        _("state"), max_length=8, choices=States.choices, default=States.QUEUED
    )
    asked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("asked for"))
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("since"))
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    file = models.BinaryField(null=True)
    """The ZIP, once it is ready: here every host finds it."""

    objects = ExportManager()

    class Meta:
        verbose_name = _("copy of a reader's data")
        verbose_name_plural = _("copies of readers' data")
        ordering: ClassVar[list[str]] = ["-asked_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["reader"],
                condition=models.Q(state__in=["queued", "making"]),
                name="one_export_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reader} {self.asked_at:%Y-%m-%d %H:%M}"
