"""An operator measures what open event streams cost: here with few of them, but really open."""

from argparse import Namespace
from typing import Any

import pytest
import streams

from tests.conftest import LivePaper
from tests.journeys.newcomers import Newcomers

FEW = 200
"""More than the server it stands on lets a process hold unless it is told to."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SETTLE", 1.0)
    monkeypatch.setattr(streams, "PAGES", 25)


@pytest.fixture
def told(paper: LivePaper) -> dict[str, Any]:
    """The paper, with a reader whose seat nobody else's test contests."""
    account = Newcomers(paper.folder).subscribe("basic")[0]
    reader = {"role": "basic", "email": account.email, "password": account.password}
    return {**paper.told, "readers": [reader]}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("store", ["valkey", "sqlite"])
def test_every_stream_stays_open_and_each_displaced_device_is_told_by_another_process(
    paper: LivePaper, told: dict[str, Any], store: str
) -> None:
    options = Namespace(data=paper.folder, streams=FEW, takeovers=20, seconds=1.0)
    row = streams._with(store, told, options)
    assert row["lost"] == 0
    assert row["told"]["count"] == 20  # and none other was, or it would have raised
    assert row["told"]["highest_ms"] < streams.TOLD_WITHIN * 1000
    assert row["descriptors_per_stream"] == pytest.approx(1, abs=0.1)
    assert row["left_descriptors"] < FEW / 10
    assert row["pages_meanwhile"]["count"] == 25
