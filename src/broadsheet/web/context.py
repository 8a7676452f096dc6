"""What every page of the site may show, whoever serves it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from broadsheet.newsroom.models import Edition
from broadsheet.settings.django import PAPER


def paper(request: HttpRequest) -> dict[str, Any]:
    """Names, languages and editions, fetched only where a template shows them."""
    return {
        "paper_name": settings.WAGTAIL_SITE_NAME,
        "languages": settings.INTERFACE_LANGUAGES,
        "ui_language": get_language(),
        "editions": SimpleLazyObject(lambda: list(Edition.objects.live().order_by("path"))),
        "mine_quiet_days": PAPER.mine_quiet_days,
    }
