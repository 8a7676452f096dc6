"""How often somebody may try: counted by allauth's rate limits, by reader and by address."""

from copy import copy

from allauth.core import ratelimit
from django.http import HttpRequest


def too_many_codes(request: HttpRequest) -> bool:
    """Whether this reader has tried more wrong codes than anybody mistypes."""
    return not _consume(request, dry_run=True)


def wrong_code(request: HttpRequest) -> None:
    """Count a code that was wrong. Good ones may be used as often as their page is looked at."""
    _consume(request, dry_run=False)


def _consume(request: HttpRequest, *, dry_run: bool) -> bool:
    # allauth counts no GET, but a plan's page is asked for its price with a code by GET.
    counted = copy(request)
    counted.method = "POST"
    return bool(ratelimit.consume(counted, action="offer_code", dry_run=dry_run))
