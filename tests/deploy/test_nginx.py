"""nginx as deploy/nginx.conf has it, before two papers of one folder."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.certificates import certificate
from tests.leaks.client import Browser, Server, request
from tests.leaks.conftest import csrf, login
from tests.live import PASSWORD, SHORT, LivePaper, clean_env, free_port

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CONF = Path("deploy/nginx.conf")

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists(), reason="nginx is not installed: scripts/test-tools gets it"
)


@dataclass
class Front:
    """nginx, and the papers behind it."""

    server: Server
    papers: list[subprocess.Popen[bytes]]


def configuration(folder: Path, listen: str, papers: list[int]) -> Path:
    """A whole configuration of nginx around ours, with other places and names of files."""
    ours = CONF.read_text()
    for place, port in zip(("127.0.0.1:8001", "127.0.0.1:8002"), papers, strict=True):
        assert place in ours
        ours = ours.replace(place, f"127.0.0.1:{port}")
    ours = ours.replace("listen 443 ssl http2;", f"listen {listen};")
    ours = "\n".join(line for line in ours.splitlines() if "listen [::]" not in line)
    ours = ours.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    kept = " ".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    cert, key = certificate(folder)
    ours = ours.replace("/etc/letsencrypt/live/paper.example/fullchain.pem", str(cert))
    ours = ours.replace("/etc/letsencrypt/live/paper.example/privkey.pem", str(key))
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{}}\nhttp {{ access_log off; {kept}\n{ours}\n}}\n"
    )
    return path


@pytest.fixture(scope="module")
def front(paper: LivePaper, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    listen, ports = free_port(), [free_port(), free_port()]
    settings = {
        **SHORT,
        "BROADSHEET_SITE_URL": f"http://localhost:{listen}",
        "BROADSHEET_TRUSTED_PROXIES": '["127.0.0.1/32"]',
        "BROADSHEET_RATE_LIMITS": "true",
    }
    conf = configuration(folder, f"127.0.0.1:{listen}", ports)
    with ExitStack() as running:
        papers = [running.enter_context(serving(paper.folder, port, settings)) for port in ports]
        running.enter_context(process([NGINX, "-c", str(conf), "-e", str(folder / "errors")]))
        server = Server("localhost", listen)
        wait_for(server)
        yield Front(server, papers)


@contextmanager
def serving(folder: Path, port: int, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "broadsheet", "serve", "--port", str(port)]
    env = clean_env({**settings, "BROADSHEET_CONFIG": str(folder / "broadsheet.toml")})
    with process(command, env) as one:
        wait_for(Server("127.0.0.1", port))
        yield one


@contextmanager
def process(
    command: list[str], env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    one = subprocess.Popen(command, env=env)
    try:
        yield one
    finally:
        one.terminate()
        one.wait(60)


def wait_for(server: Server) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with suppress(OSError):
            if server.ask("/account/login/").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{server} does not answer")


def test_its_configuration_is_one_that_nginx_takes(tmp_path: Path) -> None:
    conf = configuration(tmp_path, f"127.0.0.1:{free_port()} ssl http2", [1, 2])
    tried = subprocess.run(
        [NGINX, "-t", "-c", str(conf), "-e", str(tmp_path / "errors")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr


def test_an_event_stream_begins_at_once(front: Front, paper: LivePaper) -> None:
    browser = Browser(front.server)
    assert login(browser, paper.reader("basic")["email"], PASSWORD).status == 302
    story = "/" + paper.article("subscribers").split("/", 3)[3]
    assert browser.get(story).status == 200  # the reader has a pass now
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    with front.server.line() as line:
        line.settimeout(10)
        heads = [("Cookie", cookies), ("Accept", "text/event-stream")]
        line.sendall(request("GET", "/-/seat/events", front.server.authority, heads))
        seen = b""
        while b"retry: " not in seen:
            piece = line.recv(65536)
            assert piece, seen
            seen += piece
    assert seen.startswith(b"HTTP/1.1 200")


def test_whose_address_it_is_says_nginx_and_not_the_client(front: Front) -> None:
    seen = [reset(front, "127.0.0.8", n) for n in range(25)]
    assert 429 in seen, seen
    assert seen[0] == 302
    assert reset(front, "127.0.0.9", 100) == 302  # another client is another


def reset(front: Front, source: str, number: int) -> int:
    """Ask for a new password, from an address of this machine, and lie about it."""
    browser = Browser(FromElsewhere(front.server.host, front.server.port, source))
    page = browser.ask("/account/password/reset/")
    fields = {"csrfmiddlewaretoken": csrf(page), "email": f"nobody-{number}@reader.example"}
    lies = [("X-Forwarded-For", f"203.0.113.{number}")]
    return browser.post("/account/password/reset/", fields, lies).status


class FromElsewhere(Server):
    """The same server, asked from another address."""

    def __init__(self, host: str, port: int, source: str) -> None:
        super().__init__(host, port)
        object.__setattr__(self, "_source", source)

    @contextmanager
    def line(self) -> Iterator[object]:  # type: ignore[override]
        import socket

        source = (self._source, 0)  # type: ignore[attr-defined]
        with socket.create_connection(("127.0.0.1", self.port), 20, source) as line:
            yield line


def test_readers_do_not_notice_that_a_paper_is_killed(front: Front) -> None:
    seen: list[int] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.append(front.server.ask("/").status)

    reading = [threading.Thread(target=read) for _ in range(4)]
    for one in reading:
        one.start()
    while len(seen) < 20:
        time.sleep(0.05)
    front.papers[0].send_signal(signal.SIGKILL)
    front.papers[0].wait()
    enough = len(seen) + 60
    while len(seen) < enough:
        time.sleep(0.05)
    over.set()
    for one in reading:
        one.join()
    assert set(seen) <= {200, 302}, seen
