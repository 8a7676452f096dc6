"""What is watched of a paper that is being served, as its operator wants it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from broadsheet.gate import Gate, Parts
from broadsheet.gate.access_log import AccessLog
from broadsheet.gate.request import App
from broadsheet.settings.django import PAPER
from broadsheet.telemetry.catalogue import Sample
from broadsheet.telemetry.exposition import Metrics
from broadsheet.telemetry.host import FOLDER_VARIABLE
from broadsheet.telemetry.paper import of_database, of_pool
from broadsheet.telemetry.process import of_gate, of_publications
from broadsheet.telemetry.wanted import traces_wanted
from broadsheet.web.issue import issue_number

if TYPE_CHECKING:
    from broadsheet.telemetry.tracing import Traces


def traced(parts: Parts) -> Parts:
    """The same parts, with a span for each call that may be slow, where traces are wanted."""
    traces = _traces()
    if traces is None:
        return parts
    return replace(
        parts,
        press=traces.of_calls(parts.press, "press", "find", "print_page"),
        office=traces.of_calls(parts.office, "office", "admit"),
        store=traces.of_calls(
            parts.store, "seats", "open", "take_over", "beat", "release", "vouches"
        ),
        meters=traces.of_calls(parts.meters, "meters", "spend"),
    )


def watched(gate: Gate) -> App:
    """The gate, with a span and a line of the log for each request, where these are wanted."""
    application: App = gate
    traces = _traces()
    if traces is not None:
        application = traces.of_requests(application)
    return AccessLog(application) if PAPER.access_log else application


@contextmanager
def watching(gate: Gate) -> Iterator[None]:
    """Metrics while the paper is served, where they are wanted. Afterwards the last traces go."""
    try:
        with _metrics(gate):
            yield
    finally:
        traces = _traces()
        if traces is not None:
            traces.close()


@contextmanager
def _metrics(gate: Gate) -> Iterator[None]:
    if not PAPER.metrics_listen:
        yield
        return

    def process() -> Iterator[Sample]:
        yield from of_gate(gate)
        yield from of_pool()
        yield from of_publications(issue_number())

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


@cache
def _traces() -> "Traces | None":
    if not traces_wanted():
        return None
    # The extra may not be installed where nobody wants traces.
    from broadsheet.telemetry.tracing import Traces  # noqa: PLC0415

    return Traces(tuple(PAPER.trusted_proxies))
