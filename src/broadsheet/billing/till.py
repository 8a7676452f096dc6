"""The way to Stripe: its own SDK, with this paper's key, and its answers as plain values."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import stripe
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stripe import StripeClient

from broadsheet.settings.django import PAPER

logger = logging.getLogger(__name__)

RETRIES = 2
"""Times the SDK asks again by itself, with the same idempotency key, when nobody answered."""
PATIENCE = 15.0
"""Seconds to wait for one answer: somebody is looking at a page that does not come."""


class TillClosed(Exception):
    """No key is set: nothing can be paid here."""


class TillAway(Exception):
    """Stripe does not answer, or not as it should. What was asked for may have been done."""


class Declined(Exception):
    """The bank or Stripe refused the payment; the text is for the reader."""


def is_open() -> bool:
    """Whether something can be paid."""
    return bool(PAPER.stripe_secret_key)


def is_demonstration() -> bool:
    """Whether this is a till at which no money moves."""
    return bool(PAPER.stripe_address)


def is_live() -> bool:
    """Whether real money moves: events of the other mode are not ours."""
    return "_live_" in PAPER.stripe_secret_key


@cache
def client() -> StripeClient:
    """Stripe as the settings say. Raises TillClosed."""
    if not is_open():
        raise TillClosed
    line = stripe.RequestsClient(timeout=PATIENCE)
    if is_demonstration():
        return StripeClient(
            PAPER.stripe_secret_key,
            base_addresses={"api": PAPER.stripe_address},
            max_network_retries=RETRIES,
            http_client=line,
        )
    return StripeClient(PAPER.stripe_secret_key, max_network_retries=RETRIES, http_client=line)


@contextmanager
def asking(what: str) -> Iterator[StripeClient]:
    """Stripe, for one thing. Raises TillClosed, TillAway, Declined; other refusals of Stripe's
    (`stripe.InvalidRequestError`) mean that we asked for something wrong, and pass through."""
    try:
        yield client()
    except stripe.CardError as error:
        raise Declined(str(refusal(error.code, _decline_code(error)))) from error
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        logger.warning("%s: Stripe is away: %s", what, error)
        raise TillAway(what) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        logger.error("%s: Stripe refuses the key: %s", what, error)
        raise TillAway(what) from error
    except stripe.InvalidRequestError:
        raise
    except stripe.APIError as error:
        logger.warning("%s: Stripe has a fault: %s", what, error)
        raise TillAway(what) from error


def plain(answer: Any) -> dict[str, Any]:
    """An answer of the SDK's as values."""
    values: dict[str, Any] = answer.to_dict()
    return values


REFUSALS = {
    "insufficient_funds": _("The bank says that there is not enough money on this card."),
    "expired_card": _("This card has expired."),
    "incorrect_cvc": _("The security code of the card is not right."),
    "authentication_required": _("The bank wants you to confirm this payment."),
    "subscription_payment_intent_requires_action": _("The bank wants you to confirm this payment."),
}
"""Stripe's decline codes that tell a reader what to do; of others only that it was refused."""


def refusal(*codes: str | None) -> Promise | str:
    """Why a payment did not go through, in words."""
    for code in codes:
        if code in REFUSALS:
            return REFUSALS[code]
    return _("The bank refused the payment.")


def _decline_code(error: stripe.CardError) -> str | None:
    detail = getattr(error, "error", None)
    return getattr(detail, "decline_code", None)
