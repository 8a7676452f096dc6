"""What the gate reads of a request: its own cookies, who sent it, its small forms."""

import asyncio
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.gate.request import (
    MAX_COOKIES,
    MAX_FORM,
    OURS,
    Message,
    Request,
    TooLarge,
    local_path,
    parse_cookies,
    read_form,
)


def request(*headers: tuple[str, str], **scope: Any) -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"method": "GET", "path": "/us/", "headers": raw, **scope})


# Headers


def test_a_request_is_read_once_and_whole() -> None:
    asked = request(
        ("Host", "paper.example"),
        ("Cookie", "bs_pass=abc; other=1"),
        ("Accept", "text/html"),
        ("Accept-Language", "es"),
        ("Accept-Encoding", "gzip, br"),
        ("If-None-Match", 'W/"1"'),
        ("Origin", "https://paper.example"),
        ("Sec-Fetch-Site", "same-origin"),
        ("User-Agent", "anything"),
        query_string=b"a=1",
    )
    assert (asked.method, asked.path, asked.query) == ("GET", "/us/", b"a=1")
    assert asked.cookies == {"bs_pass": "abc"}
    assert (asked.languages, asked.encodings) == ("es", "gzip, br")
    assert (asked.if_none_match, asked.peer, asked.forwarded) == ('W/"1"', "", "")
    assert asked.by_a_person
    assert not asked.speculative
    assert not asked.wants_json
    assert not asked.from_elsewhere


def test_what_is_sent_in_several_lines_is_read_in_their_order() -> None:
    asked = request(
        ("Cookie", "bs_pass=abc"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("Accept-Language", "es"),
        ("Cookie", "bs_device=d"),
        ("X-Forwarded-For", "192.0.2.2"),
        client=("192.0.2.3", 40000),
    )
    assert asked.cookies == {"bs_pass": "abc", "bs_device": "d"}
    assert asked.forwarded == "192.0.2.1,192.0.2.2"
    assert (asked.languages, asked.peer) == ("es", "192.0.2.3")


def test_a_request_without_headers_is_read_too() -> None:
    bare = request()
    assert (bare.cookies, bare.languages, bare.encodings, bare.query) == ({}, "", "", b"")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"cookie", b"origin", b"accept", b"host", b"sec-fetch-site"]),
            st.binary(max_size=60) | st.just(b"bs_pass=1; bs_pass=\xff"),
        )
    )
)
def test_any_bytes_in_any_header_are_read_without_an_exception(
    headers: list[tuple[bytes, bytes]],
) -> None:
    found = Request({"method": "GET", "path": "/", "headers": headers})
    assert found.cookies.keys() <= OURS
    assert found.from_elsewhere in (True, False)


@pytest.mark.parametrize(
    ("accept", "json"),
    [("application/json", True), ("text/html, application/json;q=0.9", True), ("*/*", False)],
)
def test_a_script_says_that_it_wants_json(accept: str, json: bool) -> None:
    assert request(("Accept", accept)).wants_json is json


@pytest.mark.parametrize(
    ("cookies", "anonymous"),
    [
        ("", True),
        ("theirs=1; bs_language=es", True),
        ("bs_language=es; bs_device=1", False),
        ("bs_pass=x", False),
        ("bs_meter=x", False),
        ("bs_session=x", False),
        ("bs_lease=3", False),
    ],
)
def test_a_reader_is_anonymous_while_nothing_but_a_language_tells_them_apart(
    cookies: str, anonymous: bool
) -> None:
    assert request(("Cookie", cookies)).anonymous is anonymous


# Who sent it


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        pytest.param({}, False, id="neither header: not a browser"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, False, id="our own page"),
        pytest.param({"Sec-Fetch-Site": "none"}, False, id="typed by a person"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, True, id="a neighbour's page"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, True, id="a stranger's page"),
        pytest.param({"Sec-Fetch-Site": "whatever"}, True, id="a word nobody knows"),
        pytest.param({"Origin": "https://paper.example"}, False, id="our origin"),
        pytest.param({"Origin": "http://paper.example"}, False, id="ours behind a TLS proxy"),
        pytest.param({"Origin": "https://paper.example:8443"}, True, id="another port"),
        pytest.param({"Origin": "https://paper.example.evil"}, True, id="a longer name"),
        pytest.param({"Origin": "https://evil.example"}, True, id="another origin"),
        pytest.param({"Origin": "null"}, True, id="an origin that hides itself"),
        pytest.param(
            {"Origin": "https://paper.example", "Sec-Fetch-Site": "cross-site"},
            True,
            id="Fetch Metadata is believed first",
        ),
    ],
)
def test_what_another_site_s_page_sends_is_known_for_that(
    headers: dict[str, str], elsewhere: bool
) -> None:
    assert request(("Host", "paper.example"), *headers.items()).from_elsewhere is elsewhere


