"""What caches that many readers share may keep: all that is everybody's, and nothing that is one
reader's. The cache of these tests is a strict one (RFC 9111), that obeys nothing but headers."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from broadsheet.access import Level
from tests.conftest import SHORT, LivePaper
from tests.hosts.host import until
from tests.leaks import marks as marking
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers
from tests.leaks.desk import MARK, Desk
from tests.leaks.marks import Marks
from tests.leaks.walking import along_links
from tests.live import clean_env, free_port

CDN_SECONDS = 30
EACH = 6
"""So many addresses to one that readers are sent to: there are hundreds, many alike."""


@pytest.fixture(scope="module")
def server(paper: LivePaper) -> Server:
    return Server.at(paper.url)


@pytest.fixture(scope="module")
def desk(paper: LivePaper) -> Iterator[Desk]:
    desk = Desk(str(paper.folder / "broadsheet.toml"), paper.url, SHORT)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def readers(paper: LivePaper, server: Server, desk: Desk) -> Iterator[Readers]:
    readers = Readers(desk, server, paper.reader("basic")["email"])
    yield readers
    for email in readers.made:
        desk("remove", email)


@pytest.fixture(scope="module")
def marks() -> Marks:
    return marking.gather()


@pytest.fixture(scope="module")
def found(server: Server) -> dict[str, Answer]:
    """Everything a visitor can reach by links, and what is there."""
    return along_links(Browser(server), ["/", "/us/", "/es/"], but=lambda target: False)


def directives(answer: Answer) -> dict[str, str]:
    parts = [part.strip().lower() for part in answer.get("cache-control").split(",")]
    return {name: value for name, _, value in (part.partition("=") for part in parts) if name}


def storable(answer: Answer) -> bool:
    """Whether a shared cache may keep it (RFC 9111, section 3)."""
    told = directives(answer)
    if "no-store" in told or "private" in told or "*" in answer.get("vary"):
        return False
    return answer.status == 200 and ("public" in told or "s-maxage" in told or "max-age" in told)


def fresh(answer: Answer) -> bool:
    """Whether it may be used again without asking (section 4.2)."""
    told = directives(answer)
    seconds = told.get("s-maxage") or told.get("max-age") or "0"
    return "no-cache" not in told and int(seconds) > 0


OURS = ("bs_session", "bs_pass", "bs_device", "bs_meter", "bs_gifts")
"""Cookies with which a request goes past a CDN (docs/cdn.md)."""


@dataclass
class SharedCache:
    """Stands between readers and the paper, and keeps whatever it may."""

    kept: dict[str, list[tuple[dict[str, str], Answer]]] = field(default_factory=dict)
    asked: int = 0

    def get(self, browser: Browser, path: str, language: str = "en") -> Answer:
        """What this reader is sent through it."""
        sent = {"accept-language": language, "cookie": _cookies(browser)}
        known = self._selected(path, sent)
        if known is not None and fresh(known):
            return known
        self.asked += 1
        answer = browser.ask(path, heads=_heads(language, known))
        if answer.status == 304 and known is not None:
            return known
        if storable(answer):
            self.kept.setdefault(path, []).append((sent, answer))
        return answer

    def _selected(self, path: str, sent: dict[str, str]) -> Answer | None:
        # Section 4.1: each header that Vary names must be the same as when it was kept.
        for before, answer in reversed(self.kept.get(path, [])):
            names = [name.strip().lower() for name in answer.get("vary").split(",")]
            if all(sent.get(name, "") == before.get(name, "") for name in names):
                return answer
        return None


@dataclass
class Cdn:
    """A CDN as docs/cdn.md sets it up: past it goes who has a cookie of ours, and what it keeps
    it keeps by the language, for as long as CDN-Cache-Control says (RFC 9213)."""

    now: float = 0.0
    kept: dict[tuple[str, str], tuple[float, Answer]] = field(default_factory=dict)

    def get(self, browser: Browser, path: str, language: str = "en") -> Answer:
        """What this reader is sent through it."""
        if any(name in browser.cookies for name in OURS):
            return browser.ask(path, heads=_heads(language, None))
        until, known = self.kept.get((path, language), (0.0, None))
        if known is not None and self.now < until:
            return known
        answer = browser.ask(path, heads=_heads(language, known))
        answer = known if answer.status == 304 and known is not None else answer
        told = re.search(r"max-age=(\d+)", answer.get("cdn-cache-control"))
        if storable(answer) and told:
            self.kept[path, language] = (self.now + int(told[1]), answer)
        return answer


def _cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def _heads(language: str, known: Answer | None) -> list[tuple[str, str]]:
    heads = [("Accept-Language", language)]
    if known is not None and known.get("etag"):
        heads.append(("If-None-Match", known.get("etag")))
    return heads


def is_story(path: str) -> bool:
    return bool(re.fullmatch(r"/(us|es)/[\w-]+/[\w-]+/", path)) and "/topic/" not in path


# Without a setting


def test_nothing_that_may_be_kept_is_one_readers(
    server: Server, readers: Readers, found: dict[str, Answer], marks: Marks
) -> None:
    """Whatever ana and nora are sent that others may keep is what a visitor is sent."""
    ana, nora = readers.device("basic"), readers.device()
    kept = 0
    for path in ["/us/", "/es/", "/us/world/", *sorted(found)[::EACH]]:
        for reader in (ana, nora):
            answer = reader.ask(path)
            if storable(answer):
                kept += 1
                assert not answer.set_cookies, path
                assert answer.content == Browser(server).ask(path).content, path
                assert not marks.leak(answer.content), path
    assert kept > 10, "pictures, style, feeds"


def test_nothing_that_may_be_kept_of_a_visitors_hands_out_a_cookie_or_hidden_text(
    found: dict[str, Answer], marks: Marks
) -> None:
    for path, answer in found.items():
        if storable(answer):
            assert not answer.set_cookies, path
            assert not marks.leak(answer.content), path


def test_behind_a_shared_cache_everybody_reads_what_they_may(
    server: Server, readers: Readers, marks: Marks
) -> None:
    cache = SharedCache()
    free = [path for path in marks.paths(Level.FREE) if path.startswith("/us/")][:2]
    closed = [path for path in marks.paths(Level.SUBSCRIBERS) if path.startswith("/us/")][:2]
    crowd = [Browser(server), readers.device("basic"), Browser(server), readers.device()]
    for path in [*free, *closed]:
        for reader in crowd:
            through, straight = cache.get(reader, path), reader.ask(path)
            assert through.access == straight.access, path
            assert through.whole == straight.whole, path


def test_visitors_of_both_languages_get_their_own_through_it(server: Server, marks: Marks) -> None:
    cache, visitor = SharedCache(), Browser(server)
    path = next(path for path in marks.paths(Level.FREE) if path.startswith("/us/"))
    for language in ("en", "es", "en", "es"):
        assert cache.get(visitor, path, language).get("content-language") in ("", language)
        page = cache.get(visitor, path, language).text
        assert page == visitor.ask(path, heads=_heads(language, None)).text


# With cdn_seconds


@pytest.fixture(scope="module")
def behind(paper: LivePaper) -> Iterator[Server]:
    """The same paper, served by a process that knows of a CDN before it."""
    port = free_port()
    command = [sys.executable, "-m", "broadsheet", "serve", "--no-background", "--port", str(port)]
    url = f"http://localhost:{port}"
    settings = {
        **SHORT,
        "BROADSHEET_CONFIG": str(paper.folder / "broadsheet.toml"),
        "BROADSHEET_SITE_URL": url,
        "BROADSHEET_CDN_SECONDS": str(CDN_SECONDS),
    }
    process = subprocess.Popen(command, env=clean_env(settings), stderr=subprocess.DEVNULL)
    server = Server("127.0.0.1", port)
    until(lambda: _answers(server))
    yield server
    process.terminate()
    assert process.wait(30) == 0


def _answers(server: Server) -> bool:
    try:
        return server.ask("/-/ready").status == 200
    except OSError:
        return False


def test_fronts_sections_stories_and_previews_may_be_kept(behind: Server, marks: Marks) -> None:
    stories = marks.paths(Level.FREE, Level.SUBSCRIBERS, Level.REGISTERED)
    for path in ["/us/", "/es/", "/us/world/", *[one for one in stories if one[:4] == "/us/"]]:
        answer = Browser(behind).ask(path)
        assert storable(answer), path
        assert answer.get("cdn-cache-control") == (
            f"public, max-age={CDN_SECONDS}, must-revalidate"
        ), path
        assert answer.get("surrogate-control") == f"max-age={CDN_SECONDS}"
        assert answer.get("etag"), path
        tags = answer.get("cache-tag").split(",")
        assert tags == answer.get("surrogate-key").split(" ")
        assert tags[:2] == ["all", f"edition-{path[1:3]}"], path
        assert (len(tags) == 3) == is_story(path), path


def test_it_is_told_that_nothing_has_changed(behind: Server, marks: Marks) -> None:
    for path in ("/us/", "/us/world/", marks.paths(Level.FREE)[0]):
        first = Browser(behind).ask(path)
        again = Browser(behind).ask(path, heads=[("If-None-Match", first.get("etag"))])
        assert again.status == 304, path
        assert again.get("cdn-cache-control") == first.get("cdn-cache-control")
        assert again.get("cache-tag") == first.get("cache-tag")


def test_whoever_has_a_cookie_of_ours_is_served_past_it(
    behind: Server, readers: Readers, marks: Marks
) -> None:
    for device in (readers.device("basic"), readers.device()):
        reader = Browser(behind, dict(device.cookies), dict(device.heads))
        for path in ("/us/", "/us/world/", *marks.paths(Level.FREE)[:2]):
            answer = reader.ask(path)
            assert not storable(answer), path
            assert not answer.get("cdn-cache-control"), path
            assert not answer.get("surrogate-control"), path


def test_what_hands_out_or_counts_a_visitors_meter_is_never_kept(
    behind: Server, marks: Marks
) -> None:
    path = next(path for path in marks.paths(Level.SUBSCRIBERS) if path.startswith("/es/"))
    visitor = Browser(behind)
    handed = visitor.ask(path)
    assert handed.status == 303
    assert not storable(handed)
    counted = visitor.ask(handed.get("location"))
    assert counted.access == "metered; reason=meter"
    assert not storable(counted)
    assert not counted.get("cdn-cache-control")


def test_what_a_gift_link_opens_is_never_kept(behind: Server, marks: Marks) -> None:
    answer = Browser(behind).ask(marks.paths(Level.SUBSCRIBERS)[0] + "?gift=" + "a" * 22)
    assert not storable(answer)
    assert not answer.get("cdn-cache-control")


def test_a_story_that_is_closed_is_open_at_the_cdn_for_its_seconds_and_no_longer(
    behind: Server, desk: Desk
) -> None:
    path = str(desk("story", "the-cdn-ferry", "us/world", "free"))
    try:
        cdn, visitor = Cdn(), Browser(behind)
        assert cdn.get(visitor, path).whole
        desk("level", "the-cdn-ferry", "subscribers")
        assert not visitor.ask(path).whole, "whoever asks the paper itself"
        cdn.now += CDN_SECONDS - 1
        assert cdn.get(visitor, path).whole, "what the setting allows"
        cdn.now += 1
        closed = cdn.get(visitor, path)
        assert closed.access == "preview; reason=subscription-required"
        assert MARK not in closed.text
    finally:
        desk("delete", "the-cdn-ferry")
