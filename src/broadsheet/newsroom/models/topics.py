"""What an edition files its stories under."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PageChooserPanel, TitleFieldPanel
from wagtail.search import index

from broadsheet.newsroom.addresses import leads_on


class Topic(index.Indexed, models.Model):
    """A subject with a page of its own in one edition."""

    edition = models.ForeignKey(
        "newsroom.Edition",
        verbose_name=_("edition"),
        on_delete=models.CASCADE,
        related_name="topics",
    )
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("address"), max_length=120, help_text=_("The last part of the topic's page's address.")
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("A sentence or two at the head of its page.")
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

    panels: ClassVar[list[Any]] = [
        PageChooserPanel("edition"),
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug"),
        FieldPanel("description"),
        FieldPanel("picture"),
        FieldPanel("picture_alt"),
    ]
    search_fields: ClassVar[list[Any]] = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("edition_id"),
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "slug"], name="one_topic_per_address")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; when the address changes, the old one leads to the new one."""
        before = Topic.objects.filter(pk=self.pk).first() if self.pk else None
        super().save(*args, **kwargs)
        if before is not None:
            leads_on(before.url, self.url)

    def clean(self) -> None:
        """Refuse a picture that is not described."""
        super().clean()
        if self.picture_id and not self.picture_alt:
            raise ValidationError({"picture_alt": _("Say what the picture shows.")})

    @property
    def url(self) -> str:
        """The address of the topic's page on its edition."""
        return self.edition.topic_url(self)
