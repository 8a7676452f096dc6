"""What every page of the paper has in common."""

from collections.abc import Mapping
from http import HTTPMethod
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.core.paginator import Page as Leaf
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.models import Page

from broadsheet.gate.language import choose
from broadsheet.gate.request import MAX_LANGUAGES


class PaperPage(Page):
    """A page below Wagtail's root whose site root is the Paper: `/paper/us/world/` is `/us/world/`.

    There is one paper, so an address needs no look-up of sites.
    """

    private_page_options: ClassVar[list[str]] = []  # who may read is the gate's to say
    allowed_http_methods: ClassVar[list[HTTPMethod]] = [
        HTTPMethod.GET,
        HTTPMethod.HEAD,
        HTTPMethod.OPTIONS,
    ]

    class Meta:
        abstract = True

    def get_url(self, request: Any = None, current_site: Any = None) -> str:
        """The page's path: without the paper's own name, which is never part of an address."""
        return "/" + self.url_path.split("/", 2)[2]

    url = property(get_url)


class Spoken(Protocol):
    """An edition: where its readers are, and how they may be spoken to."""

    slug: str
    language: str
    time_zone: str

    @property
    def offered(self) -> tuple[str, ...]:
        """The interface's languages its readers may choose among."""


def shown(
    request: HttpRequest, template: str, context: Mapping[str, Any], edition: Spoken
) -> TemplateResponse:
    """The page, rendered here and now: times and language are the edition's only in here."""
    language = choose(
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
        request.headers.get("Accept-Language", "")[:MAX_LANGUAGES],
        edition.language,
        edition.offered,
    )
    matter = {"request": request, **context, "ui_language": language}
    response = TemplateResponse(request, template, matter)
    with timezone.override(ZoneInfo(edition.time_zone)), translation.override(language):
        response.render()
    response.headers["Content-Language"] = language
    response.same_for_visitors = f"edition-{edition.slug}"  # type: ignore[attr-defined]
    return response


def leaf(rows: QuerySet[Any], number: str, size: int) -> Leaf[Any]:
    """The part of a list that `?page=` asks for. Raises Http404 for one there cannot be."""
    try:
        return Paginator(rows, size).page(number)
    except InvalidPage:
        raise Http404(_("This list has no such page.")) from None
