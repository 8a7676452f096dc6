"""A network's readers read; a header that says so makes nobody one of them."""

from collections.abc import Iterator

import pytest

from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks

INSIDE = "192.0.2.9"
SAYING = [
    ("X-Forwarded-For", INSIDE),
    ("X-Forwarded-For", f"{INSIDE}, 127.0.0.1"),
    ("X-Forwarded-For", f"{INSIDE},,,"),
    ("X-Forwarded-For", "::ffff:192.0.2.9"),
    ("Forwarded", f"for={INSIDE}"),
    ("X-Real-IP", INSIDE),
    ("X-Client-IP", INSIDE),
    ("CF-Connecting-IP", INSIDE),
    ("True-Client-IP", INSIDE),
    ("Via", INSIDE),
]


@pytest.fixture
def library(desk: Desk, readers: Readers) -> Iterator[str]:
    """A library whose network nobody here is on; its owner's address."""
    owner = readers.new("basic")
    desk("network", "The Library", "192.0.2.0/24", owner)
    yield owner
    desk("close_network", "The Library")


def shut(answer: Answer, marks: Marks) -> bool:
    assert answer.access == "preview; reason=subscription-required"
    assert not answer.whole
    assert not marks.leak(answer.all_of_it)
    return True


def test_nobody_is_where_their_header_says(
    server: Server, library: str, closed: str, marks: Marks
) -> None:
    for head in SAYING:
        assert shut(server.ask(closed, heads=[head]), marks), head
    assert shut(server.ask(closed, heads=SAYING), marks)
    long = ("X-Forwarded-For", ", ".join([INSIDE] * 3000))
    assert shut(server.ask(closed, heads=[long]), marks)


def test_whoever_is_there_reads_until_it_is_closed_and_nobody_revalidates_it(
    server: Server, desk: Desk, readers: Readers, closed: str, marks: Marks
) -> None:
    owner = readers.new("basic")
    desk("network", "This Very Host", "127.0.0.0/8", owner)
    try:
        answer = server.ask(closed)
        assert answer.access == "granted; reason=network"
        assert answer.whole
        assert answer.get("cache-control") == "private, no-cache"
        subscriber = readers.device("basic").ask(closed)
        assert subscriber.access == "granted; reason=network"
        assert "bs_lease" not in subscriber.set_cookies
    finally:
        desk("close_network", "This Very Host")
    for tag in (answer.get("etag"), subscriber.get("etag")):
        assert shut(server.ask(closed, heads=[("If-None-Match", tag)]), marks)


def test_a_subscription_that_ends_takes_its_networks_with_it(
    server: Server, desk: Desk, readers: Readers, closed: str, marks: Marks
) -> None:
    owner = readers.new("basic")
    desk("network", "This Very Host", "127.0.0.1/32", owner)
    try:
        assert Browser(server).ask(closed).access == "granted; reason=network"
        desk("end_subscription", owner)
        assert shut(Browser(server).ask(closed), marks)
    finally:
        desk("close_network", "This Very Host")
