"""What is recommended to a reader: a page of their own, and their part of a story's page."""

from http import HTTPStatus

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broadsheet.newsroom.models import Article, Edition
from broadsheet.newsroom.models.articles import MOST_RELATED
from broadsheet.newsroom.models.paper import EDITION_COOKIE
from broadsheet.readers.models import Reader
from broadsheet.recommendations.making import MOST
from broadsheet.recommendations.showing import shown_to
from broadsheet.shelf import history, keeping
from broadsheet.web.language import OFFERED
from broadsheet.web.views.asking import reader_of
from broadsheet.web.views.trying import loads_too_often


@never_cache
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is recommended to the reader in each edition, with the reasons; the most read stories
    of the edition they were last in where there is nothing of their own."""
    reader = reader_of(request)
    last = request.COOKIES.get(EDITION_COOKIE, "")
    editions = sorted(Edition.objects.live().order_by("path"), key=lambda one: one.slug != last)
    parts = [(edition, shown_to(reader, edition, MOST)) for edition in editions]
    own = [(edition, stories) for edition, stories in parts if stories]
    context = {
        "on_account": True,
        "parts": own,
        "most_read": [] if own or not editions else editions[0].most_read(),
        "home": editions[0] if editions else None,
        "follows": reader.follows.exists(),
        "consents": history.consents(reader),
    }
    return render(request, "web/recommended.html", context)


@never_cache
@require_safe
def story_part(request: HttpRequest, story: int) -> HttpResponse:
    """What a story's page, the same for all, does not say: whether the reader saved the story,
    the token for their next form, and what is recommended to them, as HTML (empty: nothing)."""
    reader = request.user
    if not isinstance(reader, Reader):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # no fault: the page was for somebody
    if loads_too_often(request):
        return ratelimit.respond_429(request)
    article = get_object_or_404(Article.objects.live().defer("body"), pk=story)
    language = request.GET.get("lang", "")
    with translation.override(language if language in OFFERED else translation.get_language()):
        part = {
            "saved": keeping.is_saved(reader, article.pk),
            "token": get_token(request),
            "html": _recommended(reader, article),
        }
    return JsonResponse(part)


def _recommended(reader: Reader, article: Article) -> str:
    tied = article.tied.values_list("story", flat=True)  # they stand on the page already
    stories = shown_to(reader, article.edition, MOST_RELATED, [article.pk, *tied])
    if not stories:
        return ""
    context = {
        "recommended": stories,
        "edition": article.edition,
        "ui_language": translation.get_language(),
        "own": True,
    }
    return render_to_string("web/parts/recommended.html", context)
