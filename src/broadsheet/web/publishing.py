"""Editors are told "published" once it is so on every host."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from broadsheet.settings.django import MANY_HOSTS
from broadsheet.web import issue
from broadsheet.web.policy import EDITORS

SAFE = ("GET", "HEAD", "OPTIONS")


class PublishingMiddleware:
    """Behind the others: what an editor sends is one transaction, and its answer waits until
    every host knows of what was published. On one host that is at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, after a second at most if something was published."""
        issue.begin()
        response = self._get_response(request)
        issue.settle()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """What is published and the word of it are committed together, whichever view it is."""
        if not MANY_HOSTS or request.method in SAFE or not request.path.startswith(EDITORS):
            return None
        answer: HttpResponse = transaction.atomic(view)(request, *args, **kwargs)
        return answer
