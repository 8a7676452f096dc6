"""The page on which editors tie a story to its translations, or start one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminPageChooser

from broadsheet.newsroom import translations
from broadsheet.newsroom.models import Article, Edition, Section


class TieForm(forms.Form):
    """Which story of the other edition is the same."""

    story = forms.ModelChoiceField(
        Article.objects.all(),
        label=gettext_lazy("The same story there"),
        widget=AdminPageChooser(target_models=[Article]),
    )

    def __init__(self, edition: Edition, data: Any = None) -> None:
        super().__init__(data, prefix=edition.slug)
        self.fields["story"].queryset = Article.objects.inside(edition)  # type: ignore[attr-defined]


class StartForm(forms.Form):
    """Where a translation is begun."""

    section = forms.ModelChoiceField(Section.objects.none(), label=gettext_lazy("Section"))

    def __init__(self, edition: Edition, data: Any = None) -> None:
        super().__init__(data, prefix=edition.slug)
        self.fields["section"].queryset = Section.objects.child_of(edition)  # type: ignore[attr-defined]


def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """Each other edition, with the story's translation there, or two ways to get one."""
    article = get_object_or_404(Article, pk=pk)
    _may_edit(request, article)
    others = Edition.objects.sibling_of(article.edition, inclusive=False).order_by("path")
    editions = list(others.exclude(locale=article.locale))
    forms_of: dict[int, tuple[TieForm, StartForm]] = {}
    if request.method == "POST":
        edition = get_object_or_404(others, slug=request.POST.get("edition", ""))
        answer, bound = _act(request, article, edition)
        if answer is not None:
            return answer
        forms_of[edition.pk] = bound
    there = {one.locale_id: one for one in article.get_translations().defer_streamfields()}
    rows = [
        (edition, there.get(edition.locale_id), *_forms(edition, forms_of)) for edition in editions
    ]
    return render(request, "newsroom/translations.html", {"article": article, "rows": rows})


def _forms(
    edition: Edition, bound: dict[int, tuple[TieForm, StartForm]]
) -> tuple[TieForm, StartForm]:
    return bound.get(edition.pk) or (TieForm(edition), StartForm(edition))


def _act(
    request: HttpRequest, article: Article, edition: Edition
) -> tuple[HttpResponse | None, tuple[TieForm, StartForm]]:
    wanted = request.POST.get("do")
    # Wagtail's chooser cannot show again what is not a number.
    chosen = request.POST.get(f"{edition.slug}-story", "").isdecimal()
    tie_form = TieForm(edition, request.POST if wanted == "tie" and chosen else None)
    start_form = StartForm(edition, request.POST if wanted == "start" else None)
    back = redirect("newsroom_translations", article.pk)
    try:
        if wanted == "untie":
            _untie(request, article, edition)
            return back, (tie_form, start_form)
        if wanted == "tie" and tie_form.is_valid():
            other = tie_form.cleaned_data["story"]
            _may_edit(request, other)
            translations.tie(article, other)
            messages.success(request, _("The two stories are tied."))
            return back, (tie_form, start_form)
        if wanted == "start" and start_form.is_valid():
            section = start_form.cleaned_data["section"]
            if not section.permissions_for_user(request.user).can_add_subpage():
                raise PermissionDenied
            copy = translations.start(article, section, request.user)
            messages.success(request, _("Here is the draft: now translate it."))
            return redirect("wagtailadmin_pages:edit", copy.pk), (tie_form, start_form)
    except translations.CannotTie as fault:
        (tie_form if wanted == "tie" else start_form).add_error(None, str(fault))
    return None, (tie_form, start_form)


def _untie(request: HttpRequest, article: Article, edition: Edition) -> None:
    other = article.get_translations().filter(locale=edition.locale).first()
    if other is not None:
        _may_edit(request, other)
        translations.untie(other)
        messages.success(request, _("They are two stories again."))


def _may_edit(request: HttpRequest, article: Article) -> None:
    if not article.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
