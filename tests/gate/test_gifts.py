"""A gift link opens one story, so many times, and nothing else."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.access import Level, Mode
from broadsheet.gate.gifts import digest, presented
from broadsheet.gate.seals import GIFTS_CEILING, Seals
from tests.gate.test_door import told
from tests.gate.world import HIDDEN, KEYS, Answer, World

GIFT = "granted; reason=gift"
SHUT = "preview; reason=subscription-required"
TOKEN = b"abcdefghijklmnopqrstuv"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def path(world: World) -> str:
    return world.publish(Level.SUBSCRIBERS)


def shut(answer: Answer, note: str) -> None:
    assert answer.access == SHUT
    assert HIDDEN not in answer.text
    assert answer.text.rstrip().endswith(f" {note}"), answer.text


# What it opens


@told
async def test_whoever_holds_it_reads_the_whole_story(world: World, path: str) -> None:
    for who in (world.browser(), world.browser("nora", mode=None, key="reader:2")):
        answer = await who.follow(world.give(path))
        assert answer.access == GIFT
        assert HIDDEN in answer.text
        assert "full none en gift" in answer.text


@told
async def test_a_registered_readers_story_opens_too(world: World) -> None:
    path = world.publish(Level.REGISTERED)
    assert (await world.browser().follow(world.give(path))).access == GIFT


@told
async def test_what_is_open_without_it_costs_no_opening(world: World) -> None:
    free = world.publish(Level.FREE)
    registered = world.publish(Level.REGISTERED, "/us/world/other/")
    nora = world.browser("nora", mode=None, key="reader:2")
    assert (await nora.get(world.give(free))).access == "granted; reason=free"
    assert (await nora.get(world.give(registered))).access == "granted; reason=registered"
    assert set(world.openings_left.values()) == {10}
    assert world.asked_for_links == 0


@told
async def test_a_subscriber_takes_no_lease_and_the_other_device_keeps_it(
    world: World, path: str
) -> None:
    desk, phone = world.browser("ana"), world.browser("ana-phone")
    assert (await desk.get(path)).access == "granted; reason=lease"
    assert (await phone.follow(world.give(path))).access == GIFT
    assert "bs_lease" not in phone.cookies
    assert (await desk.beat()).status == 200
    assert world.events == []


@told
async def test_the_givers_own_link_is_as_if_it_were_not_there(world: World, path: str) -> None:
    """Else one subscriber's two devices could read at once by links of their own."""
    desk, phone = world.browser("ana"), world.browser("ana-phone")
    link = world.give(path, giver=1)
    assert (await desk.get(path)).access == "granted; reason=lease"
    answer = await phone.get(link)
    assert answer.access == "preview; reason=in-use"
    assert HIDDEN not in answer.text
    assert " none %%holder%%" not in answer.text
    assert world.openings_left[1] == 10


@told
async def test_it_leaves_the_meters_alone(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS, meter_visitors=1, meter_readers=1)
    other = world.publish(Level.SUBSCRIBERS, "/us/world/b/", meter_visitors=1, meter_readers=1)
    for who in (world.browser(), world.browser("nora", mode=None, key="reader:2")):
        answer = await who.follow(world.give(path))
        assert answer.access == GIFT
        assert "bs_meter" not in who.cookies
        assert (await who.follow(other)).access == "metered; reason=meter"


# Openings


@told
async def test_an_opening_is_counted_once_per_browser(world: World, path: str) -> None:
    link = world.give(path, openings=2)
    one, two, three = world.browser(), world.browser(), world.browser()
    for _ in range(3):
        assert (await one.follow(link)).access == GIFT
    assert world.openings_left[1] == 1
    assert (await two.follow(link)).access == GIFT
    shut(await three.follow(link), "gift_over")
    assert world.openings_left[1] == 0
    assert (await one.follow(link)).access == GIFT


@told
async def test_a_page_that_had_to_be_printed_first_counts_once(world: World, path: str) -> None:
    link = world.give(path)
    await world.browser().follow(link)
    assert world.openings_left[1] == 9
    world.issue += 1
    await world.browser().follow(link)
    assert world.openings_left[1] == 8


@told
async def test_a_client_without_cookies_gets_the_beginning_and_counts_nothing(
    world: World, path: str
) -> None:
    """As a messenger does that draws a preview of the link."""
    robot = world.browser()
    to = world.give(path)
    for _ in range(3):
        answer = await robot.get(to)
        robot.cookies.clear()
        to = answer.header("location") or to
    shut(answer, "gift_over")
    assert world.openings_left[1] == 10


