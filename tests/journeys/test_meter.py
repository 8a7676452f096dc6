"""The Spanish edition lets visitors read two subscribers' stories in 30 days, and readers four."""

import json
from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.conftest import LivePaper
from tests.journeys.conftest import ARGUMENTS
from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Newcomers

NO_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def reads_all(on: Device) -> None:
    expect(on.page.locator("#story")).to_have_attribute("data-access", "full")
    on.sees_no_dialog()


@with_and_without_scripts
def test_a_visitor_reads_two_stories_and_then_meets_the_wall(
    laptop: Device, spanish_stories: list[str]
) -> None:
    for link in spanish_stories[:2]:
        laptop.opens(link)
        reads_all(laptop)
    laptop.opens(spanish_stories[2]).sees_the_wall("meter")
    expect(laptop.wall).to_contain_text("2 subscribers' stories in any 30 days")
    expect(laptop.page.locator("#story")).to_have_attribute("data-access", "preview")


@with_and_without_scripts
def test_a_story_counts_once_however_often_it_is_opened(
    laptop: Device, spanish_stories: list[str]
) -> None:
    first, second, third, *_ = spanish_stories
    for link in (first, first, first, second, first, second):
        laptop.opens(link)
        reads_all(laptop)
    laptop.opens(third).sees_the_wall("meter")
    laptop.opens(first)
    reads_all(laptop)


def test_a_registered_reader_reads_four_on_whatever_device(
    laptop: Device, phone: Device, newcomers: Newcomers, spanish_stories: list[str]
) -> None:
    nora = newcomers.subscribe("free")[0]
    laptop.signs_in(nora)
    phone.signs_in(nora)
    for where, link in zip((laptop, laptop, phone, phone), spanish_stories, strict=False):
        where.opens(link)
        reads_all(where)
    for where in (laptop, phone):
        where.opens(spanish_stories[4]).sees_the_wall("meter")
        expect(where.wall).to_contain_text("4 subscribers' stories in any 30 days")
        where.opens(spanish_stories[0])
        reads_all(where)


def test_without_cookies_there_is_the_beginning_and_no_loop(
    playwright: Playwright,
    chromium: str | None,
    paper: LivePaper,
    spanish_stories: list[str],
    tmp_path: Path,
) -> None:
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(NO_COOKIES))
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=chromium, args=ARGUMENTS
    )
    page = context.new_page()
    for link in spanish_stories[:3]:
        page.goto(paper.url + link)
        expect(page.locator("#story")).to_have_attribute("data-access", "preview")
        expect(page.locator("#wall")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_the_us_edition_has_no_meter(laptop: Device, story: Story) -> None:
    laptop.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
