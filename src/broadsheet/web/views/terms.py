"""The terms, each of their versions, and a reader's 'I accept'."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from broadsheet.gate.request import local_path
from broadsheet.terms.acceptance import accept
from broadsheet.terms.current import terms_for, versions_of
from broadsheet.terms.models import How, Terms
from broadsheet.terms.signing_up import edition_of
from broadsheet.web.views.asking import reader_of


def current(request: HttpRequest) -> HttpResponse:
    """The terms in force in the edition the reader was last in."""
    return _show(request, terms_for(edition_of(request), get_language() or "en"))


def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, for good. Raises Http404 for drafts."""
    return _show(request, get_object_or_404(Terms.objects.published(timezone.now()), pk=pk))


@login_required
@require_POST
def accept_version(request: HttpRequest, pk: int) -> HttpResponse:
    """The reader accepts a version that is in force. Raises Http404 for any other."""
    now = timezone.now()
    terms = get_object_or_404(Terms.objects.published(now), pk=pk)
    if terms.version != _last_of(terms):
        raise Http404
    accept(reader_of(request), terms, How.AGAIN, now)
    said = _("You accepted version %(version)s of the terms.") % {"version": terms.version}
    messages.success(request, said)
    return redirect(local_path(request.POST.get("next", "") or "/account/"))


def _last_of(terms: Terms) -> int:
    return versions_of(terms.edition_id, timezone.now())[0].version


def _show(request: HttpRequest, terms: Terms | None) -> HttpResponse:
    versions = versions_of(terms.edition_id, timezone.now()) if terms else []
    context: dict[str, Any] = {
        "terms": terms,
        "versions": versions,
        "in_force": terms is not None and terms.version == versions[0].version,
        "last": terms_for(terms.edition, get_language() or "en") if terms else None,
    }
    return render(request, "web/terms.html", context)
