"""The disk under a paper on SQLite is full: readers read on, and who cannot be served is told."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import LivePaper
from tests.leaks.client import Answer, Browser
from tests.leaks.conftest import Readers, csrf, login
from tests.people import PASSWORD

PATIENCE = 20.0
"""Seconds in which the paper must be whole again."""


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """No write to a file of this process's succeeds; what is written already can be read."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def soon(get: Callable[[], Answer], access: str) -> Answer:
    """The answer once it is given for this reason."""
    end = time.monotonic() + PATIENCE
    while (answer := get()).access != access:
        assert time.monotonic() < end, (answer.status, answer.access)
        time.sleep(0.1)
    return answer


@pytest.fixture
def reader(readers: Readers, closed: str) -> Browser:
    """A subscriber who reads a story, and has it on the screen."""
    browser = readers.device("basic")
    assert browser.get(closed).access == "granted; reason=lease"
    return browser


def test_subscribers_read_on_and_nobody_else_does(
    paper: LivePaper, reader: Browser, visitor: Browser, closed: str
) -> None:
    with full_disk(paper.pid):
        page = soon(lambda: reader.get(closed), "granted; reason=store-away")
        assert page.whole
        assert not visitor.get(closed).whole
        assert reader.script("beat", epoch=reader.cookies["bs_lease"]).status == 200
    assert soon(lambda: reader.get(closed), "granted; reason=lease").whole


def test_who_signs_in_is_told_that_it_cannot_be_done_now_and_can_do_it_later(
    paper: LivePaper, readers: Readers, visitor: Browser
) -> None:
    email = readers.new("basic")
    form = visitor.ask("/account/login/")
    fields = {"csrfmiddlewaretoken": csrf(form), "login": email, "password": PASSWORD}
    with full_disk(paper.pid):
        told = visitor.post("/account/login/", fields)
        assert (told.status, told.get("retry-after")) == (503, "30")
        assert "try again" in told.text.lower()
        assert "bs_session" not in visitor.cookies
    assert login(visitor, email).status == 302
