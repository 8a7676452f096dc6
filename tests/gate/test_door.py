"""What leaves by the door, for whom, and under which heading."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from broadsheet.access import Device, Level, Mode, Timings
from broadsheet.gate.events import Event
from broadsheet.seats import SqliteSeatStore, Told
from broadsheet.stores import StoreAway
from tests.gate.world import HIDDEN, Answer, World


def told[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that awaits."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@told
async def test_a_free_story_is_everybodys(world: World) -> None:
    path = world.publish(Level.FREE)
    for who in (world.browser(), world.browser("ana"), world.browser("nora", mode=None)):
        answer = await who.get(path)
        assert answer.access == "granted; reason=free"
        assert HIDDEN in answer.text


@told
async def test_a_registered_story_asks_for_an_account(world: World) -> None:
    path = world.publish(Level.REGISTERED)
    visitor = await world.browser().get(path)
    assert visitor.access == "preview; reason=registration-required"
    assert HIDDEN not in visitor.text
    nora = await world.browser("nora", mode=None, key="reader:2").get(path)
    assert nora.access == "granted; reason=registered"


@told
async def test_a_subscribers_story_asks_for_a_seat(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    for who in (world.browser(), world.browser("nora", mode=None, key="reader:2")):
        answer = await who.get(path)
        assert answer.access == "preview; reason=subscription-required"
        assert HIDDEN not in answer.text
    ana = await world.browser("ana").get(path)
    assert ana.access == "granted; reason=lease"
    assert HIDDEN in ana.text


@told
async def test_the_second_device_is_told_where_and_since_when(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    await world.browser("Firefox on Android").get(path)
    world.now += 60
    answer = await world.browser("Safari on macOS").get(path)
    assert answer.access == "preview; reason=in-use"
    assert HIDDEN not in answer.text
    assert "Firefox on Android|1970-01-12T13:46:40+00:00|08:46|" in answer.text
    assert answer.header("cache-control") == "private, no-store"


@told
async def test_a_label_cannot_bring_markup_into_the_page(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    await world.browser("<script>alert(1)</script>").get(path)
    answer = await world.browser("laptop").get(path)
    assert "<script>" not in answer.text


@told
async def test_taking_over_displaces_and_brings_back_to_the_story(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    token = (await laptop.get(path)).token
    answer = await laptop.take_over(token)
    assert (answer.status, answer.header("location")) == (303, path)
    assert (await laptop.get(path)).access == "granted; reason=lease"
    assert (await phone.get(path)).access == "preview; reason=in-use"


@told
async def test_the_displaced_device_learns_by_whom_at_its_next_beat(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    await laptop.take_over((await laptop.get(path)).token)
    gone = await phone.beat()
    assert gone.status == 410
    assert '"by": "laptop"' in gone.text


@told
async def test_of_two_that_take_over_at_once_one_wins_and_the_other_is_told(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    holder, laptop, tablet = (world.browser(name) for name in ("phone", "laptop", "tablet"))
    await holder.get(path)
    tokens = (await laptop.get(path)).token, (await tablet.get(path)).token
    asked = {"accept": "application/json"}
    answers = [
        await laptop.take_over(tokens[0], **asked),
        await tablet.take_over(tokens[1], **asked),
    ]
    assert [answer.status for answer in answers] == [200, 409]
    assert '"holder": "laptop"' in answers[1].text


@told
async def test_a_token_is_good_for_120_seconds_on_its_own_device(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop, thief = (world.browser(name) for name in ("phone", "laptop", "thief"))
    await phone.get(path)
    token = (await laptop.get(path)).token
    await thief.get(path)
    assert (await thief.take_over(token, accept="application/json")).status == 409
    for _ in range(4):
        world.now += 30
        await phone.beat()
    assert (await laptop.take_over(token, accept="application/json")).status == 409


@told
async def test_a_form_without_a_good_token_is_refused_with_words(world: World) -> None:
    ana = world.browser("ana")
    for token in ("", "forged", "a.b.c"):
        assert (await ana.take_over(token)).text == "the site: GET /-/problem/form/"


@told
async def test_a_form_from_another_site_is_refused(world: World) -> None:
    ana = world.browser("ana")
    for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await ana.post("/-/seat/beat", {"epoch": "1"}, host="paper.example", **headers)
        assert answer.text == "the site: GET /-/problem/elsewhere/"


@told
async def test_beats_renew_and_say_when_the_lease_ends(world: World) -> None:
    ana = world.browser("ana")
    await ana.get(world.publish(Level.SUBSCRIBERS))
    world.now += 80
    answer = await ana.beat()
    assert answer.status == 200
    assert answer.header("expires") == "Mon, 12 Jan 1970 13:49:30 GMT"
    world.now += 91
    gone = await ana.beat()
    assert (gone.status, gone.body) == (410, b"")


@pytest.mark.parametrize("epoch", ["", "-1", "soon", "1.5", "9" * 400, "٣"])
@told
async def test_a_beat_without_a_number_is_refused(world: World, epoch: str) -> None:
    assert (await world.browser("ana").beat(epoch)).status == 400


@told
async def test_a_beat_from_the_future_renews_nothing(world: World) -> None:
    ana = world.browser("ana")
    await ana.get(world.publish(Level.SUBSCRIBERS))
    assert (await ana.beat(10**15)).status == 410


@told
async def test_a_tab_that_was_put_away_frees_the_seat_in_ten_seconds(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    await phone.post("/-/seat/release", {"epoch": phone.cookies["bs_lease"]})
    world.now += 11
    assert (await laptop.get(path)).access == "granted; reason=lease"


@pytest.mark.parametrize(
    ("mode", "reason"), [(Mode.OFF, "plan"), (Mode.MONITOR, "monitor"), (Mode.NOTIFY, "notify")]
)
@told
async def test_other_modes_refuse_nobody(world: World, mode: Mode, reason: str) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone", mode=mode), world.browser("laptop", mode=mode)
    await phone.get(path)
    assert (await laptop.get(path)).access == f"granted; reason={reason}"
    await world.gate.recorder.flush()
    overlaps = [event.kind for event in world.events]
    assert overlaps == ([] if mode is Mode.OFF else [Event.OVERLAP])
    assert (await laptop.beat(1)).status == 200


@told
async def test_refusals_and_takeovers_are_recorded(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    await laptop.take_over((await laptop.get(path)).token)
    await world.gate.recorder.flush()
    assert [event.kind for event in world.events] == [Event.REFUSED, Event.TAKEOVER]


@told
async def test_an_old_pass_is_settled_anew_by_the_sign_in_behind_it(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    ana = world.browser("ana")
    await ana.get(path)
    world.store.revoke("seat:1", frozenset())
    answer = await ana.get(path)
    assert answer.access == "granted; reason=lease"
    assert any(cookie.startswith("bs_pass=") for cookie in answer.set_cookies)


@pytest.mark.parametrize("level", [Level.REGISTERED, Level.SUBSCRIBERS])
@told
async def test_a_sign_out_ends_a_kept_pass_at_the_next_request(world: World, level: Level) -> None:
    path = world.publish(level)
    ana = world.browser("ana")
    await ana.get(path)
    del world.signed_in["ana"]
    world.store.revoke("seat:1", frozenset())
    answer = await ana.get(path)
    assert answer.access.startswith("preview")
    assert HIDDEN not in answer.text
    assert "bs_pass" not in ana.cookies


@told
async def test_an_expired_pass_is_renewed_unnoticed(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    ana = world.browser("ana")
    await ana.get(path)
    world.now += 700
    assert (await ana.get(path)).access == "granted; reason=lease"


@told
async def test_while_the_store_is_away_subscribers_read_on_and_nobody_else_does(
    world: World, tmp_path: Path
) -> None:
    path = world.publish(Level.SUBSCRIBERS, meter_readers=3)
    ana, nora = world.browser("ana"), world.browser("nora", mode=None, key="reader:2")
    await ana.get(path)
    locks = [sqlite3.connect(tmp_path / name) for name in ("seats", "meters")]
    for lock in locks:
        lock.execute("BEGIN IMMEDIATE")
    assert (await ana.get(path)).access == "granted; reason=store-away"
    assert (await nora.get(path)).access.startswith("preview")
    assert (await world.browser().get(path)).access.startswith("preview")
    for lock in locks:
        lock.close()
    await world.gate.recorder.flush()
    assert Event.STORE_AWAY in [event.kind for event in world.events]


class BackInBetween(SqliteSeatStore):
    """Away when it is asked, as the office finds too, and back when it is asked again."""

    away = False

    async def open(self, key: str, device: Device, number: int) -> Told:
        if self.away:
            raise StoreAway
        return await super().open(key, device, number)

    def number(self, key: str) -> int:
        if not self.away:
            return super().number(key)
        self.away = False
        return 0  # what the office puts into a pass while the store is away


@told
async def test_a_store_that_comes_back_while_the_sign_in_is_asked_shuts_no_subscriber_out(
    tmp_path: Path,
) -> None:
    store = BackInBetween(tmp_path / "seats", Timings())
    world = World(tmp_path, shared_store=store)
    path = world.publish(Level.SUBSCRIBERS)
    ana = world.browser("ana")
    await ana.get(path)
    store.away = True
    answer = await ana.get(path)
    assert answer.access == "granted; reason=lease"
    assert HIDDEN in answer.text


@told
async def test_the_epoch_travels_once_and_not_with_every_page(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    ana = world.browser("ana")
    first, second = await ana.get(path), await ana.get(path)
    epoch = world.store.look("seat:1").seat.epoch
    assert any(cookie.startswith(f"bs_lease={epoch};") for cookie in first.set_cookies)
    assert second.set_cookies == []


@told
async def test_a_visitors_meter_opens_so_many_stories_once_each(world: World) -> None:
    paths = [
        world.publish(Level.SUBSCRIBERS, f"/es/world/s{n}/", meter_visitors=2) for n in range(3)
    ]
    visitor = world.browser()
    sent = await visitor.get(paths[0])
    assert (sent.status, sent.header("location")) == (303, f"{paths[0]}?metered")
    seen = [(await visitor.get(path)).access for path in (*paths, paths[0])]
    metered, spent = "metered; reason=meter", "preview; reason=meter-spent"
    assert seen == [metered, metered, spent, metered]
    world.now += 31 * 86400
    assert (await visitor.get(paths[2])).access == metered


@told
async def test_a_visitor_without_cookies_sees_the_preview(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS, meter_visitors=2)
    for _ in range(3):
        answer = await world.browser().get(f"{path}?metered")
        assert answer.access.startswith("preview")
        assert HIDDEN not in answer.text


@told
async def test_a_registered_readers_meter_is_one_for_all_their_devices(world: World) -> None:
    paths = [
        world.publish(Level.SUBSCRIBERS, f"/es/world/s{n}/", meter_readers=2) for n in range(3)
    ]
    phone, laptop = (
        world.browser(name, mode=None, key="reader:2", reader=2) for name in ("phone", "laptop")
    )
    assert (await phone.get(paths[0])).access == "metered; reason=meter"
    assert (await laptop.get(paths[1])).access == "metered; reason=meter"
    assert (await phone.get(paths[2])).access == "preview; reason=meter-spent"
    assert (await laptop.get(paths[0])).access == "metered; reason=meter"


@pytest.mark.parametrize(("asked", "coding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", "")])
@told
async def test_pages_come_compressed_as_asked(world: World, asked: str, coding: str) -> None:
    answer = await world.browser().get(world.publish(Level.FREE), accept_encoding=asked)
    assert answer.header("content-encoding") == coding
    assert HIDDEN in answer.text
    assert int(answer.header("content-length")) == len(answer.body)


def without_id(answer: Answer) -> list[tuple[bytes, bytes]]:
    return [pair for pair in answer.headers if pair[0] != b"x-request-id"]


@told
async def test_head_is_get_without_the_body(world: World) -> None:
    path = world.publish(Level.FREE)
    got = await world.browser().get(path)
    head = await world.browser().ask("HEAD", path, b"", {})
    assert head.body == b""
    assert without_id(head) == without_id(got)


@told
async def test_not_modified_is_only_for_who_may_read_that_page(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    ana = world.browser("ana")
    etag = (await ana.get(path)).header("etag")
    assert (await ana.get(path, if_none_match=etag)).status == 304
    visitor = await world.browser().get(path, if_none_match=etag)
    assert visitor.status == 200
    assert HIDDEN not in visitor.text


@told
async def test_nothing_of_one_reader_may_be_kept_by_shared_caches(world: World) -> None:
    free = world.publish(Level.FREE, "/us/world/free/")
    paid = world.publish(Level.SUBSCRIBERS, "/us/world/paid/")
    public = "public, max-age=0, must-revalidate"
    for path in (free, paid):
        answer = await world.browser().get(path)
        assert (answer.header("cache-control"), answer.set_cookies) == (public, [])
        mine = await world.browser("ana").get(path)
        assert mine.header("cache-control").startswith("private")
        assert "Cookie" in mine.header("vary")


@told
async def test_a_story_turned_from_free_to_subscribers_is_behind_the_wall_at_once(
    world: World,
) -> None:
    path = world.publish(Level.FREE)
    visitor = world.browser()
    assert HIDDEN in (await visitor.get(path)).text
    world.publish(Level.SUBSCRIBERS, path, id=1)
    answer = await visitor.get(path)
    assert answer.access == "preview; reason=subscription-required"
    assert HIDDEN not in answer.text


@told
async def test_a_story_that_changes_while_it_is_printed_is_not_sent_as_it_was(world: World) -> None:
    path = world.publish(Level.FREE)
    printing = world.print_page

    async def slow(story: Any, face: Any) -> bytes | None:
        body = await printing(story, face)
        if world.issue == 1:
            world.publish(Level.SUBSCRIBERS, path, id=1)
        return body

    world.print_page = slow  # type: ignore[method-assign]
    assert HIDDEN not in (await world.browser().get(path)).text


@told
async def test_a_story_that_is_gone_is_the_sites_to_explain(world: World) -> None:
    path = world.publish(Level.FREE)
    await world.browser().get(path)
    del world.stories[path]
    world.issue += 1
    assert (await world.browser().get(path)).text == f"the site: GET {path}"


@told
async def test_however_many_ask_a_page_is_printed_once(world: World) -> None:
    path = world.publish(Level.FREE)
    await asyncio.gather(*(world.browser().get(path) for _ in range(50)))
    assert world.printed == 1


@told
async def test_the_interface_speaks_the_readers_language(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    spanish = await world.browser().get(path, accept_language="es-MX,es;q=0.9,en;q=0.5")
    assert " es " in spanish.text
    chose = world.browser()
    chose.cookies["bs_language"] = "en"
    assert " en " in (await chose.get(path, accept_language="es")).text


@told
async def test_other_addresses_are_the_sites(world: World) -> None:
    world.publish(Level.FREE)
    for path in (
        "/",
        "/us/",
        "/us/world/",
        "/us/world/a-story",
        "/us//a-story/",
        "/US/world/a-story/",
    ):
        assert (await world.browser().get(path)).text == f"the site: GET {path}"


@told
async def test_the_way_back_stays_on_the_site(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    for to in (
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "/a\r\nb: c",
    ):
        token = (await laptop.get(path)).token if laptop is not phone else ""
        answer = await laptop.post("/-/seat/both-mine", {"token": token, "next": to})
        assert (answer.status, answer.header("location")) == (303, "/")


@told
async def test_both_devices_are_mine_is_recorded_and_changes_no_lease(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    phone, laptop = world.browser("phone"), world.browser("laptop")
    await phone.get(path)
    token = (await laptop.get(path)).token
    await laptop.post("/-/seat/both-mine", {"token": token, "next": path})
    await world.gate.recorder.flush()
    assert world.events[-1].kind is Event.MINE
    assert (await phone.beat()).status == 200


@told
async def test_the_message_stands_on_every_story_while_it_is_due(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    free = world.publish(Level.FREE, "/us/world/free/")
    ana = world.browser("ana", message="Firefox on Android")
    for address in (path, free):
        answer = await ana.get(address)
        assert "Firefox on Android" in answer.text
        assert HIDDEN in answer.text
        assert answer.header("cache-control") == "private, no-store"


@told
async def test_a_form_of_a_megabyte_is_refused(world: World) -> None:
    answer = await world.browser("ana").post("/-/seat/take-over", {"token": "x" * 1_000_000})
    assert answer.text == "the site: GET /-/problem/too-large/"


@told
async def test_a_seats_address_cannot_be_opened_as_a_page(world: World) -> None:
    assert (await world.browser().get("/-/seat/beat")).text == "the site: GET /-/problem/method/"
    assert (await world.browser().get("/-/seat/x")).text == "the site: GET /-/problem/not-found/"
