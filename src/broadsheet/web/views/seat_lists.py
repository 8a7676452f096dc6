"""Lists of addresses: given, looked at, carried out, and their results taken home."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from broadsheet.subscriptions import seat_imports, seating
from broadsheet.subscriptions.address_lists import MOST_BYTES, Unreadable, read, read_text
from broadsheet.subscriptions.models import SeatImport, SeatImportRow
from broadsheet.web.seat_forms import ListForm
from broadsheet.web.views.asking import reader_of
from broadsheet.web.views.errors import Words
from broadsheet.web.views.groups import group_of
from broadsheet.web.views.seats import spoken

REST_OF_THE_FORM = 100_000
"""Bytes a form may have besides its file."""
SHOWN = 20
"""Rows that are shown of those that nothing will be done with."""
TOO_LARGE = Words(
    413,
    gettext_lazy("That was too much"),
    gettext_lazy(
        "A file has at most 5 MB and 50,000 rows, and what you paste at most 2 MB. Go back, and "
        "give the list in parts."
    ),
)


@csrf_exempt  # only this: the size is looked at before the form is, then the token is asked for
def give(request: HttpRequest, subscription: int) -> HttpResponseBase:
    """The form for a list. What is too large is refused before it is read."""
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BYTES + REST_OF_THE_FORM:
            raise RequestDataTooBig
        request.POST.get("text")
    except RequestDataTooBig:
        return render(request, "web/problem.html", {"words": TOO_LARGE}, status=413)
    answer: HttpResponseBase = _give(request, subscription)
    return answer


@never_cache
@login_required
@csrf_protect
def _give(request: HttpRequest, subscription: int) -> HttpResponse:
    theirs = group_of(request, subscription)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="invite_list"):
            return ratelimit.respond_429(request)
        file, text = form.cleaned_data["file"], form.cleaned_data["text"]
        rows = read(file.file) if file else read_text(text)
        try:
            made = seat_imports.look_at(rows, theirs, reader_of(request), spoken(), timezone.now())
        except Unreadable as unreadable:
            form.add_error("file" if file else "text", str(unreadable.says))
        else:
            return redirect("seat_list", made.pk)
    context = {"subscription": theirs, "form": form, "on_account": True}
    status = 400 if request.method == "POST" else 200
    return render(request, "web/seat_list_form.html", context, status=status)


@never_cache
@login_required
def look(request: HttpRequest, seat_list: int) -> HttpResponse:
    """What will happen, how far it is, or what became of it."""
    theirs = _theirs(request, seat_list)
    left_out = theirs.rows.exclude(
        outcome__in=[SeatImportRow.Outcomes.INVITE, SeatImportRow.Outcomes.INVITED]
    )
    waiting = theirs.state == SeatImport.States.RUNNING
    context = {
        "list": theirs,
        "counts": seat_imports.counts(theirs),
        "left_out": left_out[:SHOWN],
        "more": max(0, left_out.count() - SHOWN),
        "stalled": waiting and theirs.moved_at < timezone.now() - seat_imports.STALLED,
        "on_account": True,
    }
    return render(request, "web/seat_list.html", context)


@login_required
@require_POST
def start(request: HttpRequest, seat_list: int) -> HttpResponse:
    """Carry it out."""
    theirs = _theirs(request, seat_list)
    if seat_imports.start(theirs, timezone.now()):
        messages.success(request, _("The invitations are being written."))
    else:
        messages.error(request, _("This list is being carried out already, or is done."))
    return redirect("seat_list", theirs.pk)


@login_required
@require_POST
def throw_away(request: HttpRequest, seat_list: int) -> HttpResponse:
    """Forget a list, with its addresses. Invitations that went out stay."""
    theirs = _theirs(request, seat_list)
    subscription = theirs.subscription_id
    theirs.delete()
    messages.success(request, _("The list is thrown away."))
    return redirect("seat_group", subscription)


@never_cache
@login_required
def results(request: HttpRequest, seat_list: int) -> HttpResponseBase:
    """Every row with its outcome, as a CSV file that is safe to open."""
    theirs = _theirs(request, seat_list)
    return StreamingHttpResponse(
        # The mark at the start tells spreadsheets that it is UTF-8.
        (
            "\ufeff" + line if place == 0 else line
            for place, line in enumerate(seat_imports.results(theirs))
        ),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="seats-{theirs.pk}.csv"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _theirs(request: HttpRequest, seat_list: int) -> SeatImport:
    found = SeatImport.objects.select_related("subscription__plan").filter(
        subscription__in=seating.managed_by(reader_of(request))
    )
    return get_object_or_404(found, pk=seat_list)