# Cookies


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("bs_pass=abc", {"bs_pass": "abc"}),
        ("bs_pass=abc; bs_device=def", {"bs_pass": "abc", "bs_device": "def"}),
        ("bs_pass=abc;bs_device=def", {"bs_pass": "abc", "bs_device": "def"}),
        (" bs_pass=abc ; ", {"bs_pass": "abc"}),
        ("theirs=1; bs_pass=abc; more=2", {"bs_pass": "abc"}),
        ("bs_pass=a=b==", {"bs_pass": "a=b=="}),
        ("bs_pass=", {"bs_pass": ""}),
        ("bs_pass", {}),
        ("BS_PASS=abc", {}),
        ("=abc; ;;", {}),
        ("", {}),
    ],
)
def test_the_paper_s_own_cookies_are_read_and_no_others(
    header: str, cookies: dict[str, str]
) -> None:
    assert parse_cookies(header) == cookies


def test_a_cookie_sent_twice_with_two_values_is_left_out() -> None:
    assert parse_cookies("bs_pass=a; bs_device=d; bs_pass=b") == {"bs_device": "d"}
    assert parse_cookies("bs_pass=a; bs_pass=b; bs_pass=a") == {}


def test_a_cookie_sent_twice_with_one_value_is_read() -> None:
    assert parse_cookies("bs_pass=a; bs_pass=a") == {"bs_pass": "a"}


def test_cookies_in_several_headers_are_read_together() -> None:
    both = request(("Cookie", "bs_pass=a"), ("Cookie", "bs_device=d"))
    assert both.cookies == {"bs_pass": "a", "bs_device": "d"}
    twice = request(("Cookie", "bs_pass=a"), ("Cookie", "bs_pass=b"))
    assert twice.cookies == {}


def test_a_header_longer_than_any_honest_one_counts_as_no_cookies() -> None:
    head = "bs_pass=a; x="
    assert parse_cookies(head + "y" * (MAX_COOKIES - len(head))) == {"bs_pass": "a"}
    assert parse_cookies(head + "y" * (MAX_COOKIES - len(head) + 1)) == {}


def test_what_a_caller_does_with_its_cookies_is_not_seen_by_the_next() -> None:
    with pytest.raises(TypeError):
        parse_cookies("bs_pass=a")["bs_device"] = "planted"  # type: ignore[index]
    assert parse_cookies("bs_pass=a") == {"bs_pass": "a"}


# Forms


def form(*messages: Message) -> dict[str, str]:
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    return asyncio.run(read_form(receive))


def parts(bodies: Iterable[bytes]) -> list[Message]:
    chunks = list(bodies)
    return [
        {"type": "http.request", "body": body, "more_body": place < len(chunks) - 1}
        for place, body in enumerate(chunks)
    ]


def test_a_form_is_read() -> None:
    assert form(*parts([b"epoch=3&next=%2Fus%2F&empty="])) == {
        "epoch": "3",
        "next": "/us/",
        "empty": "",
    }


def test_a_form_that_comes_in_pieces_is_read_whole() -> None:
    assert form(*parts([b"epo", b"", b"ch=1", b"2"])) == {"epoch": "12"}


def test_a_message_without_a_body_is_an_empty_form() -> None:
    assert form({"type": "http.request"}) == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_a_form_without_an_exception(body: bytes) -> None:
    fields = form(*parts([body]))
    assert all(isinstance(value, str) for value in fields.values())


def test_a_form_larger_than_any_honest_one_is_refused_however_it_comes() -> None:
    assert form(*parts([b"a=" + b"x" * (MAX_FORM - 2)])) == {"a": "x" * (MAX_FORM - 2)}
    with pytest.raises(TooLarge):
        form(*parts([b"x" * (MAX_FORM + 1)]))
    with pytest.raises(TooLarge):
        form(*parts([b"x" * 1000] * 9))


def test_a_form_that_breaks_off_is_no_form() -> None:
    # Half of epoch=12 would be the epoch of another lease.
    broken = {"type": "http.request", "body": b"epoch=1", "more_body": True}
    assert form(broken, {"type": "http.disconnect"}) == {}


# Addresses


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/", "/"),
        ("/us/money/a-story/?page=2#end", "/us/money/a-story/?page=2#end"),
        ("/es/sección/una-historia/", "/es/sección/una-historia/"),
        ("", "/"),
        ("us/", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/a\\b", "/"),
        ("/\t/evil.example/", "/"),
        ("/\n/evil.example/", "/"),
        (" //evil.example/", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\x00", "/"),
    ],
)
def test_only_a_path_on_this_site_is_gone_to(address: str, path: str) -> None:
    assert local_path(address) == path


@given(
    st.text()
    | st.lists(st.sampled_from(["/", "\\", "\t", "\n", "@", ":", "//", "evil.example"])).map(
        "".join
    )
)
def test_no_address_leads_a_browser_to_another_site(address: str) -> None:
    path = local_path(address)
    # As browsers read addresses (WHATWG URL): without tabs and newlines, backslashes as slashes.
    as_read = path.translate({9: None, 10: None, 13: None, 92: "/"})
    assert path.startswith("/")
    assert urlsplit(urljoin("https://paper.example/us/", as_read)).netloc == "paper.example"
