"""The language the paper speaks to a reader."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.gate.request import local_path
from broadsheet.readers.models import Reader

LANGUAGE_AGE = 365 * 86400


def language(request: HttpRequest, code: str) -> HttpResponse:
    """The reader chooses the language the paper speaks to them in."""
    if code not in dict(settings.INTERFACE_LANGUAGES):
        raise Http404
    if isinstance(request.user, Reader):
        request.user.speaks(code)
    response = HttpResponseRedirect(local_path(request.GET.get("next", "/")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=LANGUAGE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
