"""What a page weighs, when it is there, and whether it moves: measured in Chromium, with budgets.

The demonstration paper is built and served as the tests do it; every opening is a new browser with
nothing in it, 390 pixels wide, behind a line as slow as Lighthouse's slow 4G (1.6 Mbit/s down,
750 kbit/s up, 150 ms added to every request). The processor is slowed only as `--cpu` says, because
this and the server share it. Bytes are those on the wire, headers with them; pictures are apart.
Ends with 1 when a page is over a budget.
"""

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.journeys.newcomers import Account, Newcomers
from tests.journeys.scenes import PHONE, stage, subscribers_stories
from tests.journeys.served import opened
from tests.live import LivePaper

SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
KILO = 1000
FIRST_VIEW, SCRIPTS, SHIFT, PAINT = 150 * KILO, 15 * KILO, 0.02, 1.5
"""Bytes, bytes, layout shift, seconds: what a story may cost at the most."""
COUNTED = ("Document", "Stylesheet", "Font", "Script")
WATCH = """() => {
  window.shift = 0;
  window.paint = 0;
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      window.shift += entry.value;
      for (const source of entry.sources) window.moved.push(source.node?.className || "");
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    window.paint = list.getEntries().at(-1).startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
}"""
SETTLED = "() => document.fonts.ready.then(() => true)"
READ_ON = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 400) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 60));
  }
}"""


@dataclass(frozen=True)
class Opening:
    """One opening of a page: bytes by kind, layout shift, seconds to the largest paint."""

    bytes: Counter[str]
    shift: float
    paint: float
    moved: tuple[str, ...]

    @property
    def first_view(self) -> int:
        """Bytes of the page, its style, its fonts and its scripts."""
        return sum(self.bytes[kind] for kind in COUNTED)


def opens(context: BrowserContext, address: str, cpu: float) -> Opening:
    """Open a page in a browser that has nothing of it, and read on to its end."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    weighed: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    wire.on("Network.responseReceived", lambda it: kinds.update({it["requestId"]: it["type"]}))
    wire.on("Network.loadingFinished", lambda it: _weigh(weighed, kinds, it))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    page.add_init_script(f"({WATCH})()")
    page.goto(address, wait_until="load")
    page.evaluate(SETTLED)
    page.wait_for_timeout(1000)
    first = Counter(weighed)
    paint = _number(page, "window.paint") / 1000
    page.evaluate(READ_ON)
    page.wait_for_timeout(1000)
    moved = tuple(page.evaluate("window.moved"))
    return Opening(first, _number(page, "window.shift"), paint, moved)


def _weigh(weighed: Counter[str], kinds: dict[str, str], it: dict[str, Any]) -> None:
    weighed[kinds.get(it["requestId"], "Other")] += int(it["encodedDataLength"])


def _number(page: Page, expression: str) -> float:
    return float(page.evaluate(expression))


def measured(
    new_context: Callable[[], BrowserContext], address: str, times: int, cpu: float
) -> list[Opening]:
    """A page opened so many times, each time by a new browser."""
    found = []
    for _ in range(times):
        context = new_context()
        found.append(opens(context, address, cpu))
        context.close()
    return found


def row(name: str, found: list[Opening], *, budgeted: bool) -> tuple[str, list[str]]:
    """A line of the table, and what is over its budget."""
    heaviest = max(found, key=lambda one: one.first_view)
    paint = statistics.median(one.paint for one in found)
    shift = max(one.shift for one in found)
    moved = {part for one in found for part in one.moved}
    parts = [heaviest.bytes[kind] / KILO for kind in COUNTED]
    line = (
        f"| {name} | {heaviest.first_view / KILO:.1f} | "
        + " | ".join(f"{part:.1f}" for part in parts)
        + f" | {heaviest.bytes['Image'] / KILO:.0f} | {shift:.3f} | {paint:.2f} |"
    )
    over = []
    if budgeted and heaviest.first_view > FIRST_VIEW:
        over.append(f"{name}: first view over {FIRST_VIEW / KILO:.0f} kB")
    if heaviest.bytes["Script"] > SCRIPTS:
        over.append(f"{name}: scripts over {SCRIPTS / KILO:.0f} kB")
    if shift > SHIFT:
        over.append(f"{name}: moves by {shift:.3f}: {', '.join(sorted(moved))}")
    if budgeted and paint > PAINT:
        over.append(f"{name}: largest paint after {PAINT} s")
    return line, over


def pages(paper: LivePaper) -> dict[str, tuple[str, bool, bool]]:
    """What is measured: address, whether signed in, whether the budgets of a story hold for it."""
    return {
        "free story": (paper.article("free"), False, True),
        "preview of a subscribers’ story": (paper.article("subscribers"), False, True),
        "the same story, a subscriber": (paper.article("subscribers"), True, True),
        "front page": (f"{paper.url}/us/", False, False),
        "section": (f"{paper.url}/us/world/", False, False),
    }


def signed_in(browser: Browser, paper: LivePaper) -> Any:
    """The cookies of a subscriber who has just come in."""
    account: Account = Newcomers(paper.folder).subscribe("basic")[0]
    scene = stage(browser, paper, subscribers_stories(browser, paper), account)
    scene.signs_in()
    kept = scene.laptop.context.storage_state()
    scene.laptop.context.close()
    return kept


def main() -> int:
    """Print the table; 1 when a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a demonstration paper's folder, kept for later")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--cpu", type=float, default=1, help="how many times slower the processor")
    told = parser.parse_args()
    exceeded = []
    with opened(told.data) as (paper, browser):
        state = signed_in(browser, paper)
        print(
            "| page | first view kB | page | style | fonts | scripts | pictures | shift | paint s |"
        )
        print("| --- |" + " ---: |" * 8)
        for name, (address, inside, budgeted) in pages(paper).items():

            def new_context(inside: bool = inside) -> BrowserContext:
                return browser.new_context(
                    viewport=PHONE,
                    device_scale_factor=2,
                    is_mobile=True,
                    has_touch=True,
                    locale="en-US",
                    service_workers="block",
                    storage_state=state if inside else None,
                )

            line, over = row(
                name, measured(new_context, address, told.times, told.cpu), budgeted=budgeted
            )
            print(line, flush=True)
            exceeded += over
    print(*exceeded, sep="\n")
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
