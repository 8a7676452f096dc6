"""How allauth behaves in this paper."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.request import local_path
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

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After a new password: the devices, where it shows who is signed in now."""
        return resolve_url("devices")
