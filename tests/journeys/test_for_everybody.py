"""Pages for those who listen, who type, who read in the dark, or who hold a small phone."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.conftest import LivePaper
from tests.journeys.devices import Device, Story, with_and_without_scripts, without_scripts
from tests.journeys.newcomers import Account

IN_DIALOG = "(dialog) => dialog.contains(document.activeElement)"
ENOUGH_TABS = 30
"""Presses of Tab that pass everything in the dialog at least once."""


# --- every page ----------------------------------------------------------------------------


@dataclass
class Scene:
    """What it takes to get a page in front of a reader."""

    laptop: Device
    paper: LivePaper
    stories: list[Story]
    spanish_stories: list[str]
    account: Account
    phone: Device

    def goes_to(self, address: str) -> None:
        self.laptop.opens(address)

    def follows(self, start: str, links: str) -> None:
        """The first link of a kind on a page."""
        href = self.laptop.opens(start).page.locator(links).first.get_attribute("href")
        assert href
        self.laptop.opens(href)

    def signed_in(self, address: str) -> None:
        self.laptop.signs_in(self.account).opens(address)

    def at_the_wall(self, kind: str) -> None:
        levels = {"register": "registered", "subscribe": "subscribers"}
        self.laptop.opens(self.paper.article(levels[kind])).sees_the_wall(kind)

    def meter_spent(self) -> None:
        for link in self.spanish_stories[:3]:
            self.laptop.opens(link)
        self.laptop.sees_the_wall("meter")

    def in_use(self) -> None:
        self.phone.signs_in(self.account).opens(self.stories[0]).reads(self.stories[0])
        self.signed_in(self.stories[0].url)
        self.laptop.sees_the_dialog().asks_why()

    def with_the_message(self) -> None:
        self.in_use()
        self.laptop.takes_over(self.stories[0])
        self.phone.takes_back(self.stories[0])
        self.laptop.takes_back(self.stories[0]).waits_for_the_message(self.stories[0])
        self.laptop.opens(self.stories[1]).carries_the_message("Firefox on Android")


SCENES: dict[str, Callable[[Scene], None]] = {
    "front": lambda scene: scene.goes_to("/us/"),
    "section": lambda scene: scene.goes_to("/us/world/"),
    "topic": lambda scene: scene.follows(scene.stories[0].url, "a[rel=tag]"),
    "author": lambda scene: scene.follows(scene.stories[0].url, "a[rel=author]"),
    "free story": lambda scene: scene.goes_to(scene.paper.article("free")),
    "wall: register": lambda scene: scene.at_the_wall("register"),
    "wall: subscribe": lambda scene: scene.at_the_wall("subscribe"),
    "wall: meter": Scene.meter_spent,
    "dialog": Scene.in_use,
    "message": Scene.with_the_message,
    "plans": lambda scene: scene.goes_to("/plans/"),
    "terms": lambda scene: scene.goes_to("/terms/"),
    "sign in": lambda scene: scene.goes_to("/account/login/"),
    "sign up": lambda scene: scene.goes_to("/account/signup/"),
    "sign in by code": lambda scene: scene.goes_to("/account/login/code/"),
    "forgotten password": lambda scene: scene.goes_to("/account/password/reset/"),
    "account": lambda scene: scene.signed_in("/account/"),
    "subscription": lambda scene: scene.signed_in("/account/subscription/"),
    "seats": lambda scene: scene.signed_in("/account/seats/"),
    "subscribing": lambda scene: scene.signed_in("/subscribe/premium/"),
    "giving": lambda scene: scene.signed_in("/gifts/give/"),
    "given subscriptions": lambda scene: scene.signed_in("/gifts/"),
    "given stories": lambda scene: scene.signed_in("/gifts/story/"),
    "redeeming": lambda scene: scene.signed_in("/gifts/redeem/"),
    "own data": lambda scene: scene.signed_in("/account/export/"),
    "mailbox": lambda scene: scene.goes_to("/mailbox/"),
    "devices": lambda scene: scene.signed_in("/account/devices/"),
    "password": lambda scene: scene.signed_in("/account/password/change/"),
    "e-mail address": lambda scene: scene.signed_in("/account/email/"),
    "passkeys": lambda scene: scene.signed_in("/account/2fa/"),
    "signing out": lambda scene: scene.signed_in("/account/logout/"),
}


@pytest.fixture
def scene(
    laptop: Device,
    phone: Device,
    paper: LivePaper,
    stories: list[Story],
    spanish_stories: list[str],
    ana: Account,
) -> Scene:
    return Scene(laptop, paper, stories, spanish_stories, ana, phone)


def barriers(page: Page) -> list[str]:
    """What axe finds to stand in somebody's way."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:5]}"
        for one in found
    ]


@pytest.mark.parametrize("name", SCENES)
def test_the_page_has_no_barrier_in_light_or_dark_and_fits_320_pixels(
    scene: Scene, name: str
) -> None:
    SCENES[name](scene)
    page = scene.laptop.page
    assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    for each in page.locator("dialog[open]").all():
        assert each.evaluate("(dialog) => dialog.scrollWidth <= dialog.clientWidth")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert barriers(page) == []


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
