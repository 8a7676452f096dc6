"""What every view of a reader's own needs: the reader, and where they came from."""

import logging
from collections.abc import Callable
from functools import wraps

import stripe
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from broadsheet.billing.changes import Stale
from broadsheet.billing.till import Declined, TillAway, TillClosed
from broadsheet.gate.request import local_path
from broadsheet.readers.models import Reader
from broadsheet.web.views.errors import problem
from broadsheet.web.views.trying import asks_too_often

logger = logging.getLogger(__name__)

type View = Callable[..., HttpResponse]


def reader_of(request: HttpRequest) -> Reader:
    """The signed-in reader."""
    assert isinstance(request.user, Reader)  # asked for in views for signed-in readers only
    return request.user


def number(given: str) -> int:
    """A number as our own forms send it, signs and all; 0 for whatever else somebody sends."""
    digits = given.removeprefix("-")
    return int(given) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else 0


def way_back(request: HttpRequest) -> str:
    """The page of this site they came from and go back to; empty: none was given."""
    given = request.POST.get("next") or request.GET.get("next", "")
    return local_path(given) if given else ""


def at_the_till(view: View) -> View:
    """Answer with a page that says what to do when the till is away or was never opened, or when
    what a button was about is no longer as it was shown."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if asks_too_often(request):
            return ratelimit.respond_429(request)
        try:
            return view(request, *args, **kwargs)
        except TillAway:
            return problem(request, "till-away")
        except TillClosed:
            return problem(request, "till-closed")
        except Stale:
            messages.info(request, _("It has changed meanwhile. This is how it is now."))
            return redirect("subscription")
        except Declined as declined:
            messages.error(request, str(declined))
            return redirect("subscription")
        except stripe.StripeError:
            # Ours to look at: Stripe does not know what we ask about, or does not want it so.
            logger.exception("Stripe refuses %s", request.path)
            return problem(request, "till-away")

    return answer
