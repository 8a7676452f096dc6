"""The browser, the devices, and readers whose seats nobody has contested."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import LivePaper
from tests.journeys import newcomers
from tests.journeys.devices import (
    FIREFOX_ON_ANDROID,
    SAFARI_ON_IPAD,
    Device,
    Story,
    device,
)
from tests.journeys.newcomers import Account

INSTALLED = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
LAST_WORDS = """() => {
  const last = [...document.querySelectorAll("#story-text > p")].at(-1);
  const words = [...last.childNodes].map((node) => node.textContent.trim());
  return words.sort((a, b) => b.length - a.length)[0].slice(-60);
}"""

type NewDevice = Callable[..., Device]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    # Ended with this package: Django refuses its database to tests while the loop is there.
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, or what BROADSHEET_CHROMIUM names, or Playwright's own."""
    found = os.environ.get("BROADSHEET_CHROMIUM") or next(filter(None, map(_which, INSTALLED)), None)
    try:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    except PlaywrightError as error:
        pytest.fail(
            f"no browser to journey with ({found or 'none installed'}): install Debian's package "
            "`chromium`, or run `python -m playwright install chromium`, or name one in "
            f"BROADSHEET_CHROMIUM\n{error}",
            pytrace=False,
        )
    yield browser
    browser.close()


def _which(name: str) -> str | None:
    return shutil.which(name)


@pytest.fixture
def scripts() -> bool:
    """Whether the devices of a journey run scripts; tests may say otherwise."""
    return True


@pytest.fixture
def new_device(browser: Browser, paper: LivePaper, scripts: bool) -> Iterator[NewDevice]:
    """Makes devices. What a browser complained of on any of them fails the journey."""
    made: list[Device] = []

    def make(name: str, **options: object) -> Device:
        options.setdefault("scripts", scripts)
        made.append(device(browser, name, paper.url, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    assert not [f"{one.name}: {text}" for one in made for text in one.complaints]


@pytest.fixture
def phone(new_device: NewDevice) -> Device:
    return new_device(
        "phone",
        user_agent=FIREFOX_ON_ANDROID,
        viewport={"width": 390, "height": 844},
        has_touch=True,
    )


@pytest.fixture
def laptop(new_device: NewDevice) -> Device:
    return new_device("laptop", viewport={"width": 1280, "height": 800})


@pytest.fixture
def tablet(new_device: NewDevice) -> Device:
    return new_device(
        "tablet", user_agent=SAFARI_ON_IPAD, viewport={"width": 820, "height": 1180}
    )


@pytest.fixture(scope="package")
def basics(paper: LivePaper) -> Iterator[list[Account]]:
    return newcomers.queue(paper.folder, "basic")


@pytest.fixture
def ana(basics: Iterator[list[Account]]) -> Account:
    """Somebody who reads on Basic, on a seat that nobody has used."""
    return next(basics)[0]


@pytest.fixture(scope="package")
def stories(browser: Browser, paper: LivePaper) -> list[Story]:
    """Two subscribers' articles of the United States edition, read once for their endings."""
    reader = paper.reader("owner")
    scout = device(browser, "scout", paper.url)
    scout.signs_in(Account(reader["email"], reader["password"]))
    found = [_story(scout, paper.article("subscribers", which)) for which in range(2)]
    scout.context.close()
    return found


def _story(scout: Device, url: str) -> Story:
    ending = scout.opens(url).page.evaluate(LAST_WORDS)
    assert len(ending) > 20
    assert not set("&<>") & set(ending)
    return Story(url, ending)


@pytest.fixture
def story(stories: list[Story]) -> Story:
    return stories[0]


@pytest.fixture
def other_story(stories: list[Story]) -> Story:
    return stories[1]
