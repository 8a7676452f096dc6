"""What machines ask for: feeds, sitemaps, what robots may read, and pictures for sharing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from broadsheet.newsroom.models import Article, Edition
from broadsheet.syndication import feeds, robots, sharing_pictures, sitemaps
from broadsheet.syndication.addresses import FORMS, absolute
from broadsheet.web import public

XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@require_safe
def feed(
    request: HttpRequest, edition: str, form: str, part: str = "", name: str = ""
) -> HttpResponse:
    """The stories of an edition, or of a section, topic or author of it. Raises Http404."""
    home, subject = feeds.listed(edition, part, name)
    body, changed = feeds.written(home, subject, form)
    return public.answer(
        request,
        body,
        f"{FORMS[form]}; charset=utf-8",
        seconds=5 * public.MINUTE,
        language=home.language,
        changed=changed,
    )


@require_safe
def all_feeds(request: HttpRequest) -> HttpResponse:
    """A page for people that lists the feeds of editions and sections."""
    lists = [
        (edition, [(each.title, each.get_url()) for each in (edition, *edition.sections)])
        for edition in Edition.objects.live().public().order_by("path")
    ]
    return render(request, "web/feeds.html", {"lists": lists})


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Where the sitemaps are."""
    return public.answer(request, sitemaps.index(), XML, seconds=public.HOUR)


@require_safe
def sitemap(request: HttpRequest, edition: str, kind: str, page: int = 0) -> HttpResponse:
    """One sitemap of an edition: "pages", "news", or a part of its "stories". Raises Http404."""
    home = get_object_or_404(Edition.objects.live().public(), slug=edition)
    if kind == "news":
        body, seconds = sitemaps.news(home, timezone.now()), 5 * public.MINUTE
        return public.answer(request, body, XML, seconds=seconds, language=home.language)
    found = sitemaps.pages(home) if kind == "pages" else sitemaps.stories(home, page)
    if found is None:
        raise Http404
    return public.answer(request, found, XML, seconds=public.HOUR, language=home.language)


@require_safe
def sharing_picture(request: HttpRequest, edition: str, story: int, version: str) -> HttpResponse:
    """The picture that goes along when a story is shared. Raises Http404 for stories not out.

    An address of an earlier one leads to the present one, so that nobody can have others drawn.
    """
    found = Article.objects.out().defer("body").select_related("lead_picture")
    article = get_object_or_404(found, pk=story)
    told = sharing_pictures.shown(article)
    if article.edition.slug != edition or sharing_pictures.version(told) != version:
        response = HttpResponse(status=302)
        response.headers["Location"] = sharing_pictures.path_of(article)
        response.headers["Cache-Control"] = f"public, max-age={5 * public.MINUTE}"
        return response
    try:
        body = sharing_pictures.picture_of(article, told)
    except sharing_pictures.Busy:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    return public.answer(request, body, "image/jpeg", seconds=30 * public.DAY)


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """What robots may read."""
    return public.answer(request, robots.rules().encode(), TEXT, seconds=public.HOUR)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116). Raises Http404 when no contact is set."""
    told = robots.security(absolute(reverse("security_txt")), timezone.now())
    if told is None:
        raise Http404
    return public.answer(request, told.encode(), TEXT, seconds=public.DAY)
