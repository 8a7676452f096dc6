"""The numbers of all processes of one host: each writes its own into a file, any can add them up.

The multiprocess mode of prometheus_client would put every single count into a file mapped into
memory; here the gate counts in plain numbers, and they are written once a second.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from broadsheet.telemetry.catalogue import METRICS, Sample, Type

FOLDER_VARIABLE = "METRICS_FOLDER_OF_BROADSHEET"
"""Where `serve` tells its processes which folder is theirs."""
PAUSE = 1.0
"""Seconds between two writings."""
GONE = 10.0
"""Seconds after which a process that writes no more is held for dead: what it counted stays."""


class Reports:
    """A folder with a file for each process that `broadsheet serve` has started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, samples: Iterable[Sample]) -> None:
        """Put this process's numbers in place of those it wrote before."""
        mine = self._folder / f"{os.getpid()}.json"
        draft = mine.with_suffix(".new")
        draft.write_text(json.dumps({"at": time.time(), "samples": list(samples)}))
        draft.replace(mine)

    def together(self) -> Iterator[Sample]:
        """The numbers of all, added up."""
        sums: defaultdict[tuple[str, tuple[str, ...], str], float] = defaultdict(float)
        for sample in self._all():
            sums[sample.name, sample.labels, sample.bound] += sample.value
        for (name, labels, bound), value in sums.items():
            yield Sample(name, labels, value, bound)

    def _all(self) -> Iterator[Sample]:
        for file in sorted(self._folder.glob("*.json")):
            report = json.loads(file.read_text())
            alive = time.time() - report["at"] < GONE
            for sample in map(_read, report["samples"]):
                if alive or METRICS[sample.name].type is not Type.GAUGE:
                    yield sample


def _read(written: Sequence[object]) -> Sample:
    name, labels, value, bound = written
    assert isinstance(labels, list)
    return Sample(str(name), tuple(labels), float(str(value)), str(bound))
