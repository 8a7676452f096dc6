"""How allauth behaves in this paper."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.request import local_path
from broadsheet.mail.post import BadAddress, address, deliverable
from broadsheet.mail.rendering import spoken
from broadsheet.readers import letters
from broadsheet.readers.models import Reader
from broadsheet.readers.sudo import proven
from broadsheet.settings.django import PAPER

PROXIES = Proxies(PAPER.trusted_proxies)


class AccountAdapter(DefaultAccountAdapter):
    """Redirects stay on the site; no IP address is kept."""

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a `next` address is a path on this site."""
        return bool(url) and local_path(url or "") == url

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address rate limits count by: the peer's, or whom a trusted proxy names."""
        peer = request.META.get("REMOTE_ADDR") or ""
        client = PROXIES.client(peer, request.META.get("HTTP_X_FORWARDED_FOR", ""))
        return str(client) if client else "0.0.0.0"  # noqa: S104 (not a bind)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How a reader proves again who they are. A code by mail is one of the ways, as it is one
        of signing in; but whoever set up a second step proves it with that."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and not is_mfa_enabled(user):
            methods.append(
                {
                    "id": "reauthenticate_by_code",
                    "description": _("Send me a code by e-mail"),
                    "url": reverse("reauthenticate_by_code"),
                }
            )
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether `app` asks for it. Raises ReauthenticationRequired for readers who have neither
        a password nor a passkey and no recent code: allauth would let them pass unasked."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        request = self.request
        if required and not get_reauthentication_flows(request.user) and not proven(request):
            raise ReauthenticationRequired
        return required

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After a new password: the devices, where it shows who is signed in now."""
        return resolve_url("devices")

    def new_user(self, request: HttpRequest) -> Reader:
        """Somebody who signs up, in the language the paper speaks to them."""
        return Reader(language=spoken(get_language() or ""))

    def clean_email(self, email: str) -> str:
        """Raises ValidationError for an address that no mail can be sent to."""
        cleaned: str = super().clean_email(email)
        try:
            deliverable(cleaned)
        except BadAddress:
            said = _("This is not an e-mail address. It looks like: name@example.com")
            raise ValidationError(said) from None
        return cleaned

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every letter of allauth's goes as the paper's do. What cannot be sent anywhere is not:
        whoever typed it is told the same as everybody, that a letter is on its way."""
        with suppress(BadAddress):
            letters.from_allauth(template_prefix, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Reader,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a reader of a change; the letter is written in their language."""
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "user": user}, email
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the letter: the paper's own, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return address(path.replace("UID-KEY", quote(key)))
