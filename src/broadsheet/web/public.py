"""Answers that are the same for everybody, which anybody may keep for a while."""

import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

MINUTE = 60
HOUR = 3600
DAY = 86400


def answer(
    request: HttpRequest,
    body: bytes,
    kind: str,
    *,
    seconds: int,
    language: str = "en",
    changed: datetime | None = None,
) -> HttpResponse:
    """The body as `kind`, good for so many seconds; 304 when whoever asks has it already.

    Nothing in it may depend on who asks: `web.policy` takes cookies off it.
    """
    response = HttpResponse(body, content_type=kind)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["ETag"] = etag
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    stamp = int(changed.timestamp()) if changed else None
    if stamp is not None:
        response.headers["Last-Modified"] = http_date(stamp)
    found = get_conditional_response(request, etag, stamp, response) or response
    if found is not response:
        for name in ("Content-Language", "Cache-Control"):
            found.headers[name] = response.headers[name]
    return found
