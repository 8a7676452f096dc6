"""What the paper offers and asks: plans, and the language it speaks."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.access import Mode
from broadsheet.gate.request import local_path
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Plan
from broadsheet.subscriptions.rights import seat_of

LANGUAGE_AGE = 365 * 86400


def plans(request: HttpRequest) -> HttpResponse:
    """What each plan gives; the dialog's way out leads here."""
    reader = request.user if isinstance(request.user, Reader) else None
    seat = seat_of(reader, timezone.now()) if reader else None
    current = seat.subscription.plan.pk if seat else None
    context = {
        "plans": [
            _offer(plan, current, signed_in=reader is not None) for plan in Plan.objects.all()
        ],
        "contact": parseaddr(PAPER.mail_from)[1],
        "next": local_path(request.GET["next"]) if "next" in request.GET else "",
    }
    return render(request, "web/plans.html", context)


def language(request: HttpRequest, code: str) -> HttpResponse:
    """The reader chooses the language the paper speaks to them in."""
    if code not in dict(settings.INTERFACE_LANGUAGES):
        raise Http404
    if isinstance(request.user, Reader):
        request.user.speaks(code)
    response = HttpResponseRedirect(local_path(request.GET.get("next", "/")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=LANGUAGE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _offer(plan: Plan, current: int | None, *, signed_in: bool) -> dict[str, Any]:
    free_and_theirs = plan.seats == 0 and signed_in and current is None
    return {
        "code": plan.code,
        "name": _(plan.name),
        "promise": _(plan.promise) if plan.promise else "",
        "seats": plan.seats,
        "features": _features(plan),
        "current": plan.pk == current or free_and_theirs,
    }


def _features(plan: Plan) -> list[str]:
    if plan.seats == 0:
        return [_("Free stories, and those for registered readers")]
    readers = ngettext(
        "One reader, with an account of their own",
        "%(seats)d readers, each with an account of their own",
        plan.seats,
    )
    features = [_("Every story in every edition"), readers % {"seats": plan.seats}]
    if plan.mode == Mode.ENFORCE:
        features.append(_("Any number of devices, read on one at a time per reader"))
    return features
