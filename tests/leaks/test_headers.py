"""What stands on every answer: who may keep it, what its page may do, whom its cookies serve."""

import re
from collections.abc import Iterator

import pytest

from broadsheet.access import Level
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers, csrf
from tests.leaks.marks import Marks
from tests.leaks.walking import along_links

STRICT = {
    "x-content-type-options": {"nosniff"},
    "x-frame-options": {"DENY", "SAMEORIGIN"},
    "referrer-policy": {"strict-origin-when-cross-origin"},
    "cross-origin-opener-policy": {"same-origin"},
}
POLICY = [
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
]
READ_BY_SCRIPTS = {"bs_lease"}
"""The only cookie that a page's script may see: the number of its lease, which opens nothing."""
PERSONAL = [
    "/account/",
    "/account/devices/",
    "/account/email/",
    "/account/2fa/",
    "/account/password/change/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/plans/",
    "/us/",
    "/us/world/",
    "/us/topic/china/",
    "/us/author/ines-calloway/",
    "/terms/",
    "/nothing/",
    "/-/problem/form/",
]
DIRECTIVE = re.compile(r"[^\s,;]+")

type Found = dict[str, Answer]


def not_out(target: str) -> bool:
    return "logout" in target or target.startswith("/admin/")


@pytest.fixture(scope="module")
def to_visitors(walk: Found, server: Server) -> Found:
    """Everything a visitor can reach, the front doors as they are sent who brings no cookie."""
    return walk | {target: server.ask(target) for target in ("/", "/us/", "/es/")}


@pytest.fixture(scope="module")
def to_subscribers(readers: Readers) -> Found:
    """Everything a subscriber can reach."""
    return along_links(readers.device("basic"), ["/", "/us/", "/es/", "/account/"], but=not_out)


@pytest.fixture(scope="module")
def everything(to_visitors: Found, to_subscribers: Found) -> list[tuple[str, Answer]]:
    return [*to_visitors.items(), *to_subscribers.items()]


def pages(found: list[tuple[str, Answer]]) -> Iterator[tuple[str, Answer]]:
    return (
        (target, answer)
        for target, answer in found
        if answer.get("content-type").startswith("text/html")
    )


def shared(answer: Answer) -> bool:
    """Whether a cache between the paper and its readers may keep the answer for others.

    Without a word about it, a cache may do as it thinks fit (RFC 9111, section 4.2.2).
    """
    said = set(DIRECTIVE.findall(answer.get("cache-control").lower()))
    return not said & {"private", "no-store"}


def test_every_page_has_the_strict_policy_and_the_other_guards(
    everything: list[tuple[str, Answer]],
) -> None:
    seen = 0
    for target, answer in pages(everything):
        seen += 1
        for name, allowed in STRICT.items():
            assert set(answer.all(name)) <= allowed, (target, name)
            assert len(answer.all(name)) == 1, (target, name)
        if answer.status == 200 and target.startswith("/mailbox/") and target.endswith(".html"):
            # A letter has styles of its own, and may do nothing else.
            policy = answer.get("content-security-policy")
            assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; "), target
            assert "sandbox" in policy, target
            assert "allow-scripts" not in policy, target
        elif answer.status == 200:
            for part in POLICY:
                assert part in answer.get("content-security-policy"), (target, part)
            assert "unsafe" not in answer.get("content-security-policy")
    assert seen > 100


def test_what_is_not_a_page_is_not_taken_for_one(everything: list[tuple[str, Answer]]) -> None:
    """Pictures, style and JSON with a type of their own, which browsers must not guess anew."""
    for target, answer in everything:
        if answer.body and not answer.get("content-type").startswith("text/html"):
            assert answer.get("content-type"), target
            assert answer.get("x-content-type-options") == "nosniff", target


def test_every_answer_at_a_storys_address_says_what_was_decided(
    everything: list[tuple[str, Answer]], marks: Marks
) -> None:
    seen = 0
    for target, answer in everything:
        if target.partition("?")[0] in marks.by_path and answer.status in (200, 304):
            seen += 1
            assert re.fullmatch(r"(granted|metered|preview); reason=[a-z-]+", answer.access)
        elif target.partition("?")[0] not in marks.by_path:
            assert not answer.access, target
    assert seen >= 2 * len(marks.by_path)


