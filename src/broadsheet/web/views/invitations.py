"""Invitations: the page their link leads to, and the answers to them."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations
from broadsheet.subscriptions.addresses import masked, verified_keys
from broadsheet.subscriptions.models import Invitation, Subscription
from broadsheet.web.views.asking import reader_of
from broadsheet.web.views.errors import Words
from broadsheet.web.views.seats import attempt, back

UNKNOWN = Words(
    404,
    gettext_lazy("There is no such invitation"),
    gettext_lazy(
        "The link is not complete, or an invitation was sent again and this is the link of the "
        "letter before. Look for the newest letter, or sign in: an invitation to your address "
        "stands in your account."
    ),
)
OVER = {
    Invitation.States.ACCEPTED: gettext_lazy(
        "It was accepted already. If that was you, there is nothing left to do: sign in and read."
    ),
    Invitation.States.DECLINED: gettext_lazy(
        "It was declined, and nothing more will come of it. If that was a mistake, ask whoever "
        "invited you to do it again."
    ),
    Invitation.States.TAKEN_BACK: gettext_lazy(
        "Whoever invited you has taken it back. Ask them if you think that it was a mistake."
    ),
    Invitation.States.EXPIRED: gettext_lazy(
        "Its days have passed. Ask whoever invited you to do it again."
    ),
}
"""What is said of an invitation that cannot be accepted any more."""
ENDED = gettext_lazy("The subscription that you were invited to has ended.")


@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation is, and the one button; or why there is none."""
    found = invitations.by_token(token)
    problem = _problem(request, found)
    if problem is not None or found is None:
        return problem or _say(request, UNKNOWN)
    context = {
        "invitation": found,
        "token": token,
        "own": _own_subscription(request, found),
        "on_account": True,
    }
    return render(request, "web/invitation.html", context)


@never_cache
def decline_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Say no without an account: whoever has the letter may."""
    found = invitations.by_token(token)
    problem = _problem(request, found)
    if problem is not None or found is None:
        return problem or _say(request, UNKNOWN)
    if request.method != "POST":
        context = {"invitation": found, "token": token, "on_account": True}
        return render(request, "web/invitation_decline.html", context)
    attempt(
        request,
        lambda: invitations.decline(found, timezone.now()),
        _("You have declined the invitation."),
    )
    return redirect("invitation", token=token)


@login_required
@require_POST
def accept(request: HttpRequest, invitation: int) -> HttpResponse:
    """The invited reader takes the seat; needs their verified address, not the link."""
    theirs = _theirs(request, invitation)
    if theirs.accepted_by == request.user:  # the button was pressed twice
        messages.success(request, _("You have accepted the invitation."))
        return back(request)
    attempt(
        request,
        lambda: invitations.accept(theirs, reader_of(request), timezone.now()),
        _accepted_words(request, theirs),
    )
    return back(request)


@login_required
@require_POST
def decline(request: HttpRequest, invitation: int) -> HttpResponse:
    """The invited reader says no, on a page of their account."""
    theirs = _theirs(request, invitation)
    attempt(
        request,
        lambda: invitations.decline(theirs, timezone.now()),
        _("You have declined the invitation."),
    )
    return back(request)


def _theirs(request: HttpRequest, invitation: int) -> Invitation:
    found = Invitation.objects.select_related("subscription__plan", "accepted_by")
    return get_object_or_404(found, pk=invitation, email_key__in=verified_keys(reader_of(request)))


def _problem(request: HttpRequest, found: Invitation | None) -> HttpResponse | None:
    """Why an invitation's page has no button, as a page of its own; None if it has."""
    now = timezone.now()
    if found is None:
        return _say(request, UNKNOWN)
    over = _over(found, now)
    if over is not None:
        return _say(request, Words(410, gettext_lazy("This invitation is over"), over))
    if isinstance(request.user, Reader) and found.email_key not in verified_keys(request.user):
        context = {"address": masked(found.email), "on_account": True}
        return render(request, "web/invitation_elsewhere.html", context, status=403)
    return None


def _over(invitation: Invitation, now: datetime) -> Promise | None:
    if invitation.state != Invitation.States.OPEN:
        return OVER[Invitation.States(invitation.state)]
    if invitation.expires_at <= now:
        return OVER[Invitation.States.EXPIRED]
    current = Subscription.objects.current(now).filter(pk=invitation.subscription_id)
    return None if current.exists() else ENDED


def _own_subscription(request: HttpRequest, invitation: Invitation) -> Subscription | None:
    """A subscription that the invited reader has already, and keeps."""
    if not isinstance(request.user, Reader) or invitation.for_administrator:
        return None
    theirs = Subscription.objects.current(timezone.now()).filter(owner=request.user)
    return theirs.exclude(pk=invitation.subscription_id).select_related("plan").first()


def _accepted_words(request: HttpRequest, invitation: Invitation) -> str:
    if invitation.for_administrator:
        return _("You look after the subscription now. Its seats are on this page.")
    said = _("The seat is yours: every story opens for you now.")
    if _own_subscription(request, invitation):
        said += " " + _("You keep the subscription of your own; you may cancel it.")
    return said


def _say(request: HttpRequest, words: Words) -> HttpResponse:
    return render(request, "web/problem.html", {"words": words}, status=words.status)
