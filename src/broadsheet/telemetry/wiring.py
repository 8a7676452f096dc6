"""The metrics of a paper that is being served, where its operator wants them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from broadsheet.gate import Gate
from broadsheet.settings.django import PAPER
from broadsheet.telemetry.catalogue import Sample
from broadsheet.telemetry.exposition import Metrics
from broadsheet.telemetry.host import FOLDER_VARIABLE
from broadsheet.telemetry.paper import of_database, of_pool
from broadsheet.telemetry.process import of_gate


@contextmanager
def metrics_of(gate: Gate) -> Iterator[None]:
    """Metrics while the paper is served; none when `metrics_listen` is empty."""
    if not PAPER.metrics_listen:
        yield
        return

    def process() -> Iterator[Sample]:
        yield from of_gate(gate)
        yield from of_pool()

    with _folder() as folder:
        metrics = Metrics(PAPER.metrics_listen, folder, process, of_database)
        metrics.start()
        yield
        metrics.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    given = os.environ.get(FOLDER_VARIABLE)
    if given:
        yield Path(given)
        return
    with TemporaryDirectory(prefix="broadsheet-metrics-") as own:
        yield Path(own)
