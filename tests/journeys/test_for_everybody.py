"""Pages for those who listen, who type, who read in the dark, or who hold a small phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.conftest import LivePaper
from tests.journeys.conftest import NewDevice
from tests.journeys.devices import Device, Story, with_and_without_scripts, without_scripts
from tests.journeys.newcomers import Account
from tests.journeys.scenes import LAPTOP, READERS, TOGETHER, VISITORS, Scene, Setting

IN_DIALOG = "(dialog) => dialog.contains(document.activeElement)"
TOO_WIDE = """() => {
  const page = document.documentElement.scrollWidth > 320 ? ["the page"] : [];
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  return page.concat(dialogs.filter((e) => e.scrollWidth > e.clientWidth).map(() => "a dialog"));
}"""
ENOUGH_TABS = 30
"""Presses of Tab that pass everything in the dialog at least once."""


# --- every page ----------------------------------------------------------------------------


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds to stand in somebody's way, by these of its rules or by all."""
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:5]}"
        for one in found
    ]


def faults(page: Page) -> list[str]:
    """What is wrong with a page for somebody: barriers, in light and in dark, and its width."""
    found = barriers(page)
    page.set_viewport_size({"width": 320, "height": 640})
    found += [f"wider than 320 pixels: {one}" for one in page.evaluate(TOO_WIDE)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"in the dark: {one}" for one in barriers(page, "color-contrast")]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size(LAPTOP)
    return found


@pytest.fixture
def scene(
    new_device: NewDevice, phone: Device, paper: LivePaper, stories: list[Story], ana: Account
) -> Scene:
    return Scene(new_device("laptop", viewport=LAPTOP), phone, paper, stories, ana)


def faults_of(scene: Scene, settings: dict[str, Setting]) -> dict[str, list[str]]:
    found = {}
    for name, setting in settings.items():
        setting(scene)
        found[name] = faults(scene.page)
    return {name: what for name, what in found.items() if what}


def test_what_anybody_may_open_has_no_barrier_in_light_or_dark_and_fits_320_pixels(
    scene: Scene,
) -> None:
    assert faults_of(scene, VISITORS) == {}


def test_a_subscribers_pages_have_no_barrier_in_light_or_dark_and_fit_320_pixels(
    scene: Scene,
) -> None:
    assert faults_of(scene, READERS) == {}


@pytest.mark.parametrize("name", TOGETHER)
def test_what_the_paper_says_has_no_barrier_in_light_or_dark_and_fits_320_pixels(
    scene: Scene, name: str
) -> None:
    assert faults_of(scene, {name: TOGETHER[name]}) == {}


def test_what_speaks_spanish_has_no_barrier_either(
    new_device: NewDevice, phone: Device, paper: LivePaper, stories: list[Story], ana: Account
) -> None:
    laptop = new_device("laptop", viewport=LAPTOP, locale="es-ES")
    scene = Scene(laptop, phone, paper, stories, ana)
    for name in ("front in Spanish", "wall: subscribe", "plans", "search: found", "sign up"):
        VISITORS[name](scene)
        assert barriers(scene.page) == [], name


# --- the dialog ----------------------------------------------------------------------------


def test_the_dialog_is_modal_has_a_name_and_takes_the_focus(
    contested: Story, laptop: Device
) -> None:
    name = re.compile("open on another device: Firefox on Android")
    dialog = laptop.page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    assert laptop.dialog.evaluate("(dialog) => dialog.matches(':modal')")
    assert laptop.dialog.evaluate(IN_DIALOG)


def test_tab_stays_in_the_dialog(contested: Story, laptop: Device) -> None:
    seen = set()
    for _ in range(ENOUGH_TABS):
        laptop.page.keyboard.press("Tab")
        # Between its last element and its first, a browser may go through its own controls.
        if laptop.page.evaluate("() => document.activeElement !== document.body"):
            assert laptop.dialog.evaluate(IN_DIALOG)
            seen.add(laptop.page.evaluate("() => document.activeElement.textContent.trim()"))
    assert {"Add a reader", "Read here", "Why am I seeing this?"} <= seen


def test_escape_closes_the_dialog_and_what_it_said_stays_in_the_page(
    contested: Story, laptop: Device
) -> None:
    laptop.page.keyboard.press("Escape")
    expect(laptop.dialog).to_have_count(0)
    laptop.sees_the_wall("in_use").has_nothing_of(contested)
    expect(laptop.wall).to_contain_text("Firefox on Android")
    laptop.takes_over(contested)


def presses_tab_until(page: Page, name: str) -> None:
    for _ in range(2 * ENOUGH_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"Tab never comes to {name!r}")


def test_the_keyboard_alone_can_ask_why_and_take_over(contested: Story, laptop: Device) -> None:
    page = laptop.page
    presses_tab_until(page, "Why am I seeing this?")
    page.keyboard.press("Enter")
    expect(laptop.wall.locator("details p").first).to_be_visible()
    presses_tab_until(page, "Read here")
    page.keyboard.press("Enter")
    laptop.reads(contested)
    assert laptop.text.evaluate("(text) => text === document.activeElement")


@without_scripts
def test_without_scripts_the_keyboard_alone_can_take_over(contested: Story, laptop: Device) -> None:
    laptop.take_over_button.focus()
    laptop.page.keyboard.press("Enter")
    laptop.reads(contested)


def test_a_displaced_reader_who_listens_is_told_at_once(
    contested: Story, phone: Device, laptop: Device
) -> None:
    laptop.takes_over(contested)
    phone.sees_the_dialog("Chrome on Linux")
    assert phone.dialog.evaluate(IN_DIALOG)


@with_and_without_scripts
def test_the_first_tab_leads_past_the_masthead_to_the_content(laptop: Device) -> None:
    page = laptop.opens("/us/").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_in_viewport()