def test_cookies_are_the_papers_alone_and_no_script_reads_them(
    everything: list[tuple[str, Answer]],
) -> None:
    for target, answer in everything:
        for line in answer.all("set-cookie"):
            name = line.partition("=")[0]
            if not answer.set_cookies[name]:
                continue  # it is ended
            parts = {part.strip().lower() for part in line.split(";")[1:]}
            assert ("httponly" in parts) != (name in READ_BY_SCRIPTS), (target, line)
            assert "samesite=lax" in parts, (target, line)
            assert "path=/" in parts
            assert not any(part.startswith("domain=") for part in parts)  # this host alone


def test_what_caches_may_share_sets_no_cookie(everything: list[tuple[str, Answer]]) -> None:
    for target, answer in everything:
        if shared(answer):
            assert not answer.all("set-cookie"), (target, answer.get("cache-control"))


def test_nothing_is_shared_that_a_signed_in_reader_was_sent(
    to_subscribers: Found, server: Server, marks: Marks
) -> None:
    for target, answer in to_subscribers.items():
        if shared(answer) and not target.startswith(("/static/", "/media/")):
            # Feeds, manifests and icons: the same for whoever asks.
            assert not answer.get("content-type").startswith("text/html"), target
            assert answer.content == server.ask(target).content, target
        if target in marks.paths(Level.SUBSCRIBERS, Level.REGISTERED):
            assert answer.get("cache-control") in ("private, no-cache", "private, no-store")


@pytest.mark.parametrize("target", PERSONAL)
def test_a_page_with_something_of_ones_own_is_for_nobody_else(ana: Browser, target: str) -> None:
    answer = ana.copy().ask(target)
    assert not shared(answer), answer.get("cache-control")
    assert "cookie" in answer.get("vary").lower()


def test_a_page_is_kept_apart_by_what_it_depends_on(to_visitors: Found) -> None:
    for target, answer in pages(list(to_visitors.items())):
        vary = {word.strip().lower() for word in answer.get("vary").split(",")}
        if answer.status == 200:
            assert {"cookie", "accept-language"} <= vary, target


def test_what_is_shared_must_be_asked_for_anew_each_time(to_visitors: Found, marks: Marks) -> None:
    """Access may change at any moment: no cache may answer in the paper's stead."""
    seen = 0
    for target, answer in to_visitors.items():
        if target.partition("?")[0] in marks.by_path and shared(answer):
            seen += 1
            assert "max-age=0" in answer.get("cache-control")
            assert "must-revalidate" in answer.get("cache-control")
            assert answer.access == "granted; reason=free" or not marks.leak(answer.content)
    assert seen > 10


def test_pictures_and_style_carry_no_cookie_even_to_who_is_signed_in(
    ana: Browser, to_visitors: Found
) -> None:
    """Without its device cookie, a page of the site would set it anew."""
    files = [t for t in to_visitors if t.startswith(("/media/", "/static/"))]
    assert len(files) > 5
    for target in files:
        answer = ana.copy(bs_device="").ask(target)
        assert answer.status == 200
        assert not answer.all("set-cookie"), target
        assert not ana.copy(bs_pass="x").ask(target).all("set-cookie"), target


def test_the_desks_answers_are_nobodys_to_keep(ana: Browser, closed: str) -> None:
    ana = ana.copy()
    assert ana.ask(closed).whole
    for name in ("beat", "release", "take-over", "both-mine"):
        answer = ana.script(name, epoch=ana.cookies["bs_lease"])
        assert answer.get("cache-control") == "private, no-store" or answer.status == 403
        assert answer.get("x-content-type-options") == "nosniff"
    assert len(ana.script("beat", epoch=ana.cookies["bs_lease"]).all("date")) == 1


def test_pages_that_follow_a_form_are_kept_by_nobody(readers: Readers, closed: str) -> None:
    browser = readers.device("basic")
    page = browser.ask("/account/logout/")
    out = browser.post("/account/logout/", {"csrfmiddlewaretoken": csrf(page)})
    assert not shared(out)
    assert not shared(browser.ask(closed)) or not browser.cookies.keys() & {"bs_pass", "bs_session"}


def test_a_visitor_gets_no_cookie_by_reading_the_paper(to_visitors: Found) -> None:
    """Only what they choose (an edition, a language) or are lent (a meter) is remembered."""
    for target, answer in to_visitors.items():
        if target.startswith("/us/"):
            assert set(answer.set_cookies) <= {"bs_edition"}, target


def test_no_answer_tells_more_of_the_server_than_it_must(
    everything: list[tuple[str, Answer]],
) -> None:
    for target, answer in everything:
        assert not answer.get("x-powered-by"), target
        assert not re.search(r"\d", answer.get("server")), target
