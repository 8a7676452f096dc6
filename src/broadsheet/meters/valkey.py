"""The meter store of many hosts: a Valkey server, each call one script on one key."""

from pathlib import Path

from broadsheet.access import WINDOW, Meter
from broadsheet.stores import ValkeyScript

SCRIPT = Path(__file__).with_name("meter.lua").read_text()


class ValkeyMeterStore:
    """Implements MeterStore."""

    def __init__(self, url: str, budget: float = 0.05, *, cluster: bool = False) -> None:
        """`budget` is how long a call may take, in seconds."""
        self._script = ValkeyScript(url, SCRIPT, budget, cluster=cluster)

    async def spend(self, reader: int, article: int, allowance: int, now: float) -> Meter:
        spent, counted = await self._script.ask(
            _place(reader), "spend", repr(now), WINDOW, article, allowance
        )
        return Meter(allowance, spent, bool(counted))

    def opened(self, reader: int, now: float) -> dict[int, float]:
        kept = self._script.call(_place(reader), "opened", repr(now), WINDOW)
        return {int(article): float(at) for article, at in zip(kept[::2], kept[1::2], strict=True)}

    def forget(self, reader: int) -> None:
        self._script.call(_place(reader), "forget", 0, WINDOW)


def _place(reader: int) -> str:
    return f"{{meter:{reader}}}"
