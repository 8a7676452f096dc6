"""A story changes while it is read: the very next request is answered by what is true now."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import csrf
from tests.leaks.desk import MARK, Desk

type Write = Callable[..., str]

SLUG = "the-ferry-office"
ORDER = ["free", "subscribers", "registered", "free", "registered", "subscribers", "free"]


def shut(answer: Answer) -> bool:
    """The hidden words are in no part of the answer, and none is said to be still good."""
    assert MARK.encode() not in answer.raw
    assert MARK not in answer.text
    assert answer.status != 304
    return True


def test_each_change_of_level_holds_from_the_next_request(
    server: Server, nora: Browser, ana: Browser, desk: Desk, write: Write
) -> None:
    """Every answer before the change is one that caches and browsers may have kept."""
    path = write(access=ORDER[0])
    browsers = {"visitor": Browser(server), "nora": nora, "ana": ana}
    open_to = {
        "free": {"visitor", "nora", "ana"},
        "registered": {"nora", "ana"},
        "subscribers": {"ana"},
    }
    tags: dict[str, str] = {}
    for before, level in pairwise([ORDER[0], *ORDER]):
        if level != before:
            desk("level", SLUG, level)
        for name, browser in browsers.items():
            kept = [("If-None-Match", tags[name])] if name in tags else []
            answer = browser.ask(path, heads=kept)
            if name in open_to[level]:
                assert answer.status in (200, 304), (level, name)
                whole = browser.ask(path)
                assert MARK in whole.text
                tags[name] = whole.get("etag")
            else:
                assert shut(answer), (level, name)
                assert answer.access.startswith("preview; ")


def test_every_compressed_form_is_that_of_the_present_level(
    server: Server, desk: Desk, write: Write
) -> None:
    path = write(access="free")
    codings = ["", "gzip", "br", "gzip, br"]
    for coding in codings:
        assert MARK in server.ask(path, heads=[("Accept-Encoding", coding)]).text
    desk("level", SLUG, "subscribers")
    for coding in codings:
        for method in ("GET", "HEAD"):
            answer = server.ask(path, method=method, heads=[("Accept-Encoding", coding)])
            assert shut(answer)
            assert answer.access == "preview; reason=subscription-required"


def test_a_tag_of_the_free_story_is_not_current_once_it_is_closed(
    server: Server, desk: Desk, write: Write
) -> None:
    """A shared cache that kept the free page asks with its tag, as it must each time."""
    path = write(access="free")
    free = server.ask(path)
    assert free.get("cache-control") == "public, max-age=0, must-revalidate"
    kept = [("If-None-Match", free.get("etag")), ("If-Modified-Since", free.get("date"))]
    assert server.ask(path, heads=kept).status == 304
    desk("level", SLUG, "subscribers")
    for tag in (free.get("etag"), free.get("etag").removeprefix("W/"), f'"x", {free.get("etag")}'):
        assert shut(server.ask(path, heads=[("If-None-Match", tag)]))


def test_the_whole_storys_tag_is_never_current_for_who_sees_a_preview(
    server: Server, ana: Browser, nora: Browser, write: Write
) -> None:
    path = write()
    tag = ana.ask(path).get("etag")
    for browser in (Browser(server), nora):
        for method in ("GET", "HEAD"):
            assert shut(browser.ask(path, method=method, heads=[("If-None-Match", tag)]))


def test_a_story_that_is_unpublished_is_gone_at_the_next_request(
    server: Server, ana: Browser, desk: Desk, write: Write
) -> None:
    path = write()
    whole = ana.ask(path)
    assert whole.whole
    desk("unpublish", SLUG)
    kept = [("If-None-Match", whole.get("etag"))]
    for browser in (ana, Browser(server)):
        answer = browser.ask(path, heads=kept)
        assert answer.status == 404
        assert shut(answer)
    for page in ("/us/", "/us/world/"):
        assert path not in server.ask(page).text
    assert ana.script("beat", epoch=ana.cookies["bs_lease"]).status == 200  # others may be open
    desk("publish", SLUG)
    assert ana.ask(path).whole
    assert shut(server.ask(path))


def test_a_story_that_is_moved_leads_readers_on_and_gives_no_text_at_its_old_address(
    server: Server, ana: Browser, desk: Desk, write: Write
) -> None:
    old = write()
    assert ana.ask(old).whole
    new = desk("move", SLUG, "us/politics")
    for browser in (ana, Browser(server)):
        answer = browser.ask(old)
        assert answer.status in (301, 404)
        assert shut(answer)
    assert ana.get(old).whole
    assert ana.ask(new).whole
    assert shut(server.ask(new))


def test_a_closed_story_at_the_address_of_a_free_one_is_closed(
    server: Server, desk: Desk, write: Write
) -> None:
    path = write(access="free")
    assert MARK in server.ask(path).text
    desk("delete", SLUG)
    assert server.ask(path).status == 404
    assert write() == path
    assert shut(server.ask(path))
    assert server.ask(path).access == "preview; reason=subscription-required"


def test_an_editor_closes_a_story_in_the_admin(
    server: Server, irene: Browser, desk: Desk, write: Write
) -> None:
    """The same by the editors' own door, in the process that serves readers."""
    path = write(access="free")
    assert MARK in server.ask(path).text
    number = desk("number", SLUG)
    confirm = irene.ask(f"/admin/pages/{number}/unpublish/")
    assert confirm.status == 200
    done = irene.post(f"/admin/pages/{number}/unpublish/", {"csrfmiddlewaretoken": csrf(confirm)})
    assert done.status == 302
    answer = server.ask(path)
    assert answer.status == 404
    assert shut(answer)


@pytest.mark.parametrize("access", ["registered", "subscribers"])
def test_a_new_closed_story_is_only_a_preview_in_every_list(
    server: Server, write: Write, access: str
) -> None:
    path = write(access=access)
    lists = ["/us/", "/us/world/", "/us/world/?page=1", "/us/topic/china/"]
    assert any(path in server.ask(page).text for page in lists)
    for page in lists:
        assert shut(server.ask(page))
