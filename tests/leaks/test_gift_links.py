"""A gift link opens its one story as often as it may, and nothing else, for nobody else."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from secrets import token_urlsafe

import pytest

from tests.conftest import LivePaper
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers, csrf
from tests.leaks.desk import MARK, Desk
from tests.leaks.marks import Marks

GIFT = "granted; reason=gift"
SHUT = "preview; reason=subscription-required"


@dataclass
class Giver:
    """A subscriber who gives the story that is published for each test."""

    desk: Desk
    email: str
    slug: str
    path: str

    def gift(self, openings: int = 10) -> tuple[int, str]:
        """A new link: its number, and its address."""
        number, token = self.desk("gift", self.email, self.slug, openings)
        return number, f"{self.path}?gift={token}"


@pytest.fixture
def giver(readers: Readers, desk: Desk, write: Callable[..., str]) -> Giver:
    return Giver(desk, readers.new("basic"), "the-ferry-office", write())


def shut(answer: Answer, says_so: bool = True) -> bool:
    """The beginning of the story, and whether the wall speaks of a link."""
    assert answer.status == 200
    assert answer.access == SHUT
    assert not answer.whole
    assert MARK not in answer.text
    assert ("The gift link you followed" in answer.text) is says_so
    return True


def test_whoever_holds_it_reads_and_a_reload_costs_nothing(server: Server, giver: Giver) -> None:
    number, link = giver.gift(openings=1)
    reader = Browser(server)
    for _ in range(3):
        answer = reader.get(link)
        assert answer.access == GIFT
        assert MARK in answer.text
        assert "A subscriber gave you this story." in answer.text
    assert giver.desk("openings", number) == 1
    assert shut(Browser(server).get(link))


def test_what_is_no_link_to_this_story_opens_nothing(
    server: Server, giver: Giver, closed: str, marks: Marks
) -> None:
    _, link = giver.gift()
    token = link.partition("gift=")[2]
    for query in (
        f"gift={token_urlsafe(16)}",
        f"gift={token[:-1]}",
        f"gift={token}A",
        f"gift={token.swapcase()}",
        f"gift=%{ord(token[0]):02X}{token[1:]}",
        f"gift={token}&gift={token_urlsafe(16)}",
        f"gift=&gift={token}",
        "gift=",
        "gift=" + "A" * 10_000,
        "gift=%00%ff%27",
        "gift=" + "%C3%A9" * 22,
    ):
        assert shut(Browser(server).get(f"{giver.path}?{query}")), query
    for query in (f"GIFT={token}", f"x=gift={token[:10]}", f"gifts={token}", f"{token}"):
        assert shut(Browser(server).get(f"{giver.path}?{query}"), says_so=False), query
    elsewhere = Browser(server).get(f"{closed}?gift={token}")
    assert elsewhere.access == SHUT
    assert not marks.leak(elsewhere.all_of_it)


def test_a_token_anywhere_but_in_the_query_opens_nothing(server: Server, giver: Giver) -> None:
    _, link = giver.gift()
    token = link.partition("gift=")[2]
    for jar in ({"gift": token}, {"bs_gifts": token}, {"bs_pass": token}, {"bs_session": token}):
        assert shut(Browser(server, dict(jar)).ask(giver.path), says_so=False)
    heads = [("Gift", token), ("X-Original-URL", link), ("Referer", link), ("X-Rewrite-URL", link)]
    assert shut(Browser(server).ask(giver.path, heads=heads), says_so=False)
    for path in (
        f"{giver.path};gift={token}",
        f"{giver.path}%3Fgift={token}",
        f"{giver.path}{token}/",
    ):
        answer = Browser(server).get(path)
        assert MARK not in answer.text
    assert MARK not in Browser(server).post(giver.path, {"gift": token}).text


def test_what_is_withdrawn_or_over_is_shut_for_those_too_who_opened_it(
    server: Server, giver: Giver
) -> None:
    for end in ("withdraw_gift", "end_gift"):
        number, link = giver.gift()
        reader = Browser(server)
        assert reader.get(link).access == GIFT
        giver.desk(end, number)
        for who in (reader, Browser(server)):
            assert shut(who.get(link)), end


def test_a_cookie_that_is_forged_or_anothers_opens_no_other_link(
    server: Server, giver: Giver
) -> None:
    _, link = giver.gift(openings=1)
    reader = Browser(server)
    assert reader.get(link).access == GIFT
    sealed = reader.cookies["bs_gifts"]
    number, spent = giver.gift(openings=1)
    assert giver.desk("count_openings", number, 1) == 1
    for value in (sealed, sealed[:-1], sealed[::-1], "W10.x", "e30", "x" * 5000, ""):
        jar = {"bs_gifts": value} if value else {}
        assert shut(Browser(server, jar).get(spent)), value
    assert shut(Browser(server, {"bs_gifts": sealed}).ask(giver.path), says_so=False)


def test_no_other_reader_is_shown_or_told_that_they_have_the_page(
    server: Server, giver: Giver
) -> None:
    _, link = giver.gift()
    whole = Browser(server).get(link)
    assert whole.get("cache-control") == "private, no-store"
    assert whole.get("referrer-policy") == "strict-origin"
    assert whole.get("etag") == ""
    token = link.partition("gift=")[2]
    assert token.encode() not in whole.raw  # no link, form or address of the page carries it on
    tags = {whole.get("etag") or "*", "*", 'W/"gift"'}
    for tag in tags:
        for path in (giver.path, f"{giver.path}?gift={token_urlsafe(16)}"):
            answer = Browser(server).get(path, heads=[("If-None-Match", tag)])
            assert shut(answer, says_so="gift" in path)


def test_a_subscribers_whole_page_is_not_revalidated_under_a_link(
    server: Server, giver: Giver, readers: Readers
) -> None:
    tag = readers.device("basic").ask(giver.path).get("etag")
    assert tag
    answer = Browser(server).get(f"{giver.path}?gift=none", heads=[("If-None-Match", tag)])
    assert shut(answer)


def test_the_giver_cannot_read_on_two_devices_by_their_own_links(
    server: Server, giver: Giver, readers: Readers
) -> None:
    here, there = readers.sign_in(giver.email), readers.sign_in(giver.email)
    number, link = giver.gift()
    assert here.ask(giver.path).access == "granted; reason=lease"
    answer = there.get(link)
    assert answer.access == "preview; reason=in-use"
    assert MARK not in answer.text
    assert giver.desk("openings", number) == 0
    assert here.ask(giver.path).access == "granted; reason=lease"


def test_a_subscriber_who_was_given_a_story_leaves_their_seat_alone(
    giver: Giver, readers: Readers
) -> None:
    _, here, there = readers.pair()
    assert here.ask(giver.path).access == "granted; reason=lease"
    _, link = giver.gift()
    answer = there.get(link)
    assert answer.access == GIFT
    assert "bs_lease" not in there.cookies
    assert "seat.js" not in answer.text
    assert here.ask(giver.path).access == "granted; reason=lease"


def test_heads_scripts_robots_and_what_is_fetched_ahead_open_nothing(
    server: Server, giver: Giver
) -> None:
    number, link = giver.gift()
    reader = Browser(server)
    _, other = giver.gift()
    reader.get(other)  # it keeps cookies, and has one
    assert reader.ask(link, method="HEAD").access == SHUT
    assert shut(reader.ask(link, heads=[("Sec-Fetch-Mode", "cors")]), says_so=False)
    ahead = [("Sec-Fetch-Mode", "navigate"), ("Sec-Purpose", "prefetch;prerender")]
    assert reader.ask(link, heads=ahead).status == 503
    for agent in ("Slackbot-LinkExpanding 1.0", "WhatsApp/2.23", "facebookexternalhit/1.1"):
        first = server.ask(link, heads=[("User-Agent", agent)])
        assert first.status == 303
        assert shut(server.ask(first.get("location"), heads=[("User-Agent", agent)]))
    assert giver.desk("openings", number) == 0


def test_of_two_processes_neither_counts_an_opening_that_the_other_had(
    server: Server, giver: Giver
) -> None:
    number, link = giver.gift(openings=30)
    handed = Browser(server)
    handed.ask(link)
    with ThreadPoolExecutor(9) as crowd:
        elsewhere = crowd.submit(giver.desk, "count_openings", number, 40)
        here = [crowd.submit(Browser(server, dict(handed.cookies)).get, link) for _ in range(40)]
        opened = sum(answer.result().access == GIFT for answer in here)
        assert opened + elsewhere.result() == 30
    assert giver.desk("openings", number) == 30


def test_two_forms_at_once_give_no_story_too_many(
    server: Server, giver: Giver, readers: Readers
) -> None:
    browser = readers.sign_in(giver.email)
    page = browser.ask(f"/gifts/story/?of={giver.path}")
    left = re.search(r"You can give (\d+) of (\d+) stories", page.text)
    assert left
    fields = {"csrfmiddlewaretoken": csrf(page), "of": giver.path}
    with ThreadPoolExecutor(8) as crowd:
        sent = [
            crowd.submit(browser.copy().post, "/gifts/story/", fields)
            for _ in range(int(left[1]) + 5)
        ]
        made = sum("bs_given" in answer.result().set_cookies for answer in sent)
    assert made == int(left[1])
    assert (
        "You have given all the stories you can"
        in browser.ask(f"/gifts/story/?of={giver.path}").text
    )


def test_no_token_is_written_into_the_log(server: Server, giver: Giver, paper: LivePaper) -> None:
    _, link = giver.gift()
    Browser(server).get(link)
    Browser(server).get(f"{giver.path}?gift={token_urlsafe(16)}")
    Browser(server).get(f"/us/world/nothing-here/?{link.partition('?')[2]}")
    log = paper.log.read_text()
    assert link.partition("gift=")[2] not in log
