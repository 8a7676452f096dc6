"""How allauth behaves in this paper."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url

from broadsheet.gate.request import local_path


class AccountAdapter(DefaultAccountAdapter):
    """Redirects stay on the site; no IP address is kept."""

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a `next` address is a path on this site."""
        return bool(url) and local_path(url or "") == url

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address rate limits count by; behind a proxy the server passes on the client's."""
        return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 (not a bind)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After a new password: the devices, where it shows who is signed in now."""
        return resolve_url("devices")
