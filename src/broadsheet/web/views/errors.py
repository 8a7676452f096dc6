"""Pages that say what went wrong, and what to do."""

import logging
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from broadsheet.newsroom.blocks import MOST_BLOCKS, MOST_CHARACTERS
from broadsheet.web import away
from broadsheet.web.policy import EDITORS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """One problem in words."""

    status: int
    title: Promise
    text: Promise
    allow: str = ""
    """The methods that can be used instead (RFC 9110, section 15.5.6)."""


PROBLEMS = {
    "form": Words(
        403,
        _("This form is out of date"),
        _("Go back to the story, load it again, and press the button once more."),
    ),
    "elsewhere": Words(
        403,
        _("This form came from another site"),
        _("Open the story here in the paper, and press the button on its page."),
    ),
    "method": Words(
        405,
        _("This address takes a form"),
        _("It cannot be opened as a page. Go back to the story and use the button there."),
        allow="POST",
    ),
    "till-away": Words(
        503,
        _("The till does not answer"),
        _(
            "Try again in a minute. If you had pressed a button that pays, look at your account "
            "first: it shows what was done, and nothing is paid twice."
        ),
    ),
    "till-closed": Words(
        404,
        _("Nothing is sold here yet"),
        _("This paper has not set up a way to pay. Write to us if you want to subscribe."),
    ),
    "too-large": Words(
        413,
        _("That was too much"),
        _("The form is larger than it can be. Load the story again and press the button there."),
    ),
    "story-too-long": Words(
        413,
        _("That was too much at once"),
        format_lazy(
            _(
                "A story holds at most {blocks} blocks and {characters} characters. Nothing of "
                "what you sent was saved: go back, it is still there, and part it in two."
            ),
            blocks=MOST_BLOCKS,
            characters=MOST_CHARACTERS,
        ),
    ),
}
"""What the gate and the forms may stumble over."""


def problem(request: HttpRequest, name: str) -> HttpResponse:
    """The page for a problem the gate met. Raises Http404 for one that is not known."""
    words = PROBLEMS.get(name)
    if words is None:
        raise Http404
    return _say(request, words)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token, or with an old one."""
    return _say(request, PROBLEMS["form"])


def not_here(request: HttpRequest) -> HttpResponse:
    """A package's page that this paper does not have. Raises Http404."""
    raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """It cannot be read. Django's own page for this looks for a form's token, and so reads it again
    and falls over the same thing."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        too_much = "story-too-long" if request.path.startswith(EDITORS) else "too-large"
        return _say(request, PROBLEMS[too_much])
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": "not-found"}, status=404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed: ours, or the database is away, of which no trace is needed each time."""
    error = sys.exc_info()[1]
    if not away.is_away(error):
        return defaults.server_error(request)
    logger.warning("%s: the database does not answer: %s", request.path, error)
    response = HttpResponse(away.page(get_language() or settings.LANGUAGE_CODE), status=503)
    response.headers["Retry-After"] = str(away.AGAIN)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _say(request: HttpRequest, words: Words) -> HttpResponse:
    response: HttpResponse
    if "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse({"error": str(words.title)}, status=words.status)
    else:
        response = render(request, "web/problem.html", {"words": words}, status=words.status)
    if words.allow:
        response.headers["Allow"] = words.allow
    return response
