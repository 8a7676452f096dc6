"""Too large, too slow, broken, absurd: refused in words, and the paper lives on."""

import time
from urllib.parse import quote

import pytest

from tests.leaks.client import Answer, Browser, Server, receive, request
from tests.leaks.conftest import csrf
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks

PAGES = [
    "%00",
    "-1",
    "0",
    "x",
    "1.5",
    "1e3",
    "NaN",
    "9" * 30,
    "9" * 5000,
    "\N{ARABIC-INDIC DIGIT ONE}",
    "last",
    "",
    "1&page=2",
    "%ff%fe",
    "[]",
]
PATHS = [
    "/us/../us/",
    "/us/..",
    "/../../../../etc/passwd",
    "/us/%2e%2e/%2e%2e/etc/passwd",
    "/us/world/%00/",
    "/%00",
    "/%ff",
    "/%c3%28/",
    "/%ed%a0%80/",
    "/%f4%90%80%80/",
    "/us/%e2%80%ae/x/",
    "/us/world/" + "%F0%9F%98%80" * 20 + "/",
    "/us/world/" + "a" * 255 + "/",
    "/us/world/" + "a" * 256 + "/",
    "/us/world/" + "a" * 30_000 + "/",
    "/" + "a/" * 2000,
    "/us/topic/%00/",
    "/us/topic/" + "a" * 5000 + "/",
    "/us/author/x%27%20OR%201=1--/",
    "/us/world/%25/",
    "/us/world/_/",
    "/us/world/stor_/",
    "/%/%/%/",
    "/us/world/*/",
    "/us/world/\N{SNOWMAN}/",
    "/language/%00/",
    "/language/" + "x" * 5000 + "/",
    "/language/en-us/",
    "/language/..%2f/",
    "/-/problem/%00/",
    "/-/problem/__class__/",
    "/-/seat/%00",
    "/-/seat/__init__",
    "/account/password/reset/key/x-y/",
    "/account/password/reset/key/%00-%00/",
    "/account/confirm-email/%00/",
    "/account/devices/-1/sign-out/",
    "/account/devices/" + "9" * 40 + "/sign-out/",
    "/_util/authenticate_with_password/1/1/",
    "/_util/authenticate_with_password/" + "9" * 40 + "/1/",
    "/admin/pages/" + "9" * 40 + "/edit/",
    "/media/%00",
    "/media/" + "a" * 5000,
    "/media/" + "a/" * 3000,
    "/static/%00",
    "/static/" + "a" * 5000,
    "/.%00./x",
    "/us/?" + "&" * 20_000,
    "/us/?" + "a=b&" * 12_000,
    "/us/?%",
    "/us/?=&=&%00=%00",
    "/plans/?next=%00&next=%ff",
    "/account/login/?next=%00",
    "/account/login/?next=" + "%2f" * 5000,
]
COOKIES = ["%00", "\xff\xfe", '"', '"x', ";;;", "=", "x" * 7000, "é", "$Version=1", "a,b", "W10="]
NAMES = ["bs_session", "bs_csrf", "bs_device", "bs_pass", "bs_meter", "bs_lease"]
NAMES += ["bs_language", "bs_edition", "messages", "sessionid", ""]
TYPES = [
    "application/x-www-form-urlencoded; charset=x-unknown",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=\xff",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 5000,
    'multipart/form-data; boundary="\xff"',
    "application/json",
    "text/plain",
    "x",
    "",
]


def said(answer: Answer, *statuses: int) -> bool:
    """One of these statuses, and a page or JSON in words; the server itself may be terse."""
    assert answer.status in statuses, (answer.status, answer.text[:300])
    assert "Traceback" not in answer.text
    if answer.get("server") and answer.status not in (204, 301, 302, 303, 304):
        assert answer.body or answer.status in (400, 405)
    return True


def lives(server: Server, closed: str) -> bool:
    assert server.ask(closed).access == "preview; reason=subscription-required"
    assert server.ask("/us/").status == 200
    return True


# Headers


