"""Imports in the editors' admin: what was imported, what could not be, and a way to begin."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from broadsheet.access import Level
from broadsheet.importing import uploads
from broadsheet.importing.models import ImportRun
from broadsheet.importing.pieces import FileRefused
from broadsheet.importing.runs import Options
from broadsheet.newsroom.models import Section

PAGE_SIZE = 50


class StartForm(forms.Form):
    """A file, and where its stories go."""

    file = forms.FileField(
        label=_("File"), help_text=_("An export of WordPress (.xml) or Ghost (.json).")
    )
    section = forms.ModelChoiceField(
        label=_("Section"),
        queryset=Section.objects.none(),
        help_text=_("Where stories go whose category is no section here."),
    )
    access = forms.ChoiceField(
        label=_("Who may read it"),
        choices=[
            (Level.FREE.value, _("Everybody")),
            (Level.REGISTERED.value, _("Readers with an account")),
            (Level.SUBSCRIBERS.value, _("Subscribers")),
        ],
        help_text=_("Of WordPress’s stories. Ghost’s say it themselves."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["section"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Section.objects.order_by("path")
        field.label_from_instance = _in_edition  # type: ignore[method-assign, assignment]

    def options(self) -> Options:
        """What was chosen."""
        section: Section = self.cleaned_data["section"]
        return Options(
            edition=section.edition.slug,
            section=section.slug,
            access=self.cleaned_data["access"],
            with_members=False,
        )


def _in_edition(section: Any) -> str:
    return f"{section.edition.title}: {section.title}"


@permission_required("importing.view_importrun")
def listed(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first, and the form that begins one."""
    may = request.user.has_perm("importing.add_importrun")
    form = StartForm(request.POST or None, request.FILES or None) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        language = get_language() or "en"
        upload = form.cleaned_data["file"]
        try:
            run = uploads.take(upload, form.options(), request.user, language)  # type: ignore[arg-type]
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, gettext("The import has begun."))
            return redirect(reverse("import_run", args=[run.pk]))
    runs = Paginator(ImportRun.objects.select_related("by"), PAGE_SIZE)
    context = {"form": form, "runs": runs.get_page(request.GET.get("p"))}
    return render(request, "importing/runs.html", context)


@permission_required("importing.view_importrun")
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, and what could not be carried over."""
    run = get_object_or_404(ImportRun, pk=pk)
    lines = Paginator(run.lines.all(), PAGE_SIZE).get_page(request.GET.get("p"))
    return render(request, "importing/run.html", {"run": run, "lines": lines})


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Where they are."""
    return [
        path("import/", listed, name="import_runs"),
        path("import/<int:pk>/", shown, name="import_run"),
    ]


class ImportMenuItem(MenuItem):
    """For those who may see imports."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the menu has it."""
        return request.user.has_perm("importing.view_importrun")


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    """One entry of the menu."""
    return ImportMenuItem(
        _("Import"), reverse("import_runs"), name="import", icon_name="upload", order=180
    )
