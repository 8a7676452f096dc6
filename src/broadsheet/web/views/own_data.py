"""A reader's own data: a copy of it, and the end of the account."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.gate.request import DEVICE, LEASE, PASS
from broadsheet.readers import deletion, export_jobs, sudo
from broadsheet.readers.models import Export, Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Seat, Subscription
from broadsheet.web.views.asking import reader_of

ASK_AGAIN = 4
"""Seconds after which the page of an export that is being made loads itself again."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """How far the reader's export is; by POST, ask for one."""
    if request.method == "POST":
        return ask_for_export(request)
    newest = reader_of(request).exports.first()
    under_way = newest is not None and newest.state in export_jobs.OPEN
    context = {
        "export": newest,
        "under_way": under_way,
        "ask_again": ASK_AGAIN,
        "good_until": export_jobs.good_until(newest) if newest else None,
    }
    return render(request, "web/export.html", context)


@sudo.required
def ask_for_export(request: HttpRequest) -> HttpResponse:
    """Have an export made."""
    try:
        export_jobs.ask(reader_of(request), get_language() or "en", timezone.now())
    except export_jobs.EnoughForToday:
        messages.error(request, _("That is enough copies for one day. Ask again tomorrow."))
    return redirect("export")


@never_cache
@sudo.required
@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file of an export, for its reader alone. Raises Http404."""
    found = get_object_or_404(reader_of(request).exports, pk=pk, state=Export.States.READY)
    if found.file is None:
        raise Http404
    file = BytesIO(found.file)
    name = f"my-data-{found.changed_at:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@never_cache
@sudo.required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """What goes with the account and what is kept; by POST with the address, delete it."""
    reader = reader_of(request)
    fault = ""
    if request.method == "POST":
        if request.POST.get("address", "").strip().casefold() != reader.email.casefold():
            fault = _("This is not the address of your account.")
        elif not deletion.is_last_superuser(reader):
            return _goodbye(request, reader)
    return render(request, "web/delete_account.html", {"fault": fault, **_at_stake(reader)})


@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """The goodbye."""
    return render(request, "web/account_deleted.html", {"on_account": True})


def _goodbye(request: HttpRequest, reader: Reader) -> HttpResponse:
    try:
        deletion.delete_account(reader, get_language() or "en", timezone.now())
    except deletion.LastSuperuser:  # the other one has just gone
        return redirect("delete_account")
    request.session.flush()
    request.user = AnonymousUser()
    response = redirect("account_deleted")
    for cookie in (PASS, LEASE, DEVICE):
        response.delete_cookie(cookie, samesite="Lax")
    return response


def _at_stake(reader: Reader) -> dict[str, object]:
    owned = Subscription.objects.current(timezone.now()).filter(owner=reader)
    others = Seat.objects.filter(subscription__in=owned, reader__isnull=False).exclude(
        reader=reader
    )
    return {
        "owned": list(owned.select_related("plan")),
        "others": others.count(),
        "last_superuser": deletion.is_last_superuser(reader),
        "invoices_keep_years": PAPER.invoices_keep_years,
    }
