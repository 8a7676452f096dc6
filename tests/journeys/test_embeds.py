"""What another site plays is loaded by its reader's choice, in a frame that can do little."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Route, expect

from broadsheet.newsroom.embedding import Player
from tests.conftest import LivePaper

STORY = '<div id="story-text">'
PLAYER = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"


def figure(player: str) -> str:
    """The block as a story prints it."""
    value = {
        "address": "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        "title": "A rabbit",
        "known_player": Player("YouTube", player),
    }
    return render_to_string("newsroom/blocks/embed.html", {"value": value})


@pytest.fixture
def asked() -> list[str]:
    """What was asked of other sites, which this journey never reaches."""
    return []


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, browser: Browser, asked: list[str]) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    page = context.new_page()

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="<p>The film</p>", content_type="text/html")

    page.route(lambda url: "localhost" not in url and "127.0.0.1" not in url, answer)
    yield page
    context.close()


def open_story(page: Page, paper: LivePaper, player: str) -> None:
    """A free story as the gate sends it, policy and all, with a player in its text."""
    address = paper.article("free")

    def with_player(route: Route) -> None:
        sent = route.fetch()
        body = sent.text()
        assert STORY in body
        route.fulfill(response=sent, body=body.replace(STORY, STORY + figure(player)))

    page.route(address, with_player)
    page.goto(address)


def test_a_player_is_loaded_when_its_reader_asks(
    page: Page, paper: LivePaper, asked: list[str], request: pytest.FixtureRequest
) -> None:
    open_story(page, paper, PLAYER)
    link = page.get_by_role("link", name="A rabbit")
    button = page.get_by_role("button", name="Show it here")
    expect(link).to_be_visible()
    assert asked == []
    if "without scripts" in request.node.name:
        expect(button).to_have_count(0)
        return
    button.press("Enter")
    frame = page.locator("iframe[title='A rabbit']")
    expect(frame.content_frame.get_by_text("The film")).to_be_visible()
    assert asked == [PLAYER]
    assert "allow-top-navigation" not in str(frame.get_attribute("sandbox"))
    assert frame.get_attribute("sandbox") == (
        "allow-scripts allow-same-origin allow-popups allow-presentation"
    )


def test_the_policy_keeps_out_what_is_not_on_the_list(
    browser: Browser, paper: LivePaper, asked: list[str]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    page.route("https://evil.example/**", lambda route: asked.append(route.request.url))
    open_story(page, paper, "https://evil.example/embed/x")
    page.get_by_role("button", name="Show it here").click()
    expect(page.locator("iframe")).to_have_count(1)
    page.wait_for_function("document.querySelector('iframe').contentWindow !== null")
    assert [text for text in refused if "frame-src" in text]
    assert asked == []
    context.close()
