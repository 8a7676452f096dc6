"""Hosts are restarted one after the other, and no reader notices."""

import json
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import pytest

from tests.hosts.conftest import Shared
from tests.hosts.host import Host, until
from tests.leaks.client import Browser, Server
from tests.leaks.desk import Desk

DRAIN = "60"
"""Seconds; the test says when the balancer has heard, by telling the host once more to end."""
LOOK = 0.2
"""Seconds between two questions of the balancer whether a host is ready."""


@dataclass
class Balancer:
    """Sends requests to the hosts that say they are ready, in turn. It tries none twice."""

    hosts: list[Host]
    ready: list[Host] = field(default_factory=list)
    served: dict[int, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    under_way: Counter[int] = field(default_factory=Counter)
    _turn: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, paths: list[str], clients: int) -> None:
        """Readers come from now on, one after the other from each of so many."""
        self._look()
        watching = [threading.Thread(target=self._watch)]
        reading = [threading.Thread(target=self._read, args=[paths]) for _ in range(clients)]
        self._threads = watching + reading
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def ask(self, path: str, method: str = "GET", body: str = "", **heads: str) -> str:
        """The body; whatever goes wrong is noted."""
        with self._lock:
            self._turn += 1
            host = self.ready[self._turn % len(self.ready)]
            self.under_way[host.port] += 1
        try:
            status, _, page = host.ask(path, method, body, **heads)
        except (OSError, HTTPException) as error:
            self.failed.append(f"{host.port} {method} {path}: {error!r}")
            return ""
        finally:
            with self._lock:
                self.under_way[host.port] -= 1
        if status >= 500:
            self.failed.append(f"{host.port} {method} {path}: {status}")
        self.served[host.port] = self.served.get(host.port, 0) + 1
        return page

    def sends_nobody_to(self, host: Host) -> bool:
        with self._lock:
            return host not in self.ready and not self.under_way[host.port]

    def _read(self, paths: list[str]) -> None:
        while not self._over.is_set():
            for path in paths:
                self.ask(path)

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            self._look()

    def _look(self) -> None:
        ready = [host for host in self.hosts if host.ready()]
        with self._lock:
            self.ready = ready or self.ready


def test_each_is_restarted_in_turn_under_load_and_no_request_fails(
    shared: Shared, desk: Desk
) -> None:
    """Ana reads all the while on one device: the lease is hers throughout."""
    desk("remove", "ana@restarts.example")
    desk("reader", "ana@restarts.example", shared.somebody, "basic")
    here, there = (desk("sign_in", "ana@restarts.example", name) for name in ("Here", "There"))
    story = str(desk("story", "the-rope-walk", "us/world", "subscribers"))
    hosts = [shared.host(name, "--drain", DRAIN) for name in ("left", "right")]
    for host in hosts:
        host.env["BROADSHEET_LEASE_SECONDS"] = "900"  # she need not hurry on a slow machine
        host.start()
    balancer = Balancer(hosts)
    try:
        ana = Browser(Server("127.0.0.1", hosts[0].port), here)
        assert ana.ask(story).access == "granted; reason=lease"
        epoch = int(ana.cookies["bs_lease"])
        balancer.start(["/us/", story, "/us/world/"], clients=3)
        for host in hosts * 2:
            assert _beat(balancer, here, epoch)["epoch"] == epoch
            host.tell(signal.SIGTERM)
            until(lambda host=host: balancer.sends_nobody_to(host), lambda: balancer.failed)
            host.stop()
            assert _beat(balancer, here, epoch)["epoch"] == epoch, balancer.failed
            other = hosts[1 - hosts.index(host)]
            refused = other.ask(story, cookie=_jar(there))
            assert refused[1]["broadsheet-access"] == "preview; reason=in-use"
            host.start()
            until(lambda host=host: host in balancer.ready)
        served = dict(balancer.served)
    finally:
        balancer.stop()
        for host in hosts:
            host.stop()
        desk("remove", "ana@restarts.example")
        desk("delete", "the-rope-walk")
    assert balancer.failed == []
    assert set(served) == {host.port for host in hosts}
    assert min(served.values()) > 5


def _beat(balancer: Balancer, jar: dict[str, str], epoch: int) -> dict[str, int]:
    page = balancer.ask(
        "/-/seat/beat",
        "POST",
        f"epoch={epoch}",
        cookie=_jar(jar),
        content_type="application/x-www-form-urlencoded",
        accept="application/json",
        sec_fetch_site="same-origin",
    )
    told: dict[str, int] = json.loads(page)
    return told


def _jar(jar: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in jar.items())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_host_that_is_told_to_end_says_so_serves_on_and_then_ends(
    shared: Shared, workers: str
) -> None:
    host = shared.host(f"ending-{workers}", "--drain", "6", "--workers", workers).start()
    host.tell(signal.SIGTERM)
    told = time.monotonic()
    until(lambda: not host.ready(), lambda: host.log)
    while time.monotonic() - told < 3.0:
        status, heads, _ = host.ask("/us/")
        assert status == 200, "whoever still comes is served"
        assert heads["connection"] == "close", "and asked to come by another connection"
        assert json.loads(host.ask("/-/ready")[2])["mode"] == "stopping"
    assert host.process is not None
    assert host.process.wait(20) == 0
    assert time.monotonic() - told > 6.0


def test_a_request_under_way_is_finished(shared: Shared) -> None:
    """It had begun before the host was told to end, and takes its time."""
    host = shared.host("finishing").start()
    link = HTTPConnection("127.0.0.1", host.port, timeout=30)
    answers: list[int] = []

    def read() -> None:
        link.request("GET", "/us/world/?page=1")
        answers.append(link.getresponse().status)

    host.tell(signal.SIGSTOP)  # so that it has the request, and nothing of it is done
    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(0.5)
    host.tell(signal.SIGTERM)
    host.tell(signal.SIGCONT)
    reading.join(30)
    host.stop()
    assert answers == [200]


def test_style_of_the_next_version_is_found_on_hosts_that_are_not_restarted_yet(
    shared: Shared, hosts: tuple[Host, Host]
) -> None:
    """`broadsheet update` has put it there; a page from a host that is newer asks for it."""
    name = "broadsheet/paper.0123456789ab.css"
    file = shared.folder / "first" / "static" / name
    file.write_text("body { color: black }")
    try:
        for host in hosts:
            status, heads, style = host.ask(f"/static/{name}")
            assert (status, style) == (200, "body { color: black }")
            assert heads["content-type"].startswith("text/css")
            assert host.ask("/static/broadsheet/none.css")[0] == 404
            assert host.ask("/static/../broadsheet.toml")[0] in (400, 404)
    finally:
        file.unlink()