@pytest.mark.parametrize(
    "heads",
    [
        [("X-A", "a" * 1_000_000)],
        [(f"X-{n}", "a" * 1000) for n in range(1000)],
        [("Cookie", "bs_pass=" + "x" * 1_000_000)],
        [("A" * 500_000, "x")],
        [(f"X-{n}", "a") for n in range(5000)],
    ],
    ids=["one", "many", "a cookie", "a name", "thousands"],
)
def test_a_megabyte_of_headers_is_refused_and_the_paper_lives_on(
    server: Server, closed: str, heads: list[tuple[str, str]]
) -> None:
    for target in (closed, "/us/", "/-/seat/beat"):
        assert said(server.ask(target, heads=heads), 400, 431)
    assert lives(server, closed)


def test_an_address_of_a_megabyte_is_refused(server: Server, closed: str) -> None:
    assert said(server.ask("/" + "a" * 1_000_000), 400, 414, 431)
    assert said(server.ask(f"{closed}?{'a' * 1_000_000}"), 400, 414, 431)
    assert lives(server, closed)


def test_headers_that_are_none_are_refused(server: Server, closed: str) -> None:
    path = closed.encode()
    for data in (
        b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nX\x00: y\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n : \r\n\r\n",
        b"GET  " + path + b"  HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\r\n\r\nGET\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    ):
        assert said(server.send(data), 400), data
    assert lives(server, closed)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("host", [None, "elsewhere.example", "a b", "localhost:x", "[::1"])
def test_a_page_of_the_site_asked_for_under_a_name_that_is_not_its_own_is_refused(
    server: Server, host: str | None, language: str
) -> None:
    for target in ("/us/", "/account/login/", "/plans/"):
        answer = server.ask(target, host=host, heads=[("Accept-Language", language)])
        assert said(answer, 400)
        assert f'<html lang="{language}"' in answer.text
        assert 'href="/"' in answer.text
        assert "elsewhere" not in answer.text


def test_a_mail_of_the_paper_leads_to_no_other_host(server: Server) -> None:
    """Password letters carry links: whoever asks for one must not choose their host."""
    browser = Browser(server)
    page = browser.ask("/account/password/reset/")
    fields = {"csrfmiddlewaretoken": csrf(page), "email": "nobody@leaks.example"}
    for heads in ([("X-Forwarded-Host", "elsewhere.example")], [("Host", "elsewhere.example")]):
        answer = browser.post("/account/password/reset/", fields, heads)
        assert answer.status in (302, 400, 403)
        assert "elsewhere.example" not in answer.get("location")


def test_two_lengths_of_one_body_make_no_second_request(server: Server, closed: str) -> None:
    """A request inside another's body must not be answered as one of its own."""
    inner = f"GET {closed} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for framing in (
        f"Content-Length: {len(inner) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        f"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{inner}",
        f"Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n{inner}",
        f"Transfer-Encoding : chunked\r\nContent-Length: {len(inner)}\r\n\r\n{inner}",
        f"Transfer-Encoding: identity\r\nContent-Length: {len(inner)}\r\n\r\n{inner}",
    ):
        head = f"POST /-/seat/beat HTTP/1.1\r\nHost: {server.authority}\r\nConnection: close\r\n"
        with server.line() as line:
            line.sendall((head + framing).encode())
            held = b""
            while piece := line.recv(65536):
                held += piece
        assert held.count(b"HTTP/1.1 ") == 1
        assert b"broadsheet-access" not in held
    assert lives(server, closed)


def test_slow_headers_keep_nobody_waiting(server: Server, closed: str) -> None:
    with server.line() as one, server.line() as two:
        one.sendall(b"GET " + closed.encode() + b" HTTP/1.1\r\nHost: localhost\r\nX-A: ")
        two.sendall(b"GE")
        for _ in range(3):
            began = time.monotonic()
            assert lives(server, closed)
            assert time.monotonic() - began < 4
            one.sendall(b"a")
        one.sendall(b"\r\nConnection: close\r\n\r\n")
        assert receive(one).status == 200


# Addresses and queries


@pytest.mark.parametrize("target", PATHS, ids=lambda target: target[:40])
def test_an_address_that_is_none_is_said_to_be_none(
    server: Server, nora: Browser, marks: Marks, target: str
) -> None:
    for browser, accept in ((Browser(server), "text/html"), (nora.copy(), "application/json")):
        answer = browser.ask(target, heads=[("Accept", accept)])
        assert said(answer, 200, 301, 302, 400, 403, 404, 405)
        assert not marks.leak(answer.content)
        assert "root:x:0" not in answer.text


