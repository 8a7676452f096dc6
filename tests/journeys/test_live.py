"""A live story on an open page: what is new comes to it, and nobody loses their place."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import LivePaper
from tests.journeys import books
from tests.journeys.devices import IN_VIEW, Device
from tests.journeys.newcomers import Account

HALF_A_MINUTE = 31_000
TOP = "(element) => element.getBoundingClientRect().top"

type Desk = Callable[[int], str]

AWAY = "away"


@pytest.fixture
def desk(paper: LivePaper, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Posts so many entries to this journey's story, which is for subscribers; its address."""

    def post(more: int | str) -> str:
        name = request.node.name.replace("_", "-")[:60]
        return books.write(paper.folder, "live_book", name, str(more), "subscribers")

    yield post
    post(AWAY)  # other tests know every story of the paper


def half_a_minute_passes(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('pointermove'))")  # somebody reads
    with page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
        page.clock.fast_forward(HALF_A_MINUTE)


def test_new_entries_come_to_the_open_page_and_nobody_loses_their_place(
    laptop: Device, ana: Account, desk: Desk
) -> None:
    address = desk(9)
    laptop.signs_in(ana).beats_every(600)
    page = laptop.page
    page.clock.install()
    laptop.opens(address)
    entries, news = page.locator(".live-entry"), page.locator("#live-news")
    expect(entries).to_have_count(9)

    # In the middle of the page: the reader is told, and nothing moves.
    read = page.locator(".live-entry", has_text="Entry number 4.")
    read.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    place = read.evaluate(TOP)
    desk(2)
    half_a_minute_passes(page)
    button = news.get_by_role("button", name="2 new entries")
    expect(button).to_be_visible()
    assert read.evaluate(TOP) == pytest.approx(place, abs=2)

    # A correction further up comes at once, and moves nothing either.
    desk(-6)
    half_a_minute_passes(page)
    corrected = page.locator(".live-entry", has_text="Entry number 6.")
    expect(corrected).to_contain_text("This was corrected.")
    expect(entries).to_have_count(9)
    assert read.evaluate(TOP) == pytest.approx(place, abs=2)

    # Pressed: the new ones are here, and the reader is taken there.
    button.press("Enter")
    expect(entries).to_have_count(11)
    expect(entries.first).to_be_focused()
    assert entries.first.evaluate(IN_VIEW)
    expect(news).to_be_empty()

    # At the top: it comes by itself.
    page.evaluate("scrollTo(0, 0)")
    desk(1)
    half_a_minute_passes(page)
    expect(entries).to_have_count(12)
    expect(news).to_have_text("1 new entry")


def test_on_another_device_the_entries_go_with_the_text_and_come_back_with_it(
    laptop: Device, phone: Device, ana: Account, desk: Desk
) -> None:
    address = desk(3)
    laptop.signs_in(ana)
    phone.signs_in(ana)
    laptop.page.clock.install()
    laptop.opens(address)
    expect(laptop.page.locator(".live-entry")).to_have_count(3)
    phone.opens(address).sees_the_dialog().take_over_button.click()
    expect(phone.page.locator(".live-entry")).to_have_count(3)
    laptop.sees_the_dialog()
    desk(1)
    laptop.page.clock.fast_forward(HALF_A_MINUTE)
    assert "Entry number" not in laptop.page.content()
    expect(laptop.text).to_contain_text("This live coverage has 3 entries.")
    laptop.take_over_button.click()
    expect(laptop.page.locator(".live-entry")).to_have_count(4)
