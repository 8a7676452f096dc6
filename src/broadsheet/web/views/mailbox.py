"""The demonstration's mailbox: what the paper would have mailed, read on the machine it runs on.

It holds codes and links that open accounts, so nobody else may see it: it is there only while
mail goes to files and the paper's own address is this machine, and only for whoever comes from
this very machine, not through a proxy.
"""

from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override

from broadsheet.mail import files
from broadsheet.settings.django import PAPER

PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers that a proxy adds: the peer is then not who asks."""
NO_POWERS: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": [
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-top-navigation-by-user-activation",
    ],
}
"""A letter loads nothing, runs nothing, and may only lead to where its reader clicks."""
OUT_OF_THE_FRAME = '<head><base target="_top">'


@never_cache
def letters(request: HttpRequest) -> HttpResponse:
    """All letters, the newest first. Raises Http404 for strangers."""
    return render(request, "web/mailbox.html", {"letters": _letters(request)})


@never_cache
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter: how it looks, and its text. Raises Http404 for strangers, or if it is gone."""
    return render(request, "web/mailbox_letter.html", {"letter": _letter(request, name)})


@never_cache
@csp_override(NO_POWERS)
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part of a letter, for the frame it is shown in. Raises Http404 likewise."""
    html = _letter(request, name).html
    return HttpResponse(html.replace("<head>", OUT_OF_THE_FRAME, 1))


def _letter(request: HttpRequest, name: str) -> files.FiledLetter:
    for one in _letters(request):
        if one.name == name:
            return one
    raise Http404


def _letters(request: HttpRequest) -> list[files.FiledLetter]:
    if not PAPER.shows_mailbox or not _from_here(request):
        raise Http404
    return files.newest_first(PAPER.data_dir / "mail")


def _from_here(request: HttpRequest) -> bool:
    try:
        peer = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return peer.is_loopback and not any(name in request.headers for name in PROXIED)
