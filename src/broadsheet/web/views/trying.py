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


def asks_too_often(request: HttpRequest) -> bool:
    """Whether this reader has had us ask Stripe more often than anybody presses buttons: it
    answers each paper only so many times a second, and the others' payments come first."""
    if not request.user.is_authenticated:
        return False
    return not ratelimit.consume(_counted(request), action="ask_the_till")


def loads_too_often(request: HttpRequest) -> bool:
    """Whether this reader's browser has asked for their part of pages more often than anybody
    opens stories."""
    return not ratelimit.consume(_counted(request), action="reader_part")


def _counted(request: HttpRequest) -> HttpRequest:
    # allauth counts no GET.
    counted = copy(request)
    counted.method = "POST"
    return counted


def _consume(request: HttpRequest, *, dry_run: bool) -> bool:
    # A plan's page is asked for its price with a code by GET.
    return bool(ratelimit.consume(_counted(request), action="offer_code", dry_run=dry_run))
