"""A demonstration paper to measure: built by its own command, served, and visited."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

HOST = "127.0.0.1"
HERE = Path(__file__).resolve().parent
DEFAULT_DATA = Path(tempfile.gettempdir()) / f"broadsheet-benchmark-{os.getuid()}"
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
LINK = re.compile(r'href="((?:/[\w-]+){2,3}/)"')
STORY = 4
"""Slashes in a story's address: edition, section, story."""
START = 180.0
"""Seconds a server may take to start: on a busy machine it does."""
REDIRECTS = 3
DEVICE_FILE = "benchmark-device"


@dataclass(frozen=True, slots=True)
class Running:
    """A server process that answers."""

    pid: int
    port: int


@dataclass(slots=True)
class Answer:
    """An answer, as a visitor sees it."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Visitor:
    """A browser without a window: keeps cookies, sends what a browser would."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en-US"

    def get(self, path: str) -> Answer:
        """Open an address, and go where it sends: a visitor is first given their meter."""
        answer = self._ask("GET", path, None)
        for _ in range(REDIRECTS):
            if answer.status != http.client.SEE_OTHER:
                break
            answer = self._ask("GET", answer.headers["location"], None)
        return answer

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form and send it."""
        page = self.get("/account/login/").body.decode()
        token = TOKEN.search(page)
        if token is None:
            raise RuntimeError("the sign-in form was not found")
        form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
        answer = self._ask("POST", "/account/login/", urlencode(form))
        if answer.status != http.client.FOUND or "bs_session" not in self.cookies:
            raise RuntimeError(f"could not sign in as {email}: status {answer.status}")

    def request(self, path: str) -> str:
        """The bytes (as Latin-1) of what this browser would send to open an address."""
        heads = {"Host": f"{HOST}:{self.port}", **self._heads()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
        return f"GET {path} HTTP/1.1\r\n{lines}\r\n"

    def _heads(self) -> dict[str, str]:
        heads = {**BROWSER, "Accept-Language": f"{self.language},en;q=0.5"}
        if self.cookies:
            heads["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return heads

    def _ask(self, method: str, path: str, form: str | None) -> Answer:
        heads = self._heads()
        if form is not None:
            heads["Content-Type"] = "application/x-www-form-urlencoded"
            heads["Origin"] = f"http://{HOST}:{self.port}"
        heads["Accept-Encoding"] = "identity"
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, form, heads)
            answer = connection.getresponse()
            body = answer.read()
        for line in answer.headers.get_all("set-cookie", []):
            self._keep(line)
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


def build(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Build the demonstration paper in a folder unless it is there; what its command tells.
    `more`: settings of its own."""
    print(f"The demonstration paper in {folder}; to build it takes a minute.", file=sys.stderr)
    with demo(folder, free_port(), more) as (told, _):
        return told


@contextlib.contextmanager
def demo(
    folder: Path, port: int, more: Mapping[str, str] | None = None
) -> Iterator[tuple[dict[str, Any], Running]]:
    """`broadsheet demo`, building what is missing; what it tells, and its process."""
    command = [sys.executable, "-m", "broadsheet", "demo", "--json"]
    command += ["--data", str(folder), "--port", str(port)]
    log = folder.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment() | dict(more or {}),
        )
    assert process.stdout is not None
    with _stopping(process):
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the demonstration paper did not start:\n{log.read_text()}")
        yield json.loads(line), Running(process.pid, port)


@contextlib.contextmanager
def serve(
    command: list[str],
    folder: Path,
    port: int,
    more: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Running]:
    """A server for the paper of a folder, by a command of this Python, once it answers; `more`:
    settings of its own; `log`: where its messages go, instead of among one's own."""
    settings = {
        "BROADSHEET_CONFIG": str((folder / "broadsheet.toml").resolve()),
        "BROADSHEET_SITE_URL": f"http://{HOST}:{port}",
        "BROADSHEET_RATE_LIMITS": "false",
        **(more or {}),
    }
    with log.open("w") if log else contextlib.nullcontext() as messages:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment() | settings,
            stdout=subprocess.DEVNULL,
            stderr=messages,
        )
    with _stopping(process):
        _wait(process, port)
        yield Running(process.pid, port)


def environment() -> dict[str, str]:
    """This environment without any other paper's settings."""
    strange = ("BROADSHEET_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(strange)}


def subscriber(port: int, told: dict[str, Any], folder: Path) -> Visitor:
    """The Basic subscriber, signed in. They come back on the device of the last time: on a new
    one, the paper would ask first whether it may take over the seat."""
    device = folder / DEVICE_FILE
    visitor = Visitor(port)
    if device.exists():
        visitor.cookies["bs_device"] = device.read_text()
    reader = next(one for one in told["readers"] if one["role"] == "basic")
    visitor.sign_in(reader["email"], reader["password"])
    visitor.get(article(told, "subscribers"))
    device.write_text(visitor.cookies["bs_device"])
    return visitor


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def article(told: dict[str, Any], level: str) -> str:
    """The path of the first told article of a level."""
    found = next(one["url"] for one in told["articles"] if one["access"] == level)
    return urlsplit(str(found)).path


def stories(visitor: Visitor, told: dict[str, Any]) -> list[str]:
    """The path of every story that the front pages and their sections lead to."""
    fronts = [urlsplit(str(edition["url"])).path for edition in told["editions"]]
    found: set[str] = set()
    for front in fronts:
        links = _links(visitor, front, front)
        sections = {link for link in links if link.count("/") < STORY}
        found |= links.union(*(_links(visitor, section, front) for section in sections)) - sections
    return sorted(found)


def _links(visitor: Visitor, page: str, front: str) -> set[str]:
    links = LINK.findall(visitor.get(page).body.decode())
    return {link for link in links if link.startswith(front)}


def _wait(process: "subprocess.Popen[Any]", port: int) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, port), 1).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"a server did not start: {process.args!r}")


@contextlib.contextmanager
def _stopping(process: "subprocess.Popen[Any]") -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