@told
async def test_nothing_but_a_person_who_goes_there_counts(world: World, path: str) -> None:
    link = world.give(path)
    reader = world.browser()
    await reader.follow(world.give(world.publish(Level.SUBSCRIBERS, "/us/world/b/")))
    left = dict(world.openings_left)
    head = await reader.ask("HEAD", link, b"", {})
    assert head.access == SHUT
    assert head.body == b""
    for mode in ("cors", "no-cors", "same-origin"):
        shut(await reader.get(link, sec_fetch_mode=mode), "none")
    for header in ("sec_purpose", "purpose"):
        ahead = await reader.get(link, sec_fetch_mode="navigate", **{header: "prefetch;prerender"})
        assert ahead.status == 503
        assert ahead.header("cache-control") == "private, no-store"
        assert ahead.body == b""
    assert world.openings_left == left
    assert (await reader.get(link, sec_fetch_mode="navigate")).access == GIFT
    assert (await reader.get(link, sec_fetch_mode="cors")).access == GIFT
    assert (await reader.ask("HEAD", link, b"", {})).access == GIFT


@told
async def test_of_many_that_want_the_last_opening_at_once_one_has_it(
    world: World, path: str
) -> None:
    link = world.give(path, openings=1)
    crowd = [world.browser() for _ in range(8)]
    for one in crowd:
        one.cookies["bs_gifts"] = Seals(KEYS).seal_gifts({})
    answers = await asyncio.gather(*(one.get(link) for one in crowd))
    assert sorted(answer.access for answer in answers) == [GIFT] + [SHUT] * 7


@told
async def test_the_office_away_is_as_if_there_were_no_link(world: World, path: str) -> None:
    link = world.give(path)
    world.database_away = True
    shut(await world.browser().get(link), "none")


# Links that open nothing


@told
async def test_over_withdrawn_guessed_and_others_links_say_so_on_the_wall(
    world: World, path: str
) -> None:
    other = world.publish(Level.SUBSCRIBERS, "/us/world/other/")
    elsewhere = world.give(other).partition("?")[2]
    for link in (
        world.give(path, ends=world.now),
        world.give(path, withdrawn=True),
        world.give(path, openings=0),
        f"{path}?gift={TOKEN.decode()}",
        f"{path}?{elsewhere}",
    ):
        reader = world.browser()
        shut(await reader.follow(link), "gift_over")
        assert "bs_gifts" not in reader.cookies


@told
async def test_a_link_that_is_withdrawn_or_over_shuts_for_those_who_opened_it(
    world: World, path: str
) -> None:
    for change in ({"withdrawn": True}, {"ends": world.now}):
        link = world.give(path)
        reader = world.browser()
        assert (await reader.follow(link)).access == GIFT
        key = digest(link.partition("gift=")[2].encode())
        world.links[key] = world.links[key]._replace(**change)
        shut(await reader.follow(link), "gift_over")


@pytest.mark.parametrize(
    "query",
    [
        "gift=",
        "gift=x",
        "gift=" + "a" * 10_000,
        "gift=" + "a" * 21,
        "gift=" + "a" * 23,
        "gift=%00" + "a" * 19,
        "gift=" + "é" * 11,
        "gift=abcdefghijklmnopqrstu%76",
        "gift=abcdefghijklmnopqrstuv&gift=bbcdefghijklmnopqrstuv",
        "gift=../../../../../etc/pas",
        "gift=' OR 1=1 --aaaaaaaaaaa",
    ],
)
def test_what_cannot_be_a_token_is_never_looked_up(world: World, query: str) -> None:
    path = world.publish(Level.SUBSCRIBERS)

    @told
    async def ask() -> None:
        shut(await world.browser().follow(f"{path}?{query}"), "gift_over")

    ask()
    assert world.asked_for_links == 0


@pytest.mark.parametrize(
    "query", ["", "gifts=x", "gift", "a=gift", "nogift=x", "Gift=x", "a=gift="]
)
def test_a_query_without_a_link_asks_nobody(world: World, query: str) -> None:
    path = world.publish(Level.SUBSCRIBERS)

    @told
    async def ask() -> None:
        answer = await world.browser().get(f"{path}?{query}")
        shut(answer, "none")
        assert answer.header("etag")

    ask()
    assert world.asked_for_links == 0


