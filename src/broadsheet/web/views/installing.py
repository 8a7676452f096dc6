"""What a browser needs to put the paper on a device's screen, and to say that it is offline."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from broadsheet.newsroom.models import Edition, Paper
from broadsheet.syndication.mark import ICONS, icon
from broadsheet.web import public

MANIFEST = "application/manifest+json; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"


@require_safe
def manifest(request: HttpRequest, edition: str = "") -> HttpResponse:
    """The web app manifest of an edition, or of the whole paper. Raises Http404."""
    rows = Edition.objects.live().public()
    home: Edition | None = get_object_or_404(rows, slug=edition) if edition else None
    told = _manifest(home)
    language = home.language if home else "en"
    body = json.dumps(told, ensure_ascii=False).encode()
    return public.answer(request, body, MANIFEST, seconds=public.DAY, language=language)


def _manifest(home: Edition | None) -> dict[str, Any]:
    paper = Paper.objects.live().first()
    name = paper.title if paper else "Broadsheet"
    told: dict[str, Any] = {
        "id": home.get_url() if home else "/",
        "name": f"{name}: {home.title}" if home else name,
        "short_name": name,
        "start_url": home.get_url() if home else "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "categories": ["news"],
        "icons": [_icon(name) for name in ICONS],
    }
    if home:
        told |= {"lang": home.language, "dir": _direction(home.language)}
    return told


def _icon(name: str) -> dict[str, str]:
    side = ICONS[name][0]
    purpose = "maskable" if "maskable" in name else "any"
    size = f"{side}x{side}"
    return {"src": f"/{name}.png", "sizes": size, "type": "image/png", "purpose": purpose}


def _direction(language: str) -> str:
    with translation.override(None):
        try:
            return "rtl" if get_language_info(language.lower())["bidi"] else "ltr"
        except KeyError:
            return "auto"


@require_safe
def icon_png(request: HttpRequest, name: str) -> HttpResponse:
    """An icon of the installed paper."""
    return public.answer(request, icon(name), "image/png", seconds=30 * public.DAY)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown when there is no network; browsers fetch it before."""
    return render(request, "web/offline.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows that page. It changes when the page or its style does."""
    style = static("broadsheet/paper.css")
    shown = [render_to_string("web/offline.html"), style]
    version = hashlib.sha256("\n".join(shown).encode()).hexdigest()[:12]
    context = {"version": version, "page": reverse("offline"), "style": style}
    body = render_to_string("web/service-worker.js", context).encode()
    return public.answer(request, body, SCRIPT, seconds=0)
