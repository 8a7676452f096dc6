"""What the paper writes to readers about their accounts; allauth's own letters among them."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override

from broadsheet.mail import post
from broadsheet.mail.rendering import one_line, spoken
from broadsheet.readers.labels import label_for
from broadsheet.readers.models import Reader

logger = logging.getLogger(__name__)

type Given = Mapping[str, Any]


def new_device(reader: Reader, device: str, signed_in_at: datetime) -> None:
    """The reader signed in on a device (by its label) that was not seen before."""
    values = {
        "device": device,
        "signed_in_at": signed_in_at,
        "devices_url": _page("devices"),
        "password_url": _page("account_change_password"),
    }
    try:
        post.send("new_device", reader.email, reader.language, values)
    except post.BadAddress:  # an account made by hand; its owner must still be able to come in
        logger.warning("reader %d has an address that cannot be written to", reader.pk)


def from_allauth(prefix: str, to: str, given: Given) -> None:
    """A letter that allauth wants to go: `prefix` names its template, `given` is its context.

    Those without a template of the paper's are allauth's words in the paper's frame.
    """
    language = _language(to, given)
    if prefix in OURS:
        kind, values = OURS[prefix]
        post.send(kind, to, language, values({**given, "email": to, "language": language}))
    else:
        post.send("account_changed", to, language, _in_allauths_words(prefix, given, language))


def _language(to: str, given: Given) -> str:
    reader = given.get("user") or Reader.objects.filter(email__iexact=to).first()
    return spoken(reader.language if isinstance(reader, Reader) else get_language() or "")


def _in_allauths_words(prefix: str, given: Given, language: str) -> dict[str, Any]:
    with override(language):
        title = render_to_string(f"{prefix}_subject.txt", dict(given))
        text = render_to_string(f"{prefix}_message.txt", dict(given))
    return {"title": one_line(title), "text": text.strip(), "account_url": _page("account")}


def _code(given: Given) -> dict[str, Any]:
    return {"code": given["code"]}


def _reset(given: Given) -> dict[str, Any]:
    return {"reset_url": given["password_reset_url"]}


def _exists(given: Given) -> dict[str, Any]:
    reset = _page("account_reset_password")
    return {"sign_in_url": _page("account_login"), "reset_url": reset}


def _unknown(given: Given) -> dict[str, Any]:
    return {"address": given["email"], "signup_url": _page("account_signup")}


def _password(given: Given) -> dict[str, Any]:
    return {
        "device": label_for(given["user_agent"], given["language"]),
        "changed_at": given["timestamp"],
        "devices_url": _page("devices"),
        "reset_url": _page("account_reset_password"),
    }


def _address(given: Given) -> dict[str, Any]:
    return {
        "old_address": given["from_email"],
        "new_address": given["to_email"],
        "account_url": _page("account"),
    }


def _page(name: str) -> str:
    return post.address(reverse(name))


OURS: dict[str, tuple[str, Callable[[Given], dict[str, Any]]]] = {
    "account/email/email_confirmation": ("confirm_address", _code),
    "account/email/email_confirmation_signup": ("confirm_address", _code),
    "account/email/login_code": ("sign_in_code", _code),
    "account/email/password_reset_code": ("reset_code", _code),
    "account/email/password_reset_key": ("reset_password", _reset),
    "account/email/account_already_exists": ("account_exists", _exists),
    "account/email/unknown_account": ("no_account", _unknown),
    "account/email/password_changed": ("password_changed", _password),
    "account/email/password_set": ("password_changed", _password),
    "account/email/password_reset": ("password_changed", _password),
    "account/email/email_changed": ("address_changed", _address),
}
"""allauth's letters that have templates of the paper's."""
