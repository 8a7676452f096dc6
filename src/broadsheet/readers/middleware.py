"""Keeps the device cookie of signed-in readers, and takes back passes that are no longer theirs."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from broadsheet.gate.identity import DEVICE_AGE
from broadsheet.gate.request import DEVICE, LEASE, PASS
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Reader


class DeviceMiddleware:
    """Runs around every page of the site; article pages never come here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then set the cookies that the reader's state asks for."""
        before = request.user.pk if PASS in request.COOKIES else None
        response = self._get_response(request)
        if PASS in request.COOKIES and request.user.pk != before:
            response.delete_cookie(PASS, samesite="Lax")
            response.delete_cookie(LEASE, samesite="Lax")
        if response.headers.get("Cache-Control", "").startswith("public"):
            return response  # the same for everybody, and others may keep it
        if isinstance(request.user, Reader):
            self._keep_device(request, request.user, response)
        return response

    def _keep_device(self, request: HttpRequest, reader: Reader, response: HttpResponse) -> None:
        cookie = request.COOKIES.get(DEVICE, "")
        secret = sign_ins.device_secret(cookie)
        sign_ins.note_here(request, reader, secret)
        if secret != cookie:
            response.set_cookie(
                DEVICE,
                secret,
                max_age=DEVICE_AGE,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
