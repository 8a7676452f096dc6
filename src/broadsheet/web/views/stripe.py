"""The door for Stripe's webhooks."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadsheet.billing import webhooks
from broadsheet.settings.django import PAPER

logger = logging.getLogger(__name__)


@csrf_exempt  # Stripe signs what it sends
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep an event and answer at once: 200 when it is kept, also when it was before."""
    if not PAPER.stripe_webhook_secret:
        return _no(404, "this paper has no webhook secret")
    if _length(request) > webhooks.MOST_BYTES:
        return _no(413, "larger than any event")
    body = request.read(webhooks.MOST_BYTES + 1)
    if len(body) > webhooks.MOST_BYTES:
        return _no(413, "larger than any event")
    try:
        webhooks.receive(body, request.headers.get("Stripe-Signature", ""))
    except webhooks.Forged:
        return _no(400, "the signature is missing, wrong or too old")
    except webhooks.OtherMode:
        return _no(400, "test events and live events do not mix")
    return JsonResponse({"received": True})


def _length(request: HttpRequest) -> int:
    given = request.headers.get("Content-Length", "")
    return int(given) if given.isdecimal() else 0


def _no(status: int, why: str) -> HttpResponse:
    logger.warning("a webhook was refused: %s", why)
    return JsonResponse({"error": why}, status=status)
