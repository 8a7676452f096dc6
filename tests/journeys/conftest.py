"""The browser, the devices, and readers whose seats nobody has contested."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.conftest import LivePaper
from tests.journeys import scenes
from tests.journeys.devices import (
    FIREFOX_ON_ANDROID,
    SAFARI_ON_IPAD,
    Device,
    Story,
    device,
)
from tests.journeys.newcomers import Account, Newcomers
from tests.journeys.scenes import subscribers_stories
from tests.journeys.served import ARGUMENTS, INSTALLED

type NewDevice = Callable[..., Device]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    # Ended with this package: Django refuses its database to tests while the loop is there.
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> str | None:
    """What BROADSHEET_CHROMIUM names, else Debian's Chromium; None is Playwright's own."""
    installed = filter(None, map(shutil.which, INSTALLED))
    return os.environ.get("BROADSHEET_CHROMIUM") or next(installed, None)


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str | None) -> Iterator[Browser]:
    try:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    except PlaywrightError as error:
        pytest.fail(
            f"no browser to journey with (tried {chromium or 'Playwright’s own'}): install "
            "Debian's package `chromium`, or run `python -m playwright install chromium`, or name "
            f"one in BROADSHEET_CHROMIUM\n{error}",
            pytrace=False,
        )
    yield browser
    browser.close()


@pytest.fixture
def scripts() -> bool:
    """Whether the devices of a journey run scripts; tests may say otherwise."""
    return True


@pytest.fixture
def new_device(browser: Browser, paper: LivePaper, scripts: bool) -> Iterator[NewDevice]:
    """Makes devices. What a browser complained of on any of them fails the journey."""
    made: list[Device] = []

    def make(name: str, **options: Any) -> Device:
        options.setdefault("scripts", scripts)
        made.append(device(browser, name, paper, **options))
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
    return new_device("tablet", user_agent=SAFARI_ON_IPAD, viewport={"width": 820, "height": 1180})


@pytest.fixture(scope="package")
def newcomers(paper: LivePaper) -> Newcomers:
    return Newcomers(paper.folder)


@pytest.fixture
def ana(newcomers: Newcomers) -> Account:
    """Somebody who reads on Basic, on a seat that nobody has used."""
    return newcomers.subscribe("basic")[0]


@pytest.fixture(scope="package")
def stories(browser: Browser, paper: LivePaper) -> list[Story]:
    """Two subscribers' articles of the United States edition, read once for their endings."""
    return subscribers_stories(browser, paper)


@pytest.fixture
def story(stories: list[Story]) -> Story:
    return stories[0]


@pytest.fixture
def other_story(stories: list[Story]) -> Story:
    return stories[1]


@pytest.fixture(scope="package")
def spanish_stories(browser: Browser, paper: LivePaper) -> list[str]:
    """The subscribers' stories of the Spanish edition."""
    scout = device(browser, "scout", paper)
    found = scenes.spanish_stories(scout)
    scout.context.close()
    assert len(found) >= 5
    return found


@pytest.fixture
def shared(phone: Device, laptop: Device, ana: Account, story: Story) -> Story:
    """Two devices that have read over each other three times; the laptop reads."""
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.takes_back(story)
    laptop.takes_back(story).waits_for_the_message(story)
    return story


@pytest.fixture
def contested(phone: Device, laptop: Device, ana: Account, story: Story) -> Story:
    """The phone reads, and the laptop has just been told so."""
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog()
    return story
