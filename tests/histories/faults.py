"""What happens to processes, hosts and servers while seats are asked for."""

import os
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import valkey

from broadsheet.access import Device, Timings
from broadsheet.seats import SeatStore, ValkeySeatStore
from tests.histories.checker import Operation
from tests.histories.journal import Asked
from tests.histories.networks import Network
from tests.histories.seat_rule import Known, State, Ticks
from tests.histories.situations import Becomes
from tests.histories.workers import Clock, Crowd
from tests.servers.valkey import ValkeyServer

TIMINGS = Timings(beat=0.4, lease=1.2, release=0.3, takeover=5.0)
"""So short that leases run out within each fault."""
TICKS = Ticks(1000)
BUDGET = 0.25
SEATS = tuple(f"seat:{number}" for number in range(6))
READING = ("reading:1", "reading:2", "reading:3")
PASSES = 3600.0
PEACE, AFTERWARDS = 0.5, 1.0
"""Seconds before a fault, and after it."""
LONGER = TIMINGS.lease * 1.5
"""Seconds a pause lasts: longer than any lease."""
BEHIND = 1.0
"""Seconds for which a replica had not heard of its primary when it took its place."""


def open_store(place: str, clock: Clock) -> SeatStore:
    """What every process asks; the clock is the server's, whatever the process's own says."""
    return ValkeySeatStore(place, TIMINGS, BUDGET, passes=PASSES)


@dataclass
class Scene:
    """Servers, processes and hosts, and what was done to the seats themselves."""

    server: ValkeyServer
    network: Network
    crowd: Crowd
    done: list[tuple[str, Asked]] = field(default_factory=list)
    """Seats that became something else with their server, as operations of nobody."""
    kept: list[tuple[int, dict[str, Known]]] = field(default_factory=list)
    """When a replica took over, and what it knew."""
    strikes: int = 0

    @contextmanager
    def becoming(self, states: dict[str, Known]) -> Iterator[None]:
        """Within this block the seats become what is in `states` at its end."""
        begun = time.monotonic_ns()
        yield
        ended = time.monotonic_ns()
        for key in (*SEATS, *READING):
            become = Becomes(states.get(key))
            self.done.append((key, Operation(-1, begun, ended, become, None)))

    def send(self, process: int, which: signal.Signals) -> None:
        pid = self.crowd.members[process].pid
        assert pid is not None
        with suppress(ProcessLookupError):
            os.kill(pid, which)


class Fault:
    """One kind of fault: what it needs, and what it does, again and again."""

    options: tuple[str, ...] = ("--save", "")
    victims = 0
    ahead: tuple[float, ...] = (0.0,)
    harmless = False
    """Nothing is done to anybody."""
    needs_network = False
    beats_come = True
    """Whether a reader's next beat reaches the store in time, all the while."""
    loses = False
    """Whether the store may forget what it has answered."""

    def __init__(self, name: str) -> None:
        self.name = name

    def strike(self, scene: Scene) -> bool:
        """Do it once, and put right what can be; whether anything was done."""
        return False


class Peace(Fault):
    """Nothing fails."""

    harmless = True


class ClocksApart(Fault):
    """Each host's clock says something else."""

    harmless = True
    ahead = (-300.0, 0.0, 300.0)


class ProcessKilled(Fault):
    victims = 2

    def strike(self, scene: Scene) -> bool:
        if scene.strikes == self.victims:
            return False
        scene.send(scene.strikes, signal.SIGKILL)
        return True


class ProcessPaused(Fault):
    """A process stands still for longer than its devices' leases, and goes on."""

    beats_come = False

    def strike(self, scene: Scene) -> bool:
        process = scene.strikes % len(scene.crowd.members)
        scene.send(process, signal.SIGSTOP)
        time.sleep(LONGER)
        scene.send(process, signal.SIGCONT)
        return True


class ServerPaused(Fault):
    """The server stands still: calls that were given up may be carried out when it goes on."""

    beats_come = False

    def strike(self, scene: Scene) -> bool:
        scene.server.pause()
        time.sleep(LONGER)
        scene.server.go_on()
        return True


class ServerKilled(Fault):
    """Killed and started again, with every write on its disk."""

    beats_come = False
    options = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")

    def strike(self, scene: Scene) -> bool:
        scene.server.kill()
        time.sleep(0.3)
        scene.server.start()
        return True


class ServerEmptied(Fault):
    """Killed and started again, with nothing in it."""

    beats_come = False

    def strike(self, scene: Scene) -> bool:
        with scene.becoming({}):
            scene.server.kill()
            scene.server.start()
        return True


class HostCutOff(Fault):
    beats_come = False
    needs_network = True

    def strike(self, scene: Scene) -> bool:
        host = scene.strikes % len(scene.network.hosts)
        scene.network.cut(host)
        time.sleep(LONGER)
        scene.network.mend(host)
        return True


class FailedOver(Fault):
    """The primary is killed, and a replica takes its place, which may be behind it."""

    options = ("--save", "", "--repl-diskless-sync-delay", "0")
    beats_come = False
    loses = True

    def __init__(self, name: str, behind: float) -> None:
        super().__init__(name)
        self._behind = behind

    def strike(self, scene: Scene) -> bool:
        primary = scene.server
        replica = ValkeyServer(
            *("--save", "", "--protected-mode", "no", "--repl-diskless-sync-delay", "0"),
            *("--replicaof", f"{primary.host} {primary.port}"),
            host=primary.host,
        )
        replica.start()
        _until_in_step(replica)
        time.sleep(0.2)
        with replica.client() as client:
            states: dict[str, Known] = {}
            if self._behind:
                client.replicaof("NO", "ONE")  # it hears no more, and serves nobody yet
                time.sleep(self._behind)
            with scene.becoming(states):
                killed = time.monotonic_ns()
                primary.kill()
                client.replicaof("NO", "ONE")
                states |= {key: _kept(client, key) for key in (*SEATS, *READING)}
                client.config_set("port", primary.port)
        primary.remove()
        replica.port = primary.port
        scene.server = replica
        scene.kept.append((killed, states))
        return True


def _until_in_step(replica: ValkeyServer) -> None:
    deadline = time.monotonic() + 20
    with replica.client() as client:
        while client.info("replication")["master_link_status"] != "up":
            assert time.monotonic() < deadline, "no replication"
            time.sleep(0.02)


def _kept(client: valkey.Valkey, key: str) -> Known:
    kept = client.get(f"{{{key}}}")
    if kept is None:
        return None
    epoch, since, expires, number, length = struct.unpack_from(">ddddB", kept)
    device, label = kept[33 : 33 + length].decode(), kept[33 + length :].decode()
    holder = Device(device, label) if device else None
    return State(holder, int(epoch), int(since), int(expires), int(number))


FAULTS = (
    Peace("nothing"),
    ClocksApart("hosts' clocks five minutes apart"),
    ProcessKilled("a process is killed"),
    ProcessPaused("a process is paused past its leases"),
    ServerPaused("Valkey is paused past all leases"),
    ServerKilled("Valkey is killed, its log kept"),
    ServerEmptied("Valkey is killed, nothing kept"),
    HostCutOff("a host is cut off"),
    FailedOver("failover to a replica in step", 0.0),
    FailedOver("failover to a replica a second behind", BEHIND),
)
