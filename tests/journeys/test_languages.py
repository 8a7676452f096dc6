"""The paper speaks to each reader in the reader's language, whatever the edition's."""

import re
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from playwright.sync_api import expect

import broadsheet
from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Account

CATALOGUE = Path(broadsheet.__file__).parent / "locale" / "es" / "LC_MESSAGES" / "django.mo"


@pytest.fixture
def spanish_laptop(new_device: Callable[..., Device]) -> Device:
    return new_device("Spanish laptop", locale="es-ES")


def in_spanish(english: str) -> str:
    """As the paper's catalogue has it; another sentence than the English one."""
    entry = polib.mofile(str(CATALOGUE)).find(english)
    assert entry, f"the Spanish catalogue does not have {english!r}"
    assert entry.msgstr not in ("", english)
    return str(entry.msgstr)


def speaks(device: Device, language: str) -> None:
    """The interface does, and the story stays in its own language."""
    expect(device.page.locator("html")).to_have_attribute("lang", language)
    expect(device.page.locator("#story")).to_have_attribute("lang", "en-US")


def chooses(device: Device, language: str) -> None:
    """By the link at the foot of any page."""
    device.page.locator("footer").get_by_role("link", name=language, exact=True).click()


@with_and_without_scripts
def test_a_spanish_browser_gets_the_wall_of_the_us_edition_in_spanish(
    spanish_laptop: Device, story: Story
) -> None:
    spanish_laptop.opens(story).sees_the_wall("subscribe")
    speaks(spanish_laptop, "es")
    expect(spanish_laptop.wall).to_have_attribute("lang", "es")
    expect(spanish_laptop.wall.get_by_role("heading")).to_have_text(
        in_spanish("The rest of this story is for subscribers")
    )


@with_and_without_scripts
def test_a_spanish_browser_gets_the_dialog_in_spanish(
    phone: Device, spanish_laptop: Device, ana: Account, story: Story
) -> None:
    spanish_laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    spanish_laptop.opens(story).sees_the_dialog()
    speaks(spanish_laptop, "es")
    wall = spanish_laptop.wall
    expect(wall).to_have_attribute("lang", "es")
    expect(wall.locator("a").first).to_have_text(in_spanish("Add a reader"))
    expect(spanish_laptop.take_over_button).to_have_text(in_spanish("Read here"))
    expect(wall.locator("summary")).to_have_text(in_spanish("Why am I seeing this?"))
    if spanish_laptop.scripts:
        close = in_spanish("Close and see the beginning of the story")
        expect(spanish_laptop.dialog.get_by_role("button", name=close)).to_be_visible()
    spanish_laptop.takes_over(story)
    if phone.scripts:
        phone.sees_the_dialog()  # and to this reader, at the same moment, in English
        expect(phone.wall).to_have_attribute("lang", "en")
        expect(phone.take_over_button).to_have_text("Read here")


@with_and_without_scripts
def test_the_readers_own_choice_wins_over_the_browser_and_the_edition(
    spanish_laptop: Device, story: Story
) -> None:
    spanish_laptop.opens(story)
    speaks(spanish_laptop, "es")
    chooses(spanish_laptop, "English")
    spanish_laptop.has_come_to(story.path)
    speaks(spanish_laptop, "en")
    spanish_laptop.opens("/es/")
    expect(spanish_laptop.page.locator("html")).to_have_attribute("lang", "en")
    spanish_laptop.opens("/plans/")
    expect(spanish_laptop.page.locator("html")).to_have_attribute("lang", "en")
    expect(spanish_laptop.page.get_by_role("heading", level=1)).to_have_text("Plans")


def test_an_english_browser_may_choose_spanish_and_keeps_it_everywhere(
    laptop: Device, story: Story
) -> None:
    laptop.opens("/us/")
    chooses(laptop, "Español")
    laptop.has_come_to("/us/")
    for where in ("/us/", "/plans/", "/terms/", "/account/login/"):
        laptop.opens(where)
        expect(laptop.page.locator("html")).to_have_attribute("lang", "es")
    laptop.opens(story)
    speaks(laptop, "es")
    expect(laptop.wall).to_have_attribute("lang", "es")


def test_the_front_door_leads_to_the_edition_of_the_browsers_language(
    laptop: Device, spanish_laptop: Device
) -> None:
    laptop.opens("/").has_come_to("/us/")
    spanish_laptop.opens("/").has_come_to("/es/")


@with_and_without_scripts
def test_the_spanish_edition_speaks_english_to_an_english_browser(laptop: Device) -> None:
    laptop.opens("/es/")
    expect(laptop.page.locator("html")).to_have_attribute("lang", "en")
    story = laptop.page.locator("main a[href^='/es/']").first
    expect(story).to_have_text(re.compile(r"\w"))
