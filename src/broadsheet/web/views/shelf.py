"""A reader's own pages of what they keep: saved stories, follows, and what they have read."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from broadsheet.newsroom import press
from broadsheet.newsroom.models import Article, Author, Edition, Section, Topic
from broadsheet.newsroom.models.tree import leaf
from broadsheet.readers.models import Reader
from broadsheet.shelf import history, keeping
from broadsheet.shelf.models import HistoryConsent
from broadsheet.web.views.asking import number, reader_of, way_back

PAGE_SIZE = 50
"""Rows on one page of a list."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest) -> HttpResponse:
    """What the reader keeps for later, and the story they may be about to keep. Raises Http404
    when there is no story at the address asked for."""
    reader = reader_of(request)
    if request.method == "POST":
        return _keep_story(request, reader)
    article = _article(request.GET["of"]) if "of" in request.GET else None
    rows = reader.saved.select_related("article").defer("article__body")
    part = leaf(rows, request.GET.get("page", "1"), PAGE_SIZE)
    placed(one.article for one in part.object_list)
    context = {
        "on_account": True,
        "story": article,
        "kept": article is not None and keeping.is_saved(reader, article.pk),
        "articles": part,
    }
    return render(request, "web/saved.html", context)


def _keep_story(request: HttpRequest, reader: Reader) -> HttpResponse:
    back, keep = resolve_url("saved"), request.POST.get("keep", "1") == "1"
    if "story" in request.POST:  # of the list, where a story may be that is published no more
        keep = False
        kept = get_object_or_404(reader.saved, article=number(request.POST["story"]))
        article = kept.article
    else:
        article = _article(request.POST.get("of", ""))
        back += f"?of={quote(article.get_url())}"
    try:
        if keep:
            keeping.save(reader, article, timezone.now())
        else:
            keeping.take_off(reader, article)
    except keeping.ShelfFull:
        full = _(
            "You have saved %(n)d stories, as many as can be kept. Take one off the list first."
        ) % {"n": keeping.MOST_SAVED}
        if _by_script(request):
            return JsonResponse({"saved": False, "said": full}, status=HTTPStatus.CONFLICT)
        messages.error(request, full)
        return HttpResponseRedirect(back)
    said = _("“%(story)s” is saved.") if keep else _("“%(story)s” is no longer saved.")
    said %= {"story": article.title}
    if _by_script(request):
        return JsonResponse({"saved": keep, "said": said})
    messages.success(request, said)
    return HttpResponseRedirect(back)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def following(request: HttpRequest) -> HttpResponse:
    """The topics and authors the reader follows, and one they may be about to follow. Raises
    Http404 when there is no such topic or author."""
    reader = reader_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    followed = _followed(sent.get("topic", ""), sent.get("author", ""))
    if request.method == "POST":
        if followed is None:
            raise Http404
        _follow(request, reader, followed)
        return HttpResponseRedirect(way_back(request) or resolve_url("following"))
    context = {
        "on_account": True,
        "asked": followed,
        "asked_is_topic": isinstance(followed, Topic),
        "asked_is_followed": followed is not None and keeping.is_followed(reader, followed),
        "way_back": way_back(request),
        "follows": reader.follows.select_related("topic__edition", "author"),
        "home": Edition.objects.live().order_by("path").first(),
    }
    return render(request, "web/following.html", context)


def _follow(request: HttpRequest, reader: Reader, followed: Topic | Author) -> None:
    if request.POST.get("keep", "1") != "1":
        keeping.unfollow(reader, followed)
        messages.success(request, _("You no longer follow %(name)s.") % {"name": followed.name})
        return
    try:
        keeping.follow(reader, followed, timezone.now())
    except keeping.ShelfFull:
        full = _("You follow %(n)d topics and authors, as many as can be. Leave one first.")
        messages.error(request, full % {"n": keeping.MOST_FOLLOWED})
    else:
        messages.success(request, _("You follow %(name)s.") % {"name": followed.name})


def _followed(topic: str, author: str) -> Topic | Author | None:
    if topic:
        return get_object_or_404(Topic.objects.select_related("edition"), pk=number(topic))
    if author:
        return get_object_or_404(Author, pk=number(author))
    return None


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest) -> HttpResponse:
    """What the reader has read, if they want it written down; and their way to say so."""
    reader = reader_of(request)
    if request.method == "POST":
        _history(request, reader, request.POST.get("do", ""))
        return redirect("history")
    rows = reader.history.select_related("article").defer("article__body")
    part = leaf(rows, request.GET.get("page", "1"), PAGE_SIZE)
    placed(one.article for one in part.object_list)
    context = {
        "on_account": True,
        "consent": HistoryConsent.objects.filter(reader=reader).first(),
        "days": history.KEPT.days,
        "articles": part,
    }
    return render(request, "web/history.html", context)


def _history(request: HttpRequest, reader: Reader, what: str) -> None:
    match what:
        case "consent":
            history.consent(reader, timezone.now())
            messages.success(request, _("From now on what you open is written down here."))
        case "withdraw":
            history.withdraw(reader)
            messages.success(request, _("Nothing is written down any more, and all is erased."))
        case "erase":
            erased = history.erase(reader)
            said = ngettext("One story is erased.", "%(n)d stories are erased.", erased)
            messages.success(request, said % {"n": erased})
        case "forget":
            history.forget(reader, number(request.POST.get("entry", "")))
            messages.success(request, _("The story is erased from your history."))
        case _:
            raise Http404


def placed(articles: Iterable[Article]) -> list[Article]:
    """The articles, each with its section and edition, which then cost no query each."""
    found = list(articles)
    step = Section.steplen
    sections = {
        one.path: one
        for one in Section.objects.filter(path__in={article.path[:-step] for article in found})
    }
    editions = {
        one.path: one
        for one in Edition.objects.filter(path__in={path[:-step] for path in sections})
    }
    for article in found:
        section = sections.get(article.path[:-step])
        if section is not None:
            section.edition = editions[section.path[:-step]]
            article.section = section
    return found


def _article(path: str) -> Article:
    story = press.find(path)
    if story is None:
        raise Http404
    article: Article = get_object_or_404(Article.objects.defer("body"), pk=story.id)
    return article


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