@pytest.mark.parametrize("where", ["/us/world/", "/us/topic/china/", "/us/author/ines-calloway/"])
def test_a_page_number_that_is_none_is_not_found(server: Server, where: str) -> None:
    for number in PAGES:
        given = number if "&" in number or "%" in number else quote(number)
        assert said(server.ask(f"{where}?page={given}"), 200, 404), number


# Cookies


@pytest.mark.parametrize("name", NAMES)
def test_a_cookie_of_nonsense_is_as_none(server: Server, closed: str, name: str) -> None:
    for value in COOKIES:
        heads = [("Cookie", f"{name}={value}")]
        assert server.ask(closed, heads=heads).access.startswith("preview"), value
        assert said(server.ask("/account/", heads=heads), 302), value
    for target in ("/us/", "/account/login/", "/us/world/"):
        heads = [("Cookie", "; ".join(f"{name}={value}" for value in COOKIES))]
        assert said(server.ask(target, heads=heads), 200)


# Forms of the site


@pytest.mark.parametrize("kind", TYPES)
def test_a_form_of_a_strange_type_is_refused(server: Server, kind: str) -> None:
    for body in (b"", b"login=x", b"\xff\xfe\x00", b"--x\r\nContent-Disposition: form-data\r\n"):
        heads = [("Content-Type", kind)] if kind else []
        for target in ("/account/login/", "/-/seat/beat", "/us/"):
            answer = server.ask(target, method="POST", heads=heads, body=body)
            assert said(answer, 400, 403, 405, 415), (target, body)


@pytest.mark.parametrize("value", ["a\x00b@x.example", "x" * 100_000, "\N{SNOWMAN}" * 50])
def test_the_sign_in_form_takes_nonsense_for_a_wrong_password(server: Server, value: str) -> None:
    browser = Browser(server)
    fields = {"csrfmiddlewaretoken": csrf(browser.ask("/account/login/"))}
    for given in ({"login": value, "password": "x"}, {"login": "a@x.example", "password": value}):
        answer = browser.post("/account/login/", {**fields, **given})
        assert said(answer, 200, 400)
        assert "bs_session" not in answer.set_cookies or not browser.cookies.get("bs_session")


def test_forms_that_are_too_large_are_refused(server: Server, closed: str) -> None:
    browser = Browser(server)
    good = csrf(browser.ask("/account/login/"))
    for body in (
        f"csrfmiddlewaretoken={good}&login=".encode() + b"x" * 4_000_000,
        b"&".join(b"f%d=1" % n for n in range(20_000)),
    ):
        assert said(browser.post("/account/login/", body), 400, 403, 413)
    assert lives(server, closed)


def test_a_number_in_an_address_may_be_larger_than_the_database_can_count(
    readers: object, ana: Browser
) -> None:
    page = ana.ask("/account/devices/")
    fields = {"csrfmiddlewaretoken": csrf(page)}
    for number in ("0", "9" * 19, "9" * 40):
        answer = ana.copy().post(f"/account/devices/{number}/sign-out/", fields)
        assert said(answer, 404)


def test_a_post_to_a_story_changes_nothing_and_shows_nothing(
    server: Server, ana: Browser, closed: str, marks: Marks
) -> None:
    for browser in (Browser(server), ana.copy()):
        answer = browser.post(closed, {"access": "free", "csrfmiddlewaretoken": "x"})
        assert said(answer, 403, 405)
        assert not marks.leak(answer.content)
    assert lives(server, closed)


def test_a_story_is_taken_away_under_a_reader_who_goes_on(
    server: Server, ana: Browser, desk: Desk, write: object
) -> None:
    """Their page beats on; their next load says that the story is gone; nothing breaks."""
    assert callable(write)
    path = write()
    reader = ana.copy()
    assert reader.ask(path).whole
    desk("unpublish", "the-ferry-office")
    assert reader.script("beat", epoch=reader.cookies["bs_lease"]).status == 200
    gone = reader.ask(path)
    assert said(gone, 404)
    assert 'href="/"' in gone.text
    assert reader.script("release", epoch=reader.cookies["bs_lease"]).status == 200


def test_a_broken_off_request_leaves_the_paper_as_it_was(server: Server, closed: str) -> None:
    whole = request("GET", closed, server.authority, [("Accept-Encoding", "br")])
    for _ in range(20):
        with server.line() as line:
            line.sendall(whole)
        with server.line() as line:
            line.sendall(whole[: len(whole) // 2])
    assert lives(server, closed)
