"""How often somebody may try: counted by allauth's rate limits, by reader and by address."""

from allauth.core import ratelimit
from django.http import HttpRequest


def too_many_codes(request: HttpRequest) -> bool:
    """Whether this reader has tried more offers' codes than anybody mistypes."""
    return not ratelimit.consume(request, action="offer_code")
