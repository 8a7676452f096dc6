"""However a visitor asks for a story they may not read, its text is not in the answer."""

from urllib.parse import quote

import pytest

from broadsheet.access import Level
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.marks import Marks

METHODS = """
    HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND CONNECT get FOO
"""
QUERIES = """
    preview=1 preview=true mode=full mode= format=json format=amp output=amp amp=1 print=1
    full=1 in_preview_panel=true preview_mode= draft=1 view_draft=1 access=free access=full
    face=full metered metered=1 page=2 revision=1 token=x key=x user=1 level=free debug=1 %00
    %ff a[]=1 ;; _method=PUT x-original-url=/ gift=1 share=1 utm_source=google fbclid=1
    nocache=1 cookie=bs_pass
"""
HEADS = [
    ("X-Original-URL", "{path}"),
    ("X-Rewrite-URL", "{path}"),
    ("X-Original-URL", "/admin/"),
    ("X-Forwarded-Host", "localhost"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("Forwarded", "for=127.0.0.1;host=localhost;proto=https"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-HTTP-Method-Override", "POST"),
    ("X-Method-Override", "HEAD"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Accept", "application/json"),
    ("Accept", "application/ld+json, application/rss+xml;q=0.9"),
    ("Accept", "text/plain"),
    ("Accept-Encoding", "gzip"),
    ("Accept-Encoding", "br"),
    ("Accept-Encoding", "identity;q=0, *;q=0"),
    ("Accept-Language", "es"),
    ("Accept-Language", "\xff\xfe;q=x, ;;;, *;q=nan"),
    ("Range", "bytes=0-"),
    ("Range", "bytes=9000-99999"),
    ("Range", "bytes=-5000"),
    ("If-Range", "*"),
    ("If-None-Match", "*"),
    ("If-Match", "*"),
    ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
    ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Cache-Control", "no-cache, only-if-cached"),
    ("Pragma", "no-cache"),
    ("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("User-Agent", ""),
    ("Referer", "https://www.google.com/"),
    ("Referer", "https://t.co/x"),
    ("Purpose", "prefetch"),
    ("Sec-Purpose", "prefetch;prerender"),
    ("Authorization", "Basic YWRtaW46YWRtaW4="),
    ("Authorization", "Bearer x"),
    ("Upgrade", "websocket"),
    ("Upgrade", "h2c"),
    ("Expect", "100-continue"),
    ("Transfer-Encoding", "chunked"),
    ("Content-Length", "10"),
    ("Host", "elsewhere.example"),
    ("Via", "1.1 varnish"),
    ("Surrogate-Capability", 'x="ESI/1.0"'),
    ("Broadsheet-Access", "granted; reason=free"),
]
HOSTS = [
    None,
    "localhost",
    "127.0.0.1",
    "[::1]",
    "localhost:1",
    "elsewhere.example",
    "localhost@elsewhere.example",
    "a b",
    "xn--\xff",
    ".localhost",
]


def forms(path: str) -> list[str]:
    """An address in all the ways that somebody might hope to be another one."""
    bare = path.strip("/")
    edition, section, slug = bare.split("/")
    return [
        path[:-1],
        path.replace(slug, f"%{ord(slug[0]):02x}{slug[1:]}"),
        path.replace(slug, f"%25{ord(slug[0]):02x}{slug[1:]}"),
        path.replace(slug, quote(slug[0]) + "%25%32%65" + slug[1:]),
        f"/{edition}/{section}%2f{slug}/",
        f"/{edition}/{section}%2F{slug}%2F",
        f"/{edition}/{section}%252f{slug}/",
        f"/{edition}/{section}%5c{slug}/",
        path.upper(),
        path.title(),
        f"/{edition.upper()}/{section}/{slug}/",
        f"{path[:-1]}./",
        f"{path}.",
        f"{path}..",
        f"{path}../{slug}/",
        f"/{path}",
        f"//{path}",
        f"{path}/",
        path.replace("/", "//"),
        f"/.{path}",
        f"/x/..{path}",
        f"/{edition}/../{bare}/",
        f"/{edition}/./{section}/{slug}/",
        f"/%2e%2e{path}",
        f"/{edition}/{section}/%2e/{slug}/",
        f"{path}%00",
        f"{path[:-1]}%00/",
        f"/%00{path}",
        f"{path[:-1]}%ff/",
        f"{path[:-1]}%c0%ae/",
        f"{path[:-1]}%0d%0a/",
        f"{path[:-1]}%20/",
        f"{path[:-1]};v=1/",
        f"{path};full=1",
        f"{path[:-1]}.html",
        f"{path[:-1]}.json",
        f"{path}amp/",
        f"{path}print/",
        f"{path}feed/",
        f"{path}full/",
        f"{path}1/",
        f"/paper{path}",
        f"/home{path}",
        f"/en{path}",
        f"/admin{path}",
        f"/static{path}",
        f"/media{path}",
        f"/-{path}",
        f"/-/seat{path}",
        f"{path}#text",
        f"http://localhost{path}",
        f"https://elsewhere.example{path}",
        f"http://elsewhere.example:80{path}?x",
        path.replace("-", "_"),
        path.replace("i", "\N{LATIN SMALL LETTER DOTLESS I}"),
        path.replace("a", "\N{FULLWIDTH LATIN SMALL LETTER A}"),
        f"{path}?{'x' * 9000}",
    ]


def safe(answer: Answer, marks: Marks) -> bool:
    """No hidden word is in it, no 304 says that one may be kept, and nothing broke."""
    assert not marks.leak(answer.all_of_it), answer.heads
    assert answer.status != 304
    assert answer.status < 500, answer.text
    assert not answer.whole
    return True


def test_the_search_for_leaks_finds_every_storys_text_where_it_may_be_read(
    ana: Browser, nora: Browser, marks: Marks
) -> None:
    """Else every other test here would pass on a search that finds nothing."""
    assert len(marks.all) > 5000
    for path, level in marks.levels.items():
        reader = nora if level is Level.REGISTERED else ana
        page = reader.get(path)
        assert page.whole, (path, page.access)
        assert not marks.missing(path, page.content), path
        assert bool(marks.leak(page.content)) == (level is not Level.FREE)


def test_a_visitor_gets_the_preview_of_every_closed_story(server: Server, marks: Marks) -> None:
    for path in marks.paths(Level.REGISTERED):
        answer = server.ask(path)
        assert safe(answer, marks)
        assert answer.access == "preview; reason=registration-required"
    for path in marks.paths(Level.SUBSCRIBERS):
        answer = server.ask(f"{path}?metered")
        assert safe(answer, marks)
        assert answer.access == "preview; reason=subscription-required"


def test_a_free_story_is_whole_for_everybody(server: Server, marks: Marks) -> None:
    for path in marks.paths(Level.FREE):
        answer = server.ask(path)
        assert answer.whole
        assert answer.access == "granted; reason=free"
        assert not marks.leak(answer.content)


@pytest.mark.parametrize("method", METHODS.split())
def test_no_method_gets_the_text(server: Server, closed: str, marks: Marks, method: str) -> None:
    answer = server.ask(closed, method=method)
    assert safe(answer, marks)
    assert answer.status in (200, 403, 405)
    if method == "HEAD":
        assert answer.body == b""
        assert answer.access == "preview; reason=subscription-required"


def test_no_form_of_the_address_gets_the_text(server: Server, closed: str, marks: Marks) -> None:
    for target in forms(closed):
        answer = server.ask(target)
        assert safe(answer, marks), target
        assert answer.status in (200, 301, 302, 400, 404), target


def test_no_form_of_the_address_gets_a_subscribers_text_to_another_reader(
    nora: Browser, closed: str, marks: Marks
) -> None:
    for target in forms(closed):
        assert safe(nora.copy().ask(target), marks), target


def test_bytes_that_are_no_address_are_refused(server: Server, closed: str, marks: Marks) -> None:
    for target in (closed.encode() + b"\xff\xfe", closed.encode()[1:], b"", b"/us/wor ld/x/"):
        answer = server.ask(target)
        assert safe(answer, marks)
        assert answer.status in (400, 404)


def test_no_query_gets_the_text(server: Server, closed: str, marks: Marks) -> None:
    for query in [*QUERIES.split(), "&".join(QUERIES.split())]:
        answer = server.ask(f"{closed}?{query}")
        assert safe(answer, marks), query
        assert answer.access.startswith("preview; "), query


def test_no_header_gets_the_text(server: Server, closed: str, marks: Marks) -> None:
    for name, value in HEADS:
        answer = server.ask(closed, heads=[(name, value.format(path=closed))])
        assert safe(answer, marks), name
        assert answer.access.startswith("preview; "), (name, value, answer.status)


def test_no_header_turns_another_page_into_the_story(
    server: Server, closed: str, marks: Marks
) -> None:
    for name, value in HEADS:
        if name not in ("Host", "Content-Length", "Transfer-Encoding"):
            answer = server.ask("/us/", heads=[(name, value.format(path=closed))])
            assert safe(answer, marks), name


@pytest.mark.parametrize("host", HOSTS)
def test_no_host_gets_the_text(server: Server, closed: str, marks: Marks, host: str | None) -> None:
    answer = server.ask(closed, host=host)
    assert safe(answer, marks)
    assert "elsewhere" not in answer.text
    front = server.ask("/us/", host=host)
    assert front.status in (200, 400)
    assert safe(front, marks)


def test_older_and_stranger_versions_of_http_get_no_text(
    server: Server, closed: str, marks: Marks
) -> None:
    path = closed.encode()
    for data in (
        b"GET " + path + b" HTTP/1.0\r\n\r\n",
        b"GET " + path + b"\r\n\r\n",
        b"GET " + path + b" HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET " + path + b" HTTP/1.1\nHost: localhost\nConnection: close\n\n",
    ):
        assert safe(server.send(data), marks)


def test_a_second_request_in_one_connection_is_decided_anew(
    ana: Browser, server: Server, closed: str, marks: Marks
) -> None:
    """What a subscriber was sent does not open the door for who comes next on the same line."""
    cookies = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    host = f"Host: {server.authority}\r\n"
    first = f"GET {closed} HTTP/1.1\r\n{host}Cookie: {cookies}\r\n\r\n"
    second = f"GET {closed} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
    with server.line() as line:
        line.sendall((first + second).encode())
        held = b""
        while piece := line.recv(65536):
            held += piece
    one, _, two = held.partition(b"broadsheet-access: preview")
    assert marks.leak(one)
    assert two
    assert not marks.leak(two)
