"""An HTTP/1.1 client that sends exactly the bytes it is given, honest or not."""

import gzip
import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import brotli

PATIENCE = 20.0
"""Seconds to wait for the server before a test fails."""
BODILESS = (204, 304)

type Fields = Mapping[str, str]
type Heads = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back. `raw` is everything as it was on the wire."""

    status: int
    heads: tuple[tuple[str, str], ...]
    body: bytes
    raw: bytes

    def get(self, name: str) -> str:
        """The header's values, joined; empty when it was not sent."""
        return ", ".join(self.all(name))

    def all(self, name: str) -> list[str]:
        """The header's values one by one."""
        return [value for head, value in self.heads if head == name.lower()]

    @property
    def content(self) -> bytes:
        """The body as it was before it was compressed."""
        match self.get("content-encoding") if self.body else "":
            case "br":
                return brotli.decompress(self.body)
            case "gzip":
                return gzip.decompress(self.body)
        return self.body

    @property
    def all_of_it(self) -> bytes:
        """Everything that was sent, readable: the headers and the content."""
        return self.raw.partition(b"\r\n\r\n")[0] + b"\n\n" + self.content

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def access(self) -> str:
        """What the paper says it decided: `preview; reason=in-use`."""
        return self.get("broadsheet-access")

    @property
    def whole(self) -> bool:
        """Whether the page holds the whole story."""
        return 'data-access="full"' in self.text

    @property
    def set_cookies(self) -> dict[str, str]:
        """Names and values of the cookies that were set; an ended one has no value."""
        jar: SimpleCookie = SimpleCookie()
        for line in self.all("set-cookie"):
            jar.load(line)
        return {name: morsel.value for name, morsel in jar.items()}


@dataclass(frozen=True)
class Server:
    """Where the paper answers."""

    host: str
    port: int

    @classmethod
    def at(cls, url: str) -> "Server":
        parts = urlsplit(url)
        return cls(parts.hostname or "localhost", parts.port or 80)

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def line(self) -> Iterator[socket.socket]:
        """An open connection."""
        with socket.create_connection((self.host, self.port), PATIENCE) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield line

    def send(self, data: bytes, *, bodiless: bool = False) -> Answer:
        """The answer to these very bytes."""
        with self.line() as line:
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(data)  # it may be refused before all was sent, and answered
            return receive(line, bodiless=bodiless)

    def ask(
        self,
        target: str | bytes,
        *,
        method: str = "GET",
        heads: Heads = (),
        body: bytes = b"",
        host: str | None = "",
    ) -> Answer:
        """The answer to a request; `host` None sends no Host header at all."""
        data = request(method, target, self.authority if host == "" else host, heads, body)
        return self.send(data, bodiless=method == "HEAD")


def request(
    method: str, target: str | bytes, host: str | None, heads: Heads = (), body: bytes = b""
) -> bytes:
    """A request as bytes; the target goes out as it is given."""
    path = target if isinstance(target, bytes) else target.encode("utf-8")
    lines = [method.encode("latin-1") + b" " + path + b" HTTP/1.1"]
    if host is not None:
        lines.append(b"Host: " + host.encode("latin-1"))
    lines.append(b"Connection: close")
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(b"Content-Length: " + str(len(body)).encode())
    lines += [f"{name}: {value}".encode("latin-1") for name, value in heads]
    return b"\r\n".join([*lines, b"", body])


def receive(line: socket.socket, *, bodiless: bool = False) -> Answer:
    """Read one answer to its end. Raises ConnectionError when there is none."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = _piece(line)
        if not piece:
            raise ConnectionError(f"no whole answer came: {raw[:200]!r}")
        raw += piece
    head, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    heads = tuple(_parted(one) for one in lines)
    body, wire = b"", raw
    if not bodiless and status not in BODILESS:
        body, tail = _body(line, dict(heads), rest)
        wire += tail
    return Answer(status, heads, body, wire)


def _parted(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _body(line: socket.socket, heads: Fields, rest: bytes) -> tuple[bytes, bytes]:
    read = b""
    chunked = heads.get("transfer-encoding", "").lower() == "chunked"
    length = int(heads["content-length"]) if "content-length" in heads else None
    while True:
        held = rest + read
        if chunked and (held.endswith(b"\r\n0\r\n\r\n") or held == b"0\r\n\r\n"):
            return _joined(held), read
        if not chunked and length is not None and len(held) >= length:
            return held[:length], read
        piece = _piece(line)
        if not piece:
            return (_joined(held) if chunked else held), read
        read += piece


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if not length:
            break
        body, chunks = body + chunks[:length], chunks[length + 2 :]
    return body


def _piece(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except ConnectionResetError:
        return b""


@dataclass
class Browser:
    """A client that keeps cookies, as a reader's browser does."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        target: str | bytes,
        *,
        method: str = "GET",
        heads: Heads = (),
        body: bytes = b"",
        host: str | None = "",
    ) -> Answer:
        """One request with the cookies kept, without following where it leads."""
        sent = [*self.heads.items(), *heads]
        if self.cookies:
            sent.append(("Cookie", "; ".join(f"{n}={v}" for n, v in self.cookies.items())))
        answer = self.server.ask(target, method=method, heads=sent, body=body, host=host)
        for name, value in answer.set_cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def get(self, target: str | bytes, **options: Any) -> Answer:
        """A page, redirects followed as far as they stay on this server."""
        answer = self.ask(target, **options)
        for _ in range(5):
            to = answer.get("location")
            if answer.status not in (301, 302, 303, 307) or not to.startswith("/"):
                break
            answer = self.ask(to, **options)
        return answer

    def post(self, target: str, fields: Fields | bytes, heads: Heads = ()) -> Answer:
        """A form as a page of the paper's own sends it; no redirect is followed."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        own = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", f"http://{self.server.authority}"),
            ("Sec-Fetch-Site", "same-origin"),
        ]
        given = {name.lower() for name, _ in heads}
        kept = [pair for pair in own if pair[0].lower() not in given]
        return self.ask(target, method="POST", heads=[*kept, *heads], body=body)

    def script(self, name: str, **fields: str) -> Answer:
        """What the page's script asks at the seat's desk."""
        return self.post(f"/-/seat/{name}", fields, [("Accept", "application/json")])

    def copy(self, **cookies: str) -> "Browser":
        """Another browser with the same cookies, but for these; an empty one is left out."""
        jar = {name: value for name, value in {**self.cookies, **cookies}.items() if value}
        return Browser(self.server, jar, dict(self.heads))
