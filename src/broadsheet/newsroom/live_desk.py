"""The desk of a live story: entries are written, corrected and taken back here, at once."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST
from wagtail.images.widgets import AdminImageChooser
from wagtail.log_actions import log

from broadsheet.newsroom import entrytext
from broadsheet.newsroom.models import Article, Author, Genre, LiveEntry, Picture
from broadsheet.newsroom.models.live import MOST_IN_AN_ENTRY

LAST_AUTHOR = "live_author"
"""The session's key for whose name the editor's last entry had."""
ONCE = 86_400
"""Seconds in which the same form makes no second entry."""
ON_ONE_PAGE = 100
"""Entries the desk lists; older ones are found in the story's page."""

WHAT = ("add", "change", "delete")
"""What somebody may do with entries, as Django's permissions name it."""


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """One entry, typed in a hurry."""

    text = forms.CharField(
        label=pgettext_lazy("of an entry", "Text"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MOST_IN_AN_ENTRY,
        help_text=gettext_lazy(
            "An empty line ends a paragraph. *italic*, **bold**, [words](https://address)."
        ),
        error_messages={
            "max_length": gettext_lazy(
                "This is too long for an entry. Make it a story and link to it."
            )
        },
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("In the edition's time zone. Left empty: now."),
    )
    picture = forms.ModelChoiceField(
        Picture.objects.all(),
        label=gettext_lazy("Picture"),
        required=False,
        widget=AdminImageChooser(),
    )
    author = forms.ModelChoiceField(
        Author.objects.order_by("name"), label=gettext_lazy("Author"), required=False
    )

    class Meta:
        model = LiveEntry
        fields = ("headline", "text", "is_key", "picture", "picture_alt", "author", "at")

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        self._gone = data is not None and not _is_picture(data.get("picture", ""))
        if data is not None and self._gone:
            data = {**{name: data.get(name) for name in data}, "picture": ""}
        super().__init__(data, **options)
        self._was = self.instance.at if self.instance.pk else None
        if self.instance.pk:
            self.initial["text"] = entrytext.to_typed(self.instance.text)
        else:
            self.initial.pop("at", None)  # the moment it is sent, not when the form was opened

    def clean_text(self) -> str:
        """What was typed, as HTML."""
        return entrytext.to_html(self.cleaned_data["text"])

    def clean_at(self) -> Any:
        """The time; what was not changed keeps its seconds, and so its place."""
        at = self.cleaned_data["at"]
        if at is None:
            return self._was or timezone.now()
        same = self._was is not None and at == self._was.replace(second=0, microsecond=0)
        return self._was if same else at

    def clean_picture(self) -> Any:
        """The picture, if it is one."""
        if self._gone:
            raise ValidationError(_("This picture is not there any more."))
        return self.cleaned_data["picture"]


def _is_picture(key: str) -> bool:
    if not key:
        return True
    return key.isascii() and key.isdecimal() and Picture.objects.filter(pk=key[:18]).exists()


def running(request: HttpRequest) -> HttpResponse:
    """Every story that is live, and every draft of one."""
    _must_see(request)
    stories = Article.objects.filter(genre=Genre.LIVE).defer("body")
    rows = stories.annotate(entries=Count("live_entries"), last=Max("live_entries__at"))
    context = {"stories": list(rows.order_by("-live", "-published_at", "-pk")[:ON_ONE_PAGE])}
    return render(request, "newsroom/live_stories.html", context)


def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """One story's entries, below the form for the next one."""
    _must_see(request)
    article = get_object_or_404(Article.objects.defer("body"), pk=pk)
    takes_more = _takes_more(article)
    with timezone.override(ZoneInfo(article.edition.time_zone)):
        if request.method == "POST":
            _must(request, "add")
            if not takes_more:
                messages.error(request, _("This story is not live: it takes no entries."))
                return redirect("newsroom_live_desk", article.pk)
            form = EntryForm(request.POST, instance=LiveEntry(article=article))
            if form.is_valid() and _post(request, form):
                return redirect("newsroom_live_desk", article.pk)
        else:
            form = EntryForm(initial={"author": request.session.get(LAST_AUTHOR)})
        entries = article.live_entries.select_related("author", "picture")
        context = {
            "article": article,
            "edition": article.edition,
            "entries": entries[:ON_ONE_PAGE],
            "form": form if takes_more and _may(request, "add") else None,
            "takes_more": takes_more,
            "may_end": article.live and takes_more and _may_publish(request, article),
            "once": request.POST.get("once") or uuid.uuid4().hex,
            "may_change": _may(request, "change"),
            "may_delete": _may(request, "delete"),
        }
        return render(request, "newsroom/live_desk.html", context)


def _post(request: HttpRequest, form: EntryForm) -> bool:
    # A form that is sent twice makes one entry: the first to leave its mark makes it.
    once = request.POST.get("once", "")[:64] or uuid.uuid4().hex
    mark = f"live-entry-{form.instance.article_id}-{hashlib.sha256(once.encode()).hexdigest()}"
    if not cache.add(mark, 0, timeout=ONCE):
        if cache.get(mark):
            messages.success(request, _("The entry is there, once."))
            return True
        form.add_error(None, _("This is being sent already. Look below before you send it again."))
        return False
    try:
        with transaction.atomic():
            entry = form.save()
            log(entry, "wagtail.create", user=request.user)
    except BaseException:
        cache.delete(mark)
        raise
    cache.set(mark, entry.pk, timeout=ONCE)
    request.session[LAST_AUTHOR] = entry.author_id
    if entry.article.live:
        messages.success(request, _("The entry is out."))
    else:
        messages.success(request, _("The entry is kept. Readers see it once the story is out."))
    return True


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry is corrected; readers who have the page open get the correction."""
    _must(request, "change")
    entry = get_object_or_404(LiveEntry.objects.select_related("article"), pk=pk)
    edition = entry.article.edition
    with timezone.override(ZoneInfo(edition.time_zone)):
        form = EntryForm(request.POST if request.method == "POST" else None, instance=entry)
        if form.is_valid():
            with transaction.atomic():
                log(form.save(), "wagtail.edit", user=request.user)
            messages.success(request, _("The entry is corrected."))
            return redirect(_row(entry))
        context = {"article": entry.article, "edition": edition, "entry": entry, "form": form}
        return render(request, "newsroom/live_entry.html", context)


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry is taken back, after a look at what it says."""
    _must(request, "delete")
    entry = get_object_or_404(LiveEntry.objects.select_related("article"), pk=pk)
    if request.method == "POST":
        log(entry, "wagtail.delete", user=request.user, deleted=True)
        entry.delete()
        messages.success(request, _("The entry is taken back."))
        return redirect("newsroom_live_desk", entry.article_id)
    context = {"article": entry.article, "edition": entry.article.edition, "entry": entry}
    return render(request, "newsroom/live_delete.html", context)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The coverage ends: the story becomes a piece of news, and its page says so."""
    article = get_object_or_404(Article, pk=pk)
    if not _may_publish(request, article):
        raise PermissionDenied
    back = redirect("newsroom_live_desk", article.pk)
    if not article.live or article.genre != Genre.LIVE:
        messages.error(request, _("This story is not live."))
        return back
    if article.has_unpublished_changes:
        # Publishing would put out whatever else is in the draft.
        messages.error(
            request,
            _(
                "The story has changes that are not published. Open it, make it another kind of "
                "piece there, and publish it."
            ),
        )
        return back
    article.genre = Genre.NEWS
    try:
        with transaction.atomic():
            article.save_revision(user=request.user, log_action=True).publish(user=request.user)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    else:
        messages.success(request, _("The coverage has ended, and the page says so."))
    return back


def _takes_more(article: Article) -> bool:
    # The story as it is out, or as its newest draft will be: entries may wait for it.
    draft = article.get_latest_revision_as_object()
    return Genre.LIVE in (article.genre, getattr(draft, "genre", ""))


def may_see(user: Any) -> bool:
    """Whether somebody may do anything at all with entries, and so sees the desks."""
    return any(user.has_perm(f"newsroom.{what}_liveentry") for what in ("view", *WHAT))


def _may(request: HttpRequest, what: str) -> bool:
    user: Any = request.user
    return bool(user.has_perm(f"newsroom.{what}_liveentry"))


def _must(request: HttpRequest, what: str) -> None:
    if not _may(request, what):
        raise PermissionDenied


def _must_see(request: HttpRequest) -> None:
    if not may_see(request.user):
        raise PermissionDenied


def _may_publish(request: HttpRequest, article: Article) -> bool:
    return bool(article.permissions_for_user(request.user).can_publish())


def _row(entry: LiveEntry) -> str:
    return f"{reverse('newsroom_live_desk', args=[entry.article_id])}#{entry.anchor}"
