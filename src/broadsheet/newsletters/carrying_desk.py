"""Readers of a list come in and go out by files, for subscription staff."""

import io
from tempfile import TemporaryFile
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from broadsheet.newsletters.carrying import NoList, Outcome, bring_in, take_out
from broadsheet.newsletters.models import Newsletter

MOST_BYTES = 2_000_000
"""Some ten thousand readers, half a minute of work; longer files are the operator's command's."""
SHOWN = 200
"""Refused rows on one page."""


class ReadersForm(forms.Form):
    """A file, and what the record will say of it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV of this paper, of Mailchimp or of Ghost, up to 2 MB. One of its columns says when "
            "each reader agreed."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Where they agreed"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For the record. Empty: the file’s name."),
    )
    only_said = forms.BooleanField(label=gettext_lazy("Only say what would happen"), required=False)

    def clean_file(self) -> "UploadedFile[Any]":
        """Raises ValidationError for one that takes too long."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 2 MB. Give it in parts, or ask the operator.")
            )
        return file

    def carry_out(self, newsletter: Newsletter) -> Outcome | None:
        """Bring them in; None: it cannot be done, and the form says why."""
        file, dry = self.cleaned_data["file"], self.cleaned_data["only_said"]
        source = self.cleaned_data["source"] or file.name
        text = io.TextIOWrapper(file.file, encoding="utf-8-sig", newline="")
        try:
            return bring_in(text, newsletter, source=source, dry=dry)
        except NoList as error:
            self.add_error("file", str(error))
            return None


@never_cache
@permission_required("newsletters.change_recipient")
def carry(request: HttpRequest, pk: int) -> HttpResponse:
    """A list's readers: the form that brings more in, what it did, and the way out."""
    newsletter = get_object_or_404(Newsletter.objects.select_related("edition"), pk=pk)
    form = ReadersForm(request.POST or None, request.FILES or None)
    outcome = form.carry_out(newsletter) if form.is_valid() else None
    context = {
        "newsletter": newsletter,
        "form": form,
        "outcome": outcome,
        "refused": outcome.refused[:SHOWN] if outcome else [],
    }
    status = 422 if form.is_bound and outcome is None else 200
    return render(request, "newsletters/carrying.html", context, status=status)


@never_cache
@require_safe
@permission_required("newsletters.view_recipient")
def export(request: HttpRequest, pk: int) -> FileResponse:
    """Everybody who is or was on a list, as CSV."""
    newsletter = get_object_or_404(Newsletter.objects.select_related("edition"), pk=pk)
    file = TemporaryFile()  # noqa: SIM115 (the answer closes it)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    take_out(newsletter, text)
    text.detach()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{newsletter.slug}.csv")
