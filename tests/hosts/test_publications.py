"""What is published on one host is so on all, within a second, and nobody is shown what was."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest

from broadsheet.stores.polled import GOOD
from broadsheet.web.issue import MARGIN
from tests.hosts.conftest import Shared
from tests.hosts.host import Host, until
from tests.hosts.line import Line
from tests.leaks.client import Browser, Server
from tests.leaks.desk import MARK, Desk

SLUG = "the-ferry-office"
AFTER = GOOD + MARGIN
"""Seconds after a commit in which every host follows, however busy it is."""

type Write = Callable[[str], str]


@pytest.fixture
def write(desk: Desk) -> Iterator[Write]:
    """Publishes a story of a level, and takes it back; its address."""
    yield lambda access: str(desk("story", SLUG, "us/world", access))
    desk("delete", SLUG)


def shows(host: Host, path: str) -> bool:
    """Whether a visitor reads the text that a wall would hide."""
    return MARK in host.ask(path)[2]


def test_a_story_that_closes_is_closed_on_every_host_within_a_second(
    hosts: tuple[Host, Host], desk: Desk, write: Write
) -> None:
    path = write("free")
    for level in ("subscribers", "free", "registered", "free", "subscribers"):
        desk("level", SLUG, level)
        time.sleep(AFTER)
        for host in hosts:
            assert shows(host, path) == (level == "free"), level


def test_when_the_editor_is_told_no_host_shows_the_story_any_more(
    hosts: tuple[Host, Host], shared: Shared, desk: Desk, write: Write
) -> None:
    one, two = hosts
    desk("remove", "irene@hosts.example")
    desk("reader", "irene@hosts.example", shared.somebody, "staff")
    irene = Browser(Server("127.0.0.1", one.port), desk("sign_in", "irene@hosts.example", "x"))
    path = write("free")
    ask = f"/admin/pages/{desk('number', SLUG)}/unpublish/"
    for _ in range(4):
        until(lambda: shows(one, path) and shows(two, path))
        form = irene.ask(ask)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token, form.text
        told = irene.post(ask, {"csrfmiddlewaretoken": token[1]})
        assert told.status == 302, told.text
        assert not shows(two, path)
        assert not shows(one, path)
        desk("publish", SLUG)


def test_a_host_that_was_held_up_serves_nothing_that_was_published_before(
    hosts: tuple[Host, Host], desk: Desk, write: Write
) -> None:
    one, two = hosts
    path = write("free")
    for wait in (0.1, 1.5, 3.0):
        desk("level", SLUG, "free")
        until(lambda: shows(one, path) and shows(two, path))
        two.tell(signal.SIGSTOP)
        desk("level", SLUG, "subscribers")
        time.sleep(1.0 + wait)
        two.tell(signal.SIGCONT)
        assert not shows(two, path), wait


def test_publications_that_commit_in_another_order_than_they_began_are_all_seen(
    hosts: tuple[Host, Host], shared: Shared, desk: Desk, write: Write
) -> None:
    path = write("free")
    database = shared.settings["BROADSHEET_DATABASE_URL"]
    until(lambda: all(shows(host, path) for host in hosts))
    with closing(psycopg.connect(database)) as slow:
        slow.execute("INSERT INTO newsroom_publication DEFAULT VALUES")
        slow.execute(
            "UPDATE newsroom_article SET access = 'subscribers' FROM wagtailcore_page AS page "
            "WHERE page.id = page_ptr_id AND page.slug = %s",
            [SLUG],
        )
        with closing(psycopg.connect(database, autocommit=True)) as quick:
            quick.execute("INSERT INTO newsroom_publication DEFAULT VALUES")
        until(lambda: all(shows(host, path) for host in hosts))
        time.sleep(0.6)  # every host has seen the later number
        slow.commit()
    time.sleep(AFTER)
    assert not any(shows(host, path) for host in hosts)


def test_old_publications_are_forgotten_and_that_hides_no_new_one(
    hosts: tuple[Host, Host], shared: Shared, desk: Desk, write: Write
) -> None:
    """One goes as another comes, between two looks: there are as many as before."""
    path = write("free")
    database = shared.settings["BROADSHEET_DATABASE_URL"]
    until(lambda: all(shows(host, path) for host in hosts))
    with closing(psycopg.connect(database)) as db:
        db.execute(
            "DELETE FROM newsroom_publication WHERE id = (SELECT min(id) FROM newsroom_publication)"
        )
        db.execute("INSERT INTO newsroom_publication DEFAULT VALUES")
        db.execute(
            "UPDATE newsroom_article SET access = 'subscribers' FROM wagtailcore_page AS page "
            "WHERE page.id = page_ptr_id AND page.slug = %s",
            [SLUG],
        )
        db.commit()
    time.sleep(AFTER)
    assert not any(shows(host, path) for host in hosts)


def test_a_host_without_the_database_serves_nothing_that_others_have_closed(
    shared: Shared, hosts: tuple[Host, Host], desk: Desk, write: Write
) -> None:
    """It alone is cut off: Valkey tells it that something was published."""
    with Line(shared.database.port) as line:
        lonely = shared.host("lonely")
        url = shared.settings["BROADSHEET_DATABASE_URL"]
        lonely.env["BROADSHEET_DATABASE_URL"] = url.replace(
            f":{shared.database.port}/", f":{line.port}/"
        )
        lonely.start()
        try:
            path = write("free")
            time.sleep(AFTER)
            assert shows(lonely, path)
            line.cut()
            time.sleep(2)
            assert shows(lonely, path), "nothing new: what is printed is served on"
            desk("level", SLUG, "subscribers")
            time.sleep(AFTER)
            status, heads, page = lonely.ask(path)
            assert status == 503
            assert heads["retry-after"] == "30"
            assert MARK not in page
            line.mend()
            until(lambda: lonely.ask(path)[0] == 200)
            assert not shows(lonely, path)
        finally:
            lonely.stop()
