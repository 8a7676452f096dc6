"""The language of the site's own pages, chosen as the gate chooses it for articles."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from broadsheet.gate.language import choose
from broadsheet.gate.request import MAX_LANGUAGES

OFFERED = tuple(code for code, _ in settings.INTERFACE_LANGUAGES)


class LanguageMiddleware:
    """Speaks to each reader in the language they chose, else in their browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        accepted = request.headers.get("Accept-Language", "")[:MAX_LANGUAGES]
        language = choose(chosen, accepted, "", OFFERED)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
