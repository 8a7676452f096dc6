"""A subscriber's pages of given stories: give one, see what became of the others, take one back."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.gifts.giving import NotGiven, allowance, give, giveable, withdraw
from broadsheet.gifts.models import StoryGift
from broadsheet.newsroom import press
from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.web.views.asking import reader_of

GIVEN = "bs_given"
GIVEN_AGE = 600
"""Seconds in which the page with a new link may be loaded again: the paper itself keeps no link,
so between the form and the page it travels in the giver's own browser."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stories(request: HttpRequest) -> HttpResponse:
    """What the reader gave, and the story they may be about to give. Raises Http404 when there
    is no story at the address asked for."""
    reader = reader_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    article = _article(sent["of"]) if "of" in sent else None
    if request.method == "POST":
        return _give(request, reader, article)
    now = timezone.now()
    mine = list(reader.story_gifts.select_related("article"))
    context = {
        "on_account": True,
        "allowance": allowance(reader, now),
        "story": article,
        "giveable": article is not None and giveable(article),
        "link": _new_link(request, reader, article),
        "days": PAPER.gift_days,
        "openings": PAPER.gift_openings,
        "gifts": [_row(gift, now) for gift in mine],
    }
    return render(request, "web/given_stories.html", context)


@login_required
@require_POST
def take_back(request: HttpRequest, gift: int) -> HttpResponse:
    """Withdraw one of the reader's own gifts."""
    chosen = get_object_or_404(reader_of(request).story_gifts, pk=gift)
    withdraw(chosen, timezone.now())
    messages.success(
        request, _("The link no longer opens “%(story)s”.") % {"story": chosen.article}
    )
    return redirect("story_gifts")


def _give(request: HttpRequest, reader: Reader, article: Article | None) -> HttpResponse:
    if article is None:
        raise Http404
    page = f"{resolve_url('story_gifts')}?of={quote(article.get_url())}"
    response = HttpResponseRedirect(page)
    try:
        gift, token = give(reader, article, timezone.now())
    except NotGiven:
        messages.error(request, _("No link was made: see below why."))
        return response
    response.set_signed_cookie(
        GIVEN,
        f"{gift.pk}:{token}",
        salt=_salt(reader),
        max_age=GIVEN_AGE,
        path=resolve_url("story_gifts"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _new_link(request: HttpRequest, reader: Reader, article: Article | None) -> str:
    kept = request.get_signed_cookie(GIVEN, default="", salt=_salt(reader), max_age=GIVEN_AGE)
    number, _colon, token = str(kept).partition(":")
    if article is None or not token:
        return ""
    gift = reader.story_gifts.filter(pk=int(number), article=article).first()
    if gift is None or not gift.good(timezone.now()):
        return ""
    return f"{PAPER.site_url}{article.get_url()}?gift={token}"


def _salt(reader: Reader) -> str:
    return f"broadsheet.given.{reader.pk}"


def _article(path: str) -> Article:
    story = press.find(path)
    if story is None:
        raise Http404
    article: Article = get_object_or_404(Article.objects.defer("body"), pk=story.id)
    return article


def _row(gift: StoryGift, now: Any) -> dict[str, Any]:
    return {
        "id": gift.pk,
        "story": gift.article,
        "opened": gift.openings,
        "allowed": gift.openings_allowed,
        "ends": gift.expires_at,
        "withdrawn": gift.withdrawn_at is not None,
        "over": now >= gift.expires_at,
        "spent": gift.openings >= gift.openings_allowed,
    }
