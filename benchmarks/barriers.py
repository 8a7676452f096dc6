"""axe over every kind of page, in both languages and both colour schemes.

Prints what it finds, and how many pages it looked at; ends with 1 when there is a barrier.
"""

import argparse
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError

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

LANGUAGES = {"English": "en-US", "Spanish": "es-ES"}
SCHEMES = ("light", "dark")


def looked_at(scene: Scene, name: str, setting: Setting) -> tuple[int, list[str]]:
    """How often a page was looked at, and the barriers found."""
    try:
        setting(scene)
    except (AssertionError, PlaywrightError) as error:
        return 0, [f"{name}: not shown: {str(error).splitlines()[0]}"]
    found = []
    for scheme in SCHEMES:
        scene.page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
        )
        for one in Axe().run(scene.page).response["violations"]:
            where = [node["target"] for node in one["nodes"]][:3]
            found.append(f"{name}, {scheme}: {one['id']}: {where}")
    return len(SCHEMES), found


def main() -> int:
    """Look at all pages. Returns 1 when there is a barrier, or a page could not be shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a demonstration paper's folder, kept for later")
    told = parser.parse_args()
    pages, barriers = 0, []
    with opened(told.data) as (paper, browser):
        stories = subscribers_stories(browser, paper)
        newcomers = Newcomers(paper.folder)
        for language, locale in LANGUAGES.items():

            def scene(locale: str = locale) -> Scene:
                account = newcomers.subscribe("basic")[0]
                return stage(browser, paper, stories, account, locale=locale)

            for settings, alone in ((VISITORS, False), (READERS, False), (TOGETHER, True)):
                here = scene()
                for name, setting in settings.items():
                    here = scene() if alone else here
                    times, found = looked_at(here, name, setting)
                    pages += times
                    barriers += [f"{language}: {one}" for one in found]
    print(*barriers, sep="\n")
    print(f"{pages} pages looked at, {len(barriers)} barriers")
    return 1 if barriers else 0


if __name__ == "__main__":
    sys.exit(main())
