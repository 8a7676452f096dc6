"""The editors' door: whoever is signed in and may not enter is told so, not asked to sign in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.web.policy import EDITORS


class EditorsDoorMiddleware:
    """Before the editors' admin. Visitors go on: Wagtail sends them to the paper's one sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say that this door is not theirs."""
        enters = request.path.startswith(EDITORS) and request.user.is_authenticated
        if enters and not request.user.has_perm("wagtailadmin.access_admin"):
            return render(request, "403.html", status=403)
        return self._get_response(request)
