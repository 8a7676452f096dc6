"""Hosts with networks of their own on one machine: namespaces, joined by a bridge.

Only root can make them; elsewhere processes are on one host, and none can be cut off.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Network:
    """Hosts by the paths of their namespaces (empty: this very host), and where servers are."""

    address: str = HERE
    hosts: tuple[str, ...] = ("", "", "")
    links: tuple[str, ...] = ()

    @property
    def real(self) -> bool:
        return bool(self.links)

    def cut(self, host: int) -> None:
        """Nothing goes to that host or comes from it."""
        _ip("link", "set", self.links[host], "down")

    def mend(self, host: int) -> None:
        _ip("link", "set", self.links[host], "up")


@contextlib.contextmanager
def network(hosts: int = 3) -> Iterator[Network]:
    """A network that is gone afterwards, as real as it can be here."""
    number = os.getpid() % 250 + 1
    name, subnet = f"bs{os.getpid()}", f"10.213.{number}"
    try:
        made = _make(name, subnet, hosts) if _possible(name) else Network()
        yield made
    finally:
        for host in range(hosts):
            _ip("netns", "del", f"{name}h{host}", check=False)
        _ip("link", "del", name, check=False)


def _make(name: str, subnet: str, hosts: int) -> Network:
    links = tuple(f"{name}v{host}" for host in range(hosts))
    for host, link in enumerate(links):
        inside = f"{name}h{host}"
        _ip("netns", "add", inside)
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", inside)
        _ip("link", "set", link, "master", name)
        _ip("link", "set", link, "up")
        _ip("-n", inside, "addr", "add", f"{subnet}.{host + 10}/24", "dev", "eth0")
        _ip("-n", inside, "link", "set", "eth0", "up")
    _ip("addr", "add", f"{subnet}.1/24", "dev", name)
    _ip("link", "set", name, "up")
    return Network(f"{subnet}.1", tuple(f"/var/run/netns/{name}h{n}" for n in range(hosts)), links)


def _possible(name: str) -> bool:
    if os.geteuid() or shutil.which("ip") is None:
        return False
    return _ip("link", "add", name, "type", "bridge", check=False)


def _ip(*words: str, check: bool = True) -> bool:
    if shutil.which("ip") is None:
        return False
    done = subprocess.run(["ip", *words], check=check, capture_output=True)
    return done.returncode == 0
