"""Which policies a page gets: what it may load, and who may keep it."""

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.cache import get_conditional_response
from django.utils.csp import CSP
from django.utils.http import quote_etag

from broadsheet.gate import request as gate
from broadsheet.gate.response import PLAYERS, for_visitors
from broadsheet.newsroom.models.paper import EDITION_COOKIE
from broadsheet.settings.django import PAPER

EDITORS = "/admin/"
OWN = "/account/"
"""Below this are a reader's own pages, of which nothing stays on a computer that others use."""
OURS = (gate.OURS - {gate.LANGUAGE}) | {settings.CSRF_COOKIE_NAME}
"""Cookies by which one reader's pages may differ from another's."""
EDITORS_POLICY = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:", *settings.PICTURES],
    "font-src": [CSP.SELF, "data:"],
    "frame-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.SELF],
}
"""Wagtail's admin is built on inline scripts and styles, and shows previews in frames."""
PROOF_POLICY = {
    **settings.SECURE_CSP,
    "frame-src": [*PLAYERS],
    "frame-ancestors": [CSP.SELF],
}
"""A preview: readers' own policy, in the editors' frame."""


class ContentPolicyMiddleware(ContentSecurityPolicyMiddleware):
    """Django's own, with the editors' policy below EDITORS where a view has none of its own."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Choose the policy, then set its header."""
        if getattr(request, "is_dummy", False):  # Wagtail asks for a preview with its own
            response._csp_config = PROOF_POLICY  # type: ignore[attr-defined]
        elif request.path.startswith(EDITORS) and not hasattr(response, "_csp_config"):
            response._csp_config = EDITORS_POLICY  # type: ignore[attr-defined]
        return super().process_response(request, response)


class CachePolicyMiddleware:
    """Pages of the site may differ by reader: browsers ask again, and nobody else keeps them.
    What is a reader's own, browsers do not keep either. What is the same for everybody says so,
    and then has nothing in it of the one who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a view that says otherwise is left alone."""
        response = self._get_response(request)
        if _same_for_visitors(request, response):
            return _for_visitors(request, response)
        kept = "no-store" if request.path.startswith(OWN) else "no-cache"
        response.headers.setdefault("Cache-Control", f"private, {kept}")
        if response.headers["Cache-Control"].startswith("public"):
            response.cookies.clear()  # whoever keeps it would hand them to somebody else
            response.headers.pop("Vary", None)
        return response


def _same_for_visitors(request: HttpRequest, response: HttpResponse) -> bool:
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return False
    if not hasattr(response, "same_for_visitors") or OURS.intersection(request.COOKIES):
        return False
    if getattr(request, "is_dummy", False):  # an editor's preview
        return False
    if PAPER.cdn_seconds and response.cookies.keys() == {EDITION_COOKIE}:
        response.cookies.clear()  # "/" goes by languages for visitors whom a CDN serves
    return not response.cookies and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")


def _for_visitors(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:24])
    sharing = for_visitors(PAPER.cdn_seconds, response.same_for_visitors)  # type: ignore[attr-defined]
    response.headers["ETag"] = etag
    answer = get_conditional_response(request, etag, None, response) or response
    for name, value in sharing:
        answer.headers[name.decode().title()] = value.decode()
    return answer
