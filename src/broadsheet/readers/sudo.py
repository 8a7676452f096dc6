"""Proving again who one is, before what cannot be taken back: `required` asks for it."""

import time
from collections.abc import Callable

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import urlencode

from broadsheet.readers.models import Reader

STATE = "reauthentication_code"
type View = Callable[..., HttpResponseBase]


class TooManyCodes(Exception):
    """So many codes were sent to one address lately that no other is."""


def required(view: View) -> View:
    """A view for readers who proved who they are within the last ten minutes; others are asked,
    and come back. A form that was sent meanwhile is kept, and taken up again."""
    guarded: View = login_required(reauthentication_required(view))
    return guarded


def proven(request: HttpRequest) -> bool:
    """Whether the reader proved who they are again, recently enough."""
    records = get_authentication_records(request, request.user)
    last = max((one["at"] for one in records if one.get("reauthenticated")), default=0.0)
    recent: bool = time.time() - last < app_settings.REAUTHENTICATION_TIMEOUT
    return recent


def code_is_out(request: HttpRequest) -> bool:
    """Whether a code was sent that can still be typed in."""
    state = request.session.get(STATE) or {"at": 0.0}
    recent: bool = time.time() - state["at"] < app_settings.LOGIN_BY_CODE_TIMEOUT
    return recent


def send_code(request: HttpRequest, reader: Reader) -> None:
    """Send a new code to the reader's address; older ones are void. Raises TooManyCodes."""
    if not ratelimit.consume(request, action="request_login_code", key=reader.email):
        raise TooManyCodes
    adapter = get_adapter(request)
    code = adapter.generate_login_code()
    request.session[STATE] = {"code": code, "at": time.time(), "failed": 0}
    adapter.send_mail("account/email/login_code", reader.email, {"request": request, "code": code})


def take_code(request: HttpRequest, reader: Reader, given: str) -> bool:
    """Whether `given` is the code that was sent. Then the reader has proven who they are; each
    code is good once, and for a few attempts."""
    if not code_is_out(request):
        return False
    state = request.session[STATE]
    if compare_user_code(actual=given, expected=state["code"]):
        del request.session[STATE]
        record_authentication(request, reader, method="code", reauthenticated=True)
        return True
    state["failed"] += 1
    request.session.modified = True
    if state["failed"] >= app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS:
        del request.session[STATE]
    return False


def way_back(address: str, to: str) -> str:
    """`address` with the page to go on to afterwards."""
    return f"{address}?{urlencode({'next': to})}" if to else address
