"""Every kind of wall, in both languages: the whole source of its page, looked through."""

import json
import re

import pytest

from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks

LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
HANDLER = re.compile(r"<[^>]+\son\w+=|<[^>]+\sstyle=|javascript:")


def wall(answer: Answer, kind: str, language: str, marks: Marks) -> bool:
    """The page shows this wall in this language, and not a word from behind it."""
    assert answer.status == 200
    assert not marks.leak(answer.all_of_it), answer.heads
    assert f'data-wall="{kind}"' in answer.text
    assert 'data-access="preview"' in answer.text
    assert f'<html lang="{language}"' in answer.text
    assert "%%" not in answer.text
    assert data(answer)["isAccessibleForFree"] is False
    assert "articleBody" not in data(answer)
    assert not [text for text in SCRIPT.findall(answer.text) if text.strip() and "{" not in text]
    assert not HANDLER.search(answer.text)
    return True


def data(answer: Answer) -> dict[str, object]:
    """What search engines are told."""
    found = DATA.search(answer.text)
    assert found
    told = json.loads(found[1])
    assert isinstance(told, dict)
    return told


def speaking(browser: Browser, language: str) -> Browser:
    return browser.copy(bs_language=language)


@LANGUAGES
def test_the_wall_of_a_story_for_accounts(
    server: Server, for_accounts: str, marks: Marks, language: str
) -> None:
    answer = speaking(Browser(server), language).ask(for_accounts)
    assert wall(answer, "register", language, marks)
    assert answer.access == "preview; reason=registration-required"


@LANGUAGES
@pytest.mark.parametrize("who", ["visitor", "nora"])
def test_the_wall_of_a_subscribers_story(
    request: pytest.FixtureRequest, closed: str, marks: Marks, language: str, who: str
) -> None:
    answer = speaking(request.getfixturevalue(who), language).ask(closed)
    assert wall(answer, "subscribe", language, marks)
    assert answer.access == "preview; reason=subscription-required"
    assert ("/broadsheet/seat." in answer.text) == (who == "nora")


@LANGUAGES
def test_the_wall_of_a_visitors_meter(
    server: Server, metered: list[str], marks: Marks, language: str
) -> None:
    visitor = speaking(Browser(server), language)
    for path in metered[:2]:
        assert visitor.get(path).whole
    answer = visitor.get(metered[2])
    assert wall(answer, "meter", language, marks)
    assert answer.access == "preview; reason=meter-spent"
    assert visitor.get(metered[0]).whole  # it counts once, and stays open


@pytest.fixture(scope="module")
def spent(readers: Readers, metered: list[str]) -> Browser:
    """A registered reader whose meter is spent."""
    reader = readers.device()
    for path in metered[:4]:
        assert reader.get(path).whole
    return reader


@LANGUAGES
def test_the_wall_of_a_registered_readers_meter(
    spent: Browser, metered: list[str], marks: Marks, language: str
) -> None:
    answer = speaking(spent, language).get(metered[4])
    assert wall(answer, "meter", language, marks)
    assert answer.access == "preview; reason=meter-spent"


@LANGUAGES
def test_the_wall_of_a_seat_in_use(
    pair: tuple[Browser, Browser], closed: str, marks: Marks, language: str
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    answer = speaking(there, language).ask(closed)
    assert wall(answer, "in_use", language, marks)
    assert answer.access == "preview; reason=in-use"
    assert answer.get("cache-control") == "private, no-store"
    assert not answer.get("etag")
    assert "Firefox" in answer.text


@LANGUAGES
def test_the_message_of_a_sharing_case_above_the_preview_and_above_the_text(
    pair: tuple[Browser, Browser],
    email_of_pair: str,
    desk: Desk,
    closed: str,
    marks: Marks,
    language: str,
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    assert there.ask(closed).access == "preview; reason=in-use"
    desk("open_case", email_of_pair)
    answer = speaking(there, language).ask(closed)
    assert 'id="sharing-message"' in answer.text
    assert wall(answer, "in_use", language, marks)
    whole = speaking(here, language).ask(closed)
    assert whole.whole
    assert 'id="sharing-message"' in whole.text
    assert whole.get("cache-control") == "private, no-store"


def test_the_whole_page_tells_search_engines_no_more_than_the_preview(
    ana: Browser, server: Server, closed: str
) -> None:
    whole, preview = ana.ask(closed), server.ask(closed)
    assert whole.whole
    assert data(whole) == data(preview)
