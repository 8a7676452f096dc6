"""A paper and a browser for what is not a test: measuring, looking."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.live import SHORT, LivePaper, serve_demo

INSTALLED = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@contextmanager
def opened(data: Path | None) -> Iterator[tuple[LivePaper, Browser]]:
    """A demonstration paper that is being served, and a browser; both end with the block.

    The paper is built in `data` and stays there, or is built in passing.
    """
    installed = filter(None, map(shutil.which, INSTALLED))
    chromium = os.environ.get("BROADSHEET_CHROMIUM") or next(installed, None)
    with (
        tempfile.TemporaryDirectory() as place,
        contextmanager(serve_demo)(data or Path(place) / "paper", SHORT) as paper,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield paper, browser
        browser.close()
