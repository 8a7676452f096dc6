"""The ways in which Stripe says no, with its types, codes and HTTP statuses."""

from typing import Any

DECLINES = {
    "generic_decline": ("card_declined", "Your card was declined."),
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "Your card was declined."),
    "stolen_card": ("card_declined", "Your card was declined."),
    "expired_card": ("expired_card", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required",
        "Your card was declined. This transaction requires authentication.",
    ),
}
"""Error code and message by decline code."""


class Refused(Exception):
    """An answer that is an error. `keep` says that what was done before it stays done."""

    def __init__(self, status: int, error: dict[str, Any], *, keep: bool = False) -> None:
        super().__init__(error.get("message"))
        self.status = status
        self.error = error
        self.keep = keep


def invalid(message: str, param: str | None = None, code: str | None = None) -> Refused:
    """400 with what is wrong with the request."""
    error: dict[str, Any] = {"type": "invalid_request_error", "message": message}
    if param:
        error["param"] = param
    if code:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    return Refused(400, error)


def missing(noun: str, ident: str, param: str = "id", *, status: int = 404) -> Refused:
    """404 for an object in the address, 400 for one that a parameter names."""
    refused = invalid(f"No such {noun}: '{ident}'", param, "resource_missing")
    refused.status = status
    return refused


def unknown_address(method: str, path: str) -> Refused:
    """404 for a door that is not there."""
    refused = invalid(f"Unrecognized request URL ({method}: {path}).")
    refused.status = 404
    return refused


def bad_key(key: str) -> Refused:
    """401, with only the end of the key repeated."""
    message = (
        f"Invalid API Key provided: {'*' * 8}{key[-4:]}"
        if key
        else "You did not provide an API key."
    )
    return Refused(401, {"type": "invalid_request_error", "message": message})


def other_params(key: str) -> Refused:
    """400: an idempotency key was used again for something else."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )
    return Refused(400, {"type": "idempotency_error", "message": message})


def outage(status: int) -> Refused:
    """What Stripe answers when it is not well."""
    error = {"type": "api_error", "message": "An unknown error occurred."}
    if status == 429:
        error = {
            "type": "invalid_request_error",
            "code": "rate_limit",
            "message": "Request rate limit exceeded.",
        }
    return Refused(status, error)


def decline(decline_code: str) -> dict[str, Any]:
    """The error of a card that was not charged."""
    code, message = DECLINES[decline_code]
    error = {
        "type": "card_error",
        "code": code,
        "message": message,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
    }
    if code in {"card_declined", "authentication_required"}:
        error["decline_code"] = decline_code
    return error


def declined(error: dict[str, Any], *, keep: bool = True) -> Refused:
    """402 with the error of a card that was not charged."""
    return Refused(402, error, keep=keep)
