"""The people who write."""

from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.search import index

from broadsheet.newsroom.addresses import leads_on


class Author(index.Indexed, models.Model):
    """Somebody with a byline; one page per edition lists their stories."""

    name = models.CharField(_("name"), max_length=120, help_text=_("As it stands in a byline."))
    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_("The last part of their page's address."),
    )
    role = models.CharField(
        _("role"), max_length=160, blank=True, help_text=_("As in: Correspondent in Beijing.")
    )
    biography = models.TextField(_("biography"), blank=True)
    portrait = models.ForeignKey(
        "newsroom.Picture",
        verbose_name=_("portrait"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    panels: ClassVar[list[Any]] = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug"),
        FieldPanel("role"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
    ]
    search_fields: ClassVar[list[Any]] = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
    ]

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; when the address changes, the old one leads to the new one in every edition."""
        before = Author.objects.filter(pk=self.pk).first() if self.pk else None
        super().save(*args, **kwargs)
        if before is not None and before.slug != self.slug:
            for edition in apps.get_model("newsroom", "Edition").objects.all():
                leads_on(edition.author_url(before), edition.author_url(self))
