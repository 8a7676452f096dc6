"""Whoever makes an account accepts the terms; this writes it down."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from broadsheet.newsroom.models import Edition
from broadsheet.newsroom.models.paper import EDITION_COOKIE
from broadsheet.readers.models import Reader
from broadsheet.terms.acceptance import accept
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import How, Terms

FIELD = "terms"
"""The form's field that says which version stood on the page."""


def edition_of(request: HttpRequest) -> Edition | None:
    """The edition the reader was last in; None: none yet."""
    slug = request.COOKIES.get(EDITION_COOKIE, "")
    return Edition.objects.live().filter(slug=slug).first() if slug else None


@receiver(user_signed_up)
def note_acceptance(sender: object, request: HttpRequest, user: Reader, **_: Any) -> None:
    """An account was made: its reader accepts the version that the form showed."""
    now = timezone.now()
    terms = _shown(request) or terms_for(edition_of(request), get_language() or "en", now)
    if terms is not None:
        accept(user, terms, How.SIGNUP, now)


def _shown(request: HttpRequest) -> Terms | None:
    # An older version than the one in force counts as what it is; the reader is asked again.
    number = request.POST.get(FIELD, "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Terms.objects.published(timezone.now()).filter(pk=int(number)).first()
