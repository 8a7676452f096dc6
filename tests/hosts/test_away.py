"""The database goes away: what is printed is read on, the rest says what is going on."""

import json

from tests.hosts.conftest import Shared
from tests.hosts.host import Host, until
from tests.leaks.desk import MARK, Desk


def test_readers_read_on_what_is_printed_and_are_told_about_the_rest(
    shared: Shared, desk: Desk
) -> None:
    path = str(desk("story", "the-lamp-room", "us/world", "free"))
    other = str(desk("story", "the-net-loft", "us/world", "free"))
    host = shared.host("reading").start()
    try:
        assert MARK in host.ask(path)[2]
        assert state(host)["mode"] == "whole"
        shared.database.kill()
        try:
            until(lambda: state(host)["database"] == "away", lambda: host.log)
            for _ in range(30):
                status, _, page = host.ask(path)
                assert (status, MARK in page) == (200, True)
            until(lambda: host.ask("/us/")[0] == 503, lambda: host.log)
            for elsewhere, language, words in (
                (other, "en", "The archive does not answer"),
                ("/us/", "en", "The archive does not answer"),
                ("/account/login/", "en", "Please try again in half a minute"),
            ):
                status, heads, page = host.ask(elsewhere, accept_language=language)
                assert status == 503, elsewhere
                assert words in page
                assert heads["retry-after"] == "30"
                assert heads["cache-control"] == "private, no-store"
                assert "Traceback" not in page
            told = host.ask("/-/ready")
            assert told[0] == 200, "it may be sent readers"
            assert json.loads(told[2])["mode"] == "printed pages only"
            assert host.ask("/-/live")[0] == 200
            said = host.log.count("the database is away")
            assert said == 1, "once, not with every look"
        finally:
            shared.database.start()
        until(lambda: state(host)["mode"] == "whole", lambda: host.log)
        assert MARK in host.ask(other)[2]
        assert host.ask("/us/")[0] == 200
    finally:
        host.stop()
        desk("delete", "the-lamp-room")
        desk("delete", "the-net-loft")


def test_a_host_that_has_nothing_to_show_is_not_ready(shared: Shared, desk: Desk) -> None:
    host = shared.host("empty").start()
    try:
        shared.database.kill()
        try:
            until(lambda: host.ask("/-/ready")[0] == 503, lambda: host.log)
        finally:
            shared.database.start()
        until(lambda: host.ask("/-/ready")[0] == 200, lambda: host.log)
    finally:
        host.stop()


def state(host: Host) -> dict[str, str]:
    """What a balancer is told."""
    told: dict[str, str] = json.loads(host.ask("/-/ready")[2])
    return told