def test_the_same_link_twice_is_that_link() -> None:
    once = presented(b"gift=" + TOKEN)
    assert once is not None
    assert once.token == TOKEN
    assert presented(b"a=b&gift=" + TOKEN + b"&c&gift=" + TOKEN) == once
    different = presented(b"gift=" + TOKEN + b"&gift=" + TOKEN[::-1])
    assert different is not None
    assert different.token is None


# Caches and addresses


@told
async def test_no_page_under_a_link_is_kept_or_revalidated(world: World, path: str) -> None:
    link = world.give(path)
    reader = world.browser()
    whole = await reader.follow(link)
    walled = await world.browser().get(f"{path}?gift=nothing")
    free = await world.browser().get(world.give(world.publish(Level.FREE, "/us/world/free/")))
    for answer in (whole, walled, free):
        assert answer.header("cache-control") == "private, no-store"
        assert answer.header("etag") == ""
        assert answer.header("referrer-policy") == "strict-origin"
        assert len([name for name, _ in answer.headers if name == b"cache-control"]) == 1
        assert len([name for name, _ in answer.headers if name == b"referrer-policy"]) == 1
    tagged = await world.browser("ana").get(path)
    for etag in (tagged.header("etag"), "*"):
        again = await reader.follow(link, if_none_match=etag)
        assert again.status == 200
        shut(await world.browser().follow(path, if_none_match=etag), "none")


@told
async def test_a_page_without_a_link_is_kept_as_before(world: World, path: str) -> None:
    answer = await world.browser().get(path)
    assert answer.header("cache-control") == "public, max-age=0, must-revalidate"
    assert answer.header("referrer-policy") == "strict-origin-when-cross-origin"


@told
async def test_the_cookie_that_remembers_opens_nothing_by_itself(world: World, path: str) -> None:
    reader = world.browser()
    await reader.follow(world.give(path))
    answer = await reader.get(path)
    shut(answer, "none")
    assert answer.header("cache-control") == "private, no-cache"


# The cookie


def test_the_cookie_forgets_what_is_over_and_what_is_too_many() -> None:
    seals = Seals(KEYS)
    opened = {n: 1000.0 + n for n in range(GIFTS_CEILING + 20)}
    sealed = seals.seal_gifts(opened)
    kept = seals.read_gifts(sealed, 0)
    assert kept == {n: 1000.0 + n for n in range(20, GIFTS_CEILING + 20)}
    assert seals.read_gifts(sealed, 1030.0) == {n: v for n, v in kept.items() if v > 1030}
    assert len(sealed) < 1000


def test_a_cookie_of_another_kind_or_key_is_none() -> None:
    seals = Seals(KEYS)
    for sealed in (seals.seal_meter({1: 5.0}), Seals(["else" * 9]).seal_gifts({1: 5.0}), "", "x.y"):
        assert seals.read_gifts(sealed, 0) is None
    assert seals.read_meter(seals.seal_gifts({1: 5.0}), 0) is None


# What is said of the seat


@told
async def test_a_payment_that_is_due_is_said_above_every_story(world: World) -> None:
    free = world.publish(Level.FREE)
    closed = world.publish(Level.SUBSCRIBERS, "/us/world/closed/")
    ana = world.browser("ana", payment_due=True)
    for path in (free, closed):
        answer = await ana.get(path)
        assert "full none en payment_due" in answer.text
        assert answer.header("etag")  # the same bytes for all whom it concerns
    gift = await world.browser("luis", payment_due=True).follow(world.give(closed))
    assert "full none en gift" in gift.text


def test_a_pass_of_a_version_that_says_less_is_renewed(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)

    @told
    async def ask() -> None:
        ana = world.browser("ana")
        await ana.get(path)
        seals = Seals(KEYS)
        a_pass = seals.read_pass(ana.cookies["bs_pass"], ana.cookies["bs_device"], world.now)
        assert a_pass is not None
        values = [a_pass.reader, a_pass.device, a_pass.label, a_pass.key, "enforce"]
        old = seals._pass.dumps([*values, a_pass.number, a_pass.expires, ""])
        ana.cookies["bs_pass"] = str(old)
        answer = await ana.get(path)
        assert answer.access == "granted; reason=lease"
        renewed = seals.read_pass(ana.cookies["bs_pass"], ana.cookies["bs_device"], world.now)
        assert renewed == replace(a_pass, mode=Mode.ENFORCE)

    ask()
