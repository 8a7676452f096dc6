"""Pays a checkout session over HTTP as a browser would, for tests that need no browser."""

import http.client
import re
from html import unescape
from urllib.parse import urlencode, urlsplit

ERROR = re.compile(r'<a href="#[a-z]+">([^<]+)</a></li>')


class NotPaid(Exception):
    """The page refused; the message is what it says."""


def ask(address: str, method: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
    """Status, `Location` and text of one request."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Language": "en",
        }
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return (
            answer.status,
            answer.getheader("Location", ""),
            answer.read().decode("utf-8", "replace"),
        )
    finally:
        connection.close()


def pay(
    address: str,
    session: str,
    card: dict[str, str],
    *,
    code: str | None = None,
    authenticate: bool = True,
) -> str:
    """Fills the checkout page in; the address to which it leads. Raises NotPaid."""
    path = f"/c/pay/{session}"
    status, location, text = ask(address, "GET", path, {})
    if "<form" not in text:
        raise _refused(status, text)
    if code:
        status, location, text = ask(address, "POST", path, {"action": "code", "code": code})
        if status == 303:
            status = 200
    if status == 200:
        status, location, text = ask(address, "POST", path, {"action": "pay", **card})
    if status == 303 and location == f"{path}/secure":
        answer = "complete" if authenticate else "fail"
        status, location, text = ask(address, "POST", location, {"secure": answer})
    if status == 303:
        return location
    raise _refused(status, text)


def _refused(status: int, text: str) -> NotPaid:
    told = ERROR.search(text) or re.search(r"<h1>([^<]+)</h1>", text)
    return NotPaid(unescape(told[1]) if told else f"Status {status}")


def change_card(address: str, session: str, number: str) -> str:
    """Fills the portal's card form in; the address to which it leads. Raises NotPaid."""
    path = f"/p/session/{session}/card"
    card = {"name": "A. Reader", "number": number, "expiry": "12/40", "cvc": "123"}
    status, location, text = ask(address, "POST", path, card)
    if status == 303 and location.endswith("/secure"):
        status, location, text = ask(address, "POST", location, {"secure": "complete"})
    if status == 303:
        return location
    raise _refused(status, text)
