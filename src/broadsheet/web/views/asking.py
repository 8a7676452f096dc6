"""What every view of a reader's own needs: the reader, and where they came from."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from broadsheet.billing.till import TillAway, TillClosed
from broadsheet.gate.request import local_path
from broadsheet.readers.models import Reader
from broadsheet.web.views.errors import problem

type View = Callable[..., HttpResponse]


def reader_of(request: HttpRequest) -> Reader:
    """The signed-in reader."""
    assert isinstance(request.user, Reader)  # asked for in views for signed-in readers only
    return request.user


def way_back(request: HttpRequest) -> str:
    """The page of this site they came from and go back to; empty: none was given."""
    given = request.POST.get("next") or request.GET.get("next", "")
    return local_path(given) if given else ""


def at_the_till(view: View) -> View:
    """Answer with a page that says what to do when the till is away or was never opened."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TillAway:
            return problem(request, "till-away")
        except TillClosed:
            return problem(request, "till-closed")

    return answer
