"""Photographs every kind of page of the demonstration paper, as in `make screenshots TO=FOLDER`.

Each page is taken 390 and 1280 pixels wide, in light and in dark; `index.html` in the folder shows
them side by side. The paper is built and served by its own command, as the tests do.
"""

import argparse
import html
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.journeys.newcomers import Newcomers
from tests.journeys.scenes import (
    READERS,
    TOGETHER,
    VISITORS,
    Scene,
    Setting,
    stage,
    subscribers_stories,
)
from tests.journeys.served import opened

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
HEIGHTS = {390: 844, 1280: 900}
LOOK_AT_EVERYTHING = """async () => {
  for (const image of document.images) image.loading = "eager";
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
}"""
CARRY_ON = (AssertionError, PlaywrightError)
"""What a page that cannot be shown raises: it is reported, and the others are taken."""


class Album:
    """The photographs of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, scene: Scene, name: str, setting: Setting) -> None:
        """Put a page in front of the reader and take it in each width and scheme."""
        try:
            setting(scene)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    self._photograph(scene.page, name, width, scheme)
        except CARRY_ON as error:
            print(f"{name}: {str(error).splitlines()[0]}", file=sys.stderr)
            return
        self.names.append(name)
        print(name)

    def _photograph(self, page: Page, name: str, width: int, scheme: str) -> None:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
        )
        page.evaluate(LOOK_AT_EVERYTHING)
        modal = page.locator("dialog[open]").count() > 0
        page.screenshot(path=self.folder / file_name(name, width, scheme), full_page=not modal)

    def write_index(self) -> None:
        """The contact sheet."""
        rows = [
            f"<h2>{html.escape(name)}</h2><p>"
            + "".join(
                f'<a href="{file}"><img src="{file}" alt="{width} {scheme}" loading="lazy" '
                f'height="480"></a> '
                for width in WIDTHS
                for scheme in SCHEMES
                for file in [file_name(name, width, scheme)]
            )
            for name in self.names
        ]
        page = "<!doctype html><meta charset=utf-8><title>Every page</title>" + "\n".join(rows)
        (self.folder / "index.html").write_text(page)


def file_name(name: str, width: int, scheme: str) -> str:
    """The file of a page's photograph."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return f"{'-'.join(words)}-{width}-{scheme}.png"


def letters(scene: Scene, album: Album) -> None:
    """The newest letter in the mailbox, as it stands on its page."""
    with suppress(*CARRY_ON):
        scene.goes_to("/mailbox/")
        href = scene.page.locator("main .rows a").first.get_attribute("href") or ""
        album.take(scene, "letter", lambda scene: scene.goes_to(href))
        album.take(scene, "mail", lambda scene: scene.goes_to(href.rstrip("/") + ".html"))


def main() -> int:
    """Take them all. Returns 1 when some could not be taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, help="a demonstration paper's folder, kept for later")
    parser.add_argument("--only", default="", help="pages whose names contain this")
    told = parser.parse_args()
    album = Album(told.folder)
    with opened(told.data) as (paper, browser):
        stories = subscribers_stories(browser, paper)
        newcomers = Newcomers(paper.folder)

        def scene() -> Scene:
            return stage(browser, paper, stories, newcomers.subscribe("basic")[0])

        for settings, alone in ((VISITORS, False), (READERS, False), (TOGETHER, True)):
            wanted = {name: each for name, each in settings.items() if told.only in name}
            here = scene() if wanted else None
            for name, setting in wanted.items():
                here = scene() if alone or here is None else here
                album.take(here, name, setting)
        if told.only in "letter":
            letters(scene(), album)
        everything = len(VISITORS) + len(READERS) + len(TOGETHER)
    album.write_index()
    print(f"{len(album.names)} pages: {told.folder / 'index.html'}")
    return 0 if told.only or len(album.names) >= everything else 1


if __name__ == "__main__":
    sys.exit(main())
