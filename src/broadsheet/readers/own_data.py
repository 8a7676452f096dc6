"""What this app and those below it know of a reader, as chapters of an export."""

from importlib import import_module
from typing import Any

from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from broadsheet.mail.models import Letter
from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader

SESSIONS = import_module(settings.SESSION_ENGINE).SessionStore


@chapter(
    "account",
    _("Account"),
    {
        "email": _("e-mail address"),
        "first_name": _("first name"),
        "last_name": _("last name"),
        "created": _("created"),
        "last_sign_in": _("last sign-in"),
        "has_password": _("has a password"),
        "works_here": _("works at the paper"),
    },
)
def account(reader: Reader) -> dict[str, Any]:
    """The account itself."""
    return {
        "email": reader.email,
        "first_name": reader.first_name,
        "last_name": reader.last_name,
        "created": reader.date_joined,
        "last_sign_in": reader.last_login,
        "has_password": reader.has_usable_password(),
        "works_here": reader.is_staff,
    }


@chapter(
    "addresses",
    _("E-mail addresses"),
    {"email": _("e-mail address"), "verified": _("confirmed"), "primary": _("in use")},
)
def addresses(reader: Reader) -> list[dict[str, Any]]:
    """Every address, also one that waits to be confirmed."""
    found = EmailAddress.objects.filter(user_id=reader.pk).order_by("pk")
    return list(found.values("email", "verified", "primary"))


@chapter(
    "devices",
    _("Devices"),
    {
        "label": _("name"),
        "first_seen": _("first used"),
        "last_seen": _("last used"),
        "signed_in_at": _("signed in since"),
        "signed_in": _("signed in now"),
    },
)
def devices(reader: Reader) -> list[dict[str, Any]]:
    """The devices the reader signed in on."""
    return [
        {
            "label": device.label,
            "first_seen": device.first_seen,
            "last_seen": device.last_seen,
            "signed_in_at": device.signed_in_at,
            "signed_in": bool(device.session_key),
        }
        for device in reader.devices.all()
    ]


@chapter(
    "sign-ins",
    _("Sign-ins"),
    {
        "created_at": _("since"),
        "last_seen_at": _("last used"),
        "user_agent": _("browser"),
        "ip": _("network address"),
    },
)
def sign_ins(reader: Reader) -> list[dict[str, Any]]:
    """The sign-ins that are kept."""
    found = UserSession.objects.filter(user_id=reader.pk).order_by("pk")
    return list(found.values("created_at", "last_seen_at", "user_agent", "ip"))


@chapter(
    "second-step",
    _("Passkeys and second step"),
    {
        "kind": _("kind"),
        "name": _("name"),
        "created_at": _("added"),
        "last_used_at": _("last used"),
    },
)
def second_step(reader: Reader) -> list[dict[str, Any]]:
    """Which ways there are; what makes them work stays a secret."""
    return [
        {
            "kind": str(one.get_type_display()),
            "name": str(one.wrap()) if one.type == Authenticator.Type.WEBAUTHN else "",
            "created_at": one.created_at,
            "last_used_at": one.last_used_at,
        }
        for one in Authenticator.objects.filter(user_id=reader.pk).order_by("pk")
    ]


@chapter(
    "letters",
    _("Letters we sent you"),
    {"subject": _("subject"), "to": _("to"), "created_at": _("written"), "sent_at": _("sent")},
)
def letters(reader: Reader) -> list[dict[str, Any]]:
    """What was mailed lately, without its text, which is not kept."""
    found = Letter.objects.filter(to__in=addresses_of(reader)).order_by("pk")
    return [
        {"subject": one.subject, "to": one.to, "created_at": one.created_at, "sent_at": one.sent_at}
        for one in found.defer("text", "html")
    ]


@chapter(
    "exports",
    _("Copies of your data"),
    {"asked_at": _("asked for"), "state": _("state"), "size": _("bytes")},
)
def exports(reader: Reader) -> list[dict[str, Any]]:
    """When the reader asked for copies such as this."""
    return [
        {"asked_at": one.asked_at, "state": one.get_state_display(), "size": one.size}
        for one in reader.exports.all()
    ]


def addresses_of(reader: Reader) -> set[str]:
    """Every address mail to the reader may have gone to, also those that wait to be confirmed."""
    others = EmailAddress.objects.filter(user_id=reader.pk).values_list("email", flat=True)
    return {reader.email, *others, *_waiting(reader)}


def _waiting(reader: Reader) -> set[str]:
    # A new address is only in the sign-in where it was typed until its code comes back.
    keys = UserSession.objects.filter(user_id=reader.pk).values_list("session_key", flat=True)
    states = (SESSIONS(key).get(EMAIL_VERIFICATION_CODE_SESSION_KEY) or {} for key in keys)
    return {state["email"] for state in states if state.get("email")}
