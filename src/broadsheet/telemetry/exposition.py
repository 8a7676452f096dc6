"""The metrics as Prometheus asks for them: on a port of their own.

A port of its own is the simplest safe place. On the readers' port, whoever is let in would hang
on what every proxy before it says of addresses; here nobody comes in who is not let onto that
port, and readers' requests pay nothing for the question.
"""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from broadsheet.telemetry.catalogue import METRICS, Metric, Sample, Type
from broadsheet.telemetry.host import PAUSE, Reports

logger = logging.getLogger(__name__)

type Numbers = Callable[[], Iterable[Sample]]


class Metrics:
    """Writes what this process counts, and answers Prometheus for all processes of the host."""

    def __init__(self, listen: str, folder: Path, process: Numbers, paper: Numbers) -> None:
        """`listen`: host:port. `process`: this process's numbers; `paper`: those that are the
        same whoever is asked, such as the queue's length."""
        host, _, port = listen.rpartition(":")
        self._place = (host.strip("[]"), int(port))
        self._reports = Reports(folder)
        self._lock = folder / "listening"
        self._process = process
        self._paper = paper
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to write, and to listen as soon as no other process does."""
        self._write()
        for work in (self._keep_writing, self._listen):
            threading.Thread(target=work, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Write the last numbers."""
        self._stop.set()
        self._write()

    def collect(self) -> Iterator[Family]:
        """See prometheus_client's Collector."""
        self._write()
        samples = [*self._reports.together(), *self._paper()]
        for name, metric in METRICS.items():
            yield _family(name, metric, [sample for sample in samples if sample.name == name])

    def _keep_writing(self) -> None:
        while not self._stop.wait(PAUSE):
            self._write()

    def _write(self) -> None:
        try:
            self._reports.write(self._process())
        except OSError as error:  # a full disk must not take the paper away
            logger.warning("the metrics cannot be written: %s", error)

    def _listen(self) -> None:
        # One process of the host listens. When it ends, the lock is another's.
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            registry = CollectorRegistry()
            registry.register(_Collecting(self.collect))
            host, port = self._place
            try:
                start_http_server(port, host, registry)
            except OSError as error:
                logger.error("no metrics at %s:%d (metrics_listen): %s", host, port, error)
            threading.Event().wait()  # the lock is held as long as the process lives


class _Collecting(Collector):
    def __init__(self, collect: Callable[[], Iterator[Family]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Family]:
        return self._collect()

    def describe(self) -> Iterable[Family]:
        return ()  # else registering would ask the database


def _family(name: str, metric: Metric, samples: Iterable[Sample]) -> Family:
    counted = metric.type is Type.COUNTER
    family = Family(name.removesuffix("_total") if counted else name, metric.meaning, metric.type)
    for sample in samples:
        labels = dict(zip(metric.labels, sample.labels, strict=True))
        if sample.bound == "sum":
            family.add_sample(f"{name}_sum", labels, sample.value)
        elif sample.bound:
            family.add_sample(f"{name}_bucket", {**labels, "le": sample.bound}, sample.value)
            if sample.bound == "+Inf":
                family.add_sample(f"{name}_count", labels, sample.value)
        else:
            family.add_sample(name, labels, sample.value)
    return family
