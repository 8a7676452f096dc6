"""What every page of the site may show, whoever serves it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from broadsheet.newsroom.models import Edition
from broadsheet.newsroom.models.paper import EDITION_COOKIE
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Subscription
from broadsheet.terms.acceptance import last_accepted, owed
from broadsheet.terms.current import terms_for


def paper(request: HttpRequest) -> dict[str, Any]:
    """Names, languages, editions, and the edition the reader was last in, fetched when shown."""
    editions = SimpleLazyObject(lambda: list(Edition.objects.live().order_by("path")))
    edition = SimpleLazyObject(lambda: _edition_last_read(request, editions))
    return {
        "paper_name": settings.WAGTAIL_SITE_NAME,
        "languages": settings.INTERFACE_LANGUAGES,
        "ui_language": get_language(),
        "editions": editions,
        "edition": edition,
        "sections": SimpleLazyObject(lambda: edition.sections if edition else []),
        "shows_mailbox": PAPER.shows_mailbox,
        "payment_due": SimpleLazyObject(lambda: _payment_due(request)),
        "mine_quiet_days": PAPER.mine_quiet_days,
        **_terms(request, edition),
    }


def _terms(request: HttpRequest, edition: Any) -> dict[str, Any]:
    # What whoever signs up accepts; what a reader has not accepted yet, and what they have.
    language = get_language() or "en"
    reader = getattr(request, "user", None)
    due: Any = SimpleLazyObject(
        lambda: owed(reader, edition or None, language) if isinstance(reader, Reader) else None
    )
    return {
        "terms_offered": SimpleLazyObject(lambda: terms_for(edition or None, language)),
        "terms_owed": due,
        "terms_accepted": SimpleLazyObject(
            lambda: last_accepted(reader, due) if isinstance(reader, Reader) and due else None
        ),
    }


def _edition_last_read(request: HttpRequest, editions: Any) -> Edition | None:
    slug = request.COOKIES.get(EDITION_COOKIE, "")
    return next((edition for edition in editions if edition.slug == slug), None)


def _payment_due(request: HttpRequest) -> bool:
    theirs = Subscription.objects.current(timezone.now()).filter(payment_due=True)
    return request.user.is_authenticated and theirs.filter(owner=request.user).exists()
