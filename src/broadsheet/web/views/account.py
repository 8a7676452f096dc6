"""A reader's own pages: what they have, and where they are signed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.access import Device as Holder
from broadsheet.access import Ending
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Device
from broadsheet.shelf import history
from broadsheet.stores import StoreAway
from broadsheet.subscriptions.rights import seat_of
from broadsheet.subscriptions.store import seat_store
from broadsheet.web.views.asking import reader_of
from broadsheet.web.views.plans import live_agreement
from broadsheet.web.views.seats import offered_to
from broadsheet.web.views.subscription import invoices_of, next_payment


@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Plan, seat, devices, security: one page with the ways to each."""
    reader = reader_of(request)
    seat = seat_of(reader, timezone.now())
    agreement = live_agreement(reader)
    owned = agreement.subscription if agreement else None
    subscription = owned or (seat.subscription if seat else None)
    context = {
        "on_account": True,
        "subscription": subscription,
        "plan": subscription.plan if subscription else None,
        "seats": subscription.seat_count if subscription else 0,
        "holder": _holder(seat.key) if seat else None,
        "agreement": agreement,
        "next_payment": next_payment(request, agreement),
        "invoices_count": invoices_of(reader).count(),
        "saved_count": reader.saved.count(),
        "follows_count": reader.follows.count(),
        "consents": history.consents(reader),
        "devices_count": reader.devices.signed_in().count(),
        **offered_to(reader),
    }
    return render(request, "web/account.html", context)


@never_cache
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Where the reader is signed in, and which device reads now."""
    reader = reader_of(request)
    here = sign_ins.current_key(request)
    seat = seat_of(reader, timezone.now())
    holder = _holder(seat.key) if seat else None
    rows = [_row(device, here, holder) for device in reader.devices.signed_in()]
    return render(request, "web/devices.html", {"devices": rows, "on_account": True})


@login_required
@require_POST
def sign_out_device(request: HttpRequest, device: int) -> HttpResponse:
    """Sign one of the reader's own devices out."""
    chosen = get_object_or_404(reader_of(request).devices.signed_in(), pk=device)
    if chosen.key == sign_ins.current_key(request):
        return redirect("account_logout")
    sign_ins.end([chosen], Ending.SIGNED_OUT)
    messages.success(request, _("%(device)s is signed out.") % {"device": chosen.label})
    return redirect("devices")


@login_required
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """Sign every other device of the reader out."""
    ended = sign_ins.end_others(reader_of(request), Ending.SIGNED_OUT)
    said = ngettext("One other device is signed out.", "%(n)d other devices are signed out.", ended)
    messages.success(request, said % {"n": ended} if ended else _("No other device was signed in."))
    return redirect("devices")


def _holder(key: str) -> Holder | None:
    try:
        seat, now = seat_store().look(key)
    except StoreAway:
        return None
    return seat.holder if seat.held(now) else None


def _row(device: Device, here: str, holder: Holder | None) -> dict[str, Any]:
    return {
        "id": device.pk,
        "label": device.label,
        "current": device.key == here,
        "reading": holder is not None and holder.id == device.key,
        "first_seen": device.first_seen,
        "last_seen": device.last_seen,
        "signed_in_at": device.signed_in_at,
    }
