"""Takeovers, beats and releases that are old, forged, out of order, or not a form at all."""

import socket
import time
from urllib.parse import urlencode

import pytest

from tests.leaks.client import Answer, Browser, Server, receive, request
from tests.leaks.conftest import Readers, token
from tests.leaks.desk import Desk

EPOCHS_THAT_ARE_NONE = [
    "",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x1",
    "one",
    " 1",
    "1 ",
    "1_0",
    "NaN",
    "Infinity",
    "\N{ARABIC-INDIC DIGIT ONE}",
    "\N{SUPERSCRIPT TWO}",
    "9" * 20,
    "9" * 5000,
    "\x00",
    "1\x00",
    "[1]",
    "null",
    "'; DROP TABLE seat; --",
]
FROM_ELSEWHERE = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "x")],
    [("Sec-Fetch-Site", ""), ("Origin", "https://elsewhere.example")],
    [("Sec-Fetch-Site", ""), ("Origin", "null")],
    [("Sec-Fetch-Site", ""), ("Origin", "http://localhost.elsewhere.example")],
    [("Sec-Fetch-Site", ""), ("Origin", "http://elsewhere.example/localhost")],
    [("Sec-Fetch-Site", ""), ("Origin", "http://localhost:1")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost")],
]
FORMS = ["beat", "release", "take-over", "both-mine"]


def contested(pair: tuple[Browser, Browser], path: str) -> tuple[Browser, Browser, str]:
    """The first device reads; the second has been told so, with a token to take over."""
    here, there = pair
    assert here.ask(path).whole
    return here, there, token(there.ask(path))


def reads(browser: Browser, path: str) -> bool:
    return browser.ask(path).access == "granted; reason=lease"


# Takeover tokens


def test_a_good_token_takes_the_seat_and_the_other_device_is_told(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, good = contested(pair, closed)
    lease = here.cookies["bs_lease"]
    assert there.script("take-over", token=good, next=closed).status == 200
    assert reads(there, closed)
    told = here.script("beat", epoch=lease)
    assert told.status == 410
    assert told.json["displaced"]["by"].startswith("Firefox")


def test_a_token_sent_again_by_the_winner_changes_nothing(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    _, there, good = contested(pair, closed)
    first = there.script("take-over", token=good, next=closed)
    again = there.script("take-over", token=good, next=closed)
    assert first.json == again.json
    assert again.status == 200


def test_a_token_replayed_after_the_seat_was_taken_back_is_refused(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, old = contested(pair, closed)
    assert there.script("take-over", token=old).status == 200
    assert here.script("take-over", token=token(here.ask(closed))).status == 200
    refused = there.script("take-over", token=old)
    assert refused.status == 409
    assert set(refused.json) == {"holder", "since", "token"}
    assert refused.json["token"] != old
    assert reads(here, closed)
    assert there.script("take-over", token=refused.json["token"]).status == 200


def test_a_token_of_another_device_is_refused(
    readers: Readers, pair: tuple[Browser, Browser], email_of_pair: str, closed: str
) -> None:
    here, there = pair
    third = readers.sign_in(email_of_pair)
    assert here.ask(closed).whole
    not_its_own = token(there.ask(closed))
    assert third.ask(closed).access == "preview; reason=in-use"
    assert third.script("take-over", token=not_its_own).status == 409
    assert reads(here, closed)


def test_a_token_of_another_seat_is_refused(
    readers: Readers, pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, _ = contested(pair, closed)
    _, *others = readers.pair()
    _, _, of_another = contested((others[0], others[1]), closed)
    assert there.script("take-over", token=of_another).status == 409
    assert reads(here, closed)


def test_a_reader_without_a_seat_takes_none_with_anothers_token(
    nora: Browser, pair: tuple[Browser, Browser], closed: str
) -> None:
    here, _, good = contested(pair, closed)
    answer = nora.script("take-over", token=good)
    assert answer.status == 401
    assert nora.ask(closed).access == "preview; reason=subscription-required"
    assert reads(here, closed)


def test_a_visitor_takes_no_seat_with_anothers_token(
    server: Server, pair: tuple[Browser, Browser], closed: str
) -> None:
    here, _, good = contested(pair, closed)
    assert Browser(server).script("take-over", token=good).status == 401
    assert reads(here, closed)


@pytest.mark.parametrize("name", ["take-over", "both-mine"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_forged_token_is_a_form_out_of_date(
    pair: tuple[Browser, Browser], closed: str, name: str, language: str
) -> None:
    here, there, good = contested(pair, closed)
    there.cookies["bs_language"] = language
    payload, _, signature = good.rpartition(".")
    forged = [f"{payload}.{signature[::-1]}", payload, good[:-2], f"x{good}", "", "x", "%%token%%"]
    forged += ["x" * 5000, there.cookies["bs_pass"], here.cookies["bs_pass"], "\x00", "\N{SNOWMAN}"]
    for value in forged:
        answer = there.post(f"/-/seat/{name}", {"token": value, "next": closed})
        assert answer.status == 403, value
        assert f'<html lang="{language}"' in answer.text
        assert answer.get("cache-control").startswith("private") or not answer.set_cookies
        script = there.script(name, token=value, next=closed)
        assert script.status == 403
        assert script.json["error"]
    assert reads(here, closed)


def test_without_scripts_a_lost_takeover_leads_back_to_the_story_with_a_new_token(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, old = contested(pair, closed)
    there.script("take-over", token=old)
    here.script("take-over", token=token(here.ask(closed)))
    answer = there.post("/-/seat/take-over", {"token": old, "next": closed})
    assert answer.status == 303
    assert answer.get("location") == closed
    page = there.ask(closed)
    assert page.access == "preview; reason=in-use"
    assert token(page) != old


def test_both_mine_with_another_devices_token_answers_for_nobody(
    ana: Browser, pair: tuple[Browser, Browser], closed: str, desk: Desk
) -> None:
    here, _, good = contested(pair, closed)
    before = desk("total", "mine")
    assert ana.copy().script("both-mine", token=good).status == 200
    assert here.script("both-mine", token=good).status == 200
    time.sleep(0.5)
    assert desk("total", "mine") == before
    _, there = pair
    assert there.script("both-mine", token=good).status == 200
    time.sleep(0.5)
    assert desk("total", "mine") == before + 1


# Beats and releases


@pytest.mark.parametrize("name", ["beat", "release"])
def test_an_epoch_that_is_no_number_changes_nothing(
    pair: tuple[Browser, Browser], closed: str, name: str
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    for value in EPOCHS_THAT_ARE_NONE:
        answer = here.script(name, epoch=value)
        assert answer.status == (400 if name == "beat" else 200), value
        assert answer.get("content-type") == "application/json"
    assert here.script("beat").status == 400
    time.sleep(2.2)  # a release would be over by now
    assert there.ask(closed).access == "preview; reason=in-use"


def test_a_beat_from_the_future_renews_nothing_and_harms_nothing(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    now = int(here.cookies["bs_lease"])
    for later in (now + 1, now + 1_000_000, 2**53, 2**63, 10**19 - 1):
        answer = here.script("beat", epoch=str(later))
        assert answer.status == 410
        assert answer.body == b""
        assert here.script("release", epoch=str(later)).status == 200
        assert there.script("beat", epoch=str(later)).status == 410
    assert here.script("beat", epoch=str(now)).json["epoch"] == now


def test_beats_out_of_order_keep_the_lease_of_the_device_that_has_it(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, good = contested(pair, closed)
    there.script("take-over", token=good)
    here.script("take-over", token=token(here.ask(closed)))
    now = int(here.cookies["bs_lease"])
    for epoch in (now, now - 2, 0, now - 1, now):
        assert here.script("beat", epoch=str(epoch)).json["epoch"] == now
    for epoch in (0, now - 2, now - 1, now):
        late = there.script("beat", epoch=str(epoch))
        assert late.status == 410
        assert late.json["displaced"]["by"]
    assert reads(here, closed)


def test_a_late_release_never_frees_the_new_holder(
    pair: tuple[Browser, Browser], closed: str
) -> None:
    here, there, good = contested(pair, closed)
    there.script("take-over", token=good)
    now = int(there.cookies["bs_lease"])
    for epoch in (0, now - 1, now, now + 1, 2**53):
        here.script("release", epoch=str(epoch))
    there.script("release", epoch=str(now - 1))  # of its own seat, and old
    time.sleep(2.2)
    assert here.ask(closed).access == "preview; reason=in-use"


def test_a_beat_without_a_sign_in_says_so(pair: tuple[Browser, Browser], closed: str) -> None:
    browser, _ = pair
    assert browser.ask(closed).whole
    for one in (browser.copy(bs_pass="", bs_session=""), browser.copy(bs_pass="", bs_session="x")):
        answer = one.script("beat", epoch="1")
        assert answer.status == 401
        assert answer.json == {"error": "signed-out"}


# Forms that are none


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_answered_with_the_one_that_there_is(
    ana: Browser, name: str, method: str
) -> None:
    answer = ana.copy().ask(f"/-/seat/{name}", method=method)
    assert answer.status == 405
    assert answer.get("allow") == "POST"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_the_stream_is_only_opened_to_be_read(ana: Browser, closed: str, method: str) -> None:
    assert ana.ask(closed).whole
    answer = ana.copy().ask("/-/seat/events", method=method)
    assert answer.status == 405
    assert answer.get("allow") == "GET"


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_a_person_may_stumble_over_is_said_on_a_page_in_their_language(
    ana: Browser, closed: str, language: str
) -> None:
    ana = ana.copy(bs_language=language)
    large = ana.post("/-/seat/take-over", {"token": "x" * 9000, "next": closed})
    elsewhere = ana.post("/-/seat/take-over", {"token": "x"}, [("Sec-Fetch-Site", "cross-site")])
    method = ana.ask("/-/seat/take-over")
    nothing = ana.ask("/-/seat/nothing")
    for answer, status in ((large, 413), (elsewhere, 403), (method, 405), (nothing, 404)):
        assert answer.status == status
        assert answer.get("content-type").startswith("text/html")
        assert f'<html lang="{language}"' in answer.text
        assert 'href="/"' in answer.text


@pytest.mark.parametrize("name", FORMS)
def test_a_script_is_told_the_same_in_json(ana: Browser, name: str) -> None:
    ana = ana.copy()
    json = ("Accept", "application/json")
    for answer, status in (
        (ana.post(f"/-/seat/{name}", b"x=" + b"y" * 9000, [json]), 413),
        (ana.post(f"/-/seat/{name}", {}, [json, ("Sec-Fetch-Site", "cross-site")]), 403),
        (ana.ask(f"/-/seat/{name}", heads=[json]), 405),
        (ana.post(f"/-/seat/{name}x", {}, [json]), 404),
    ):
        assert answer.status == status
        assert answer.json["error"]


@pytest.mark.parametrize("heads", FROM_ELSEWHERE)
def test_a_form_from_another_site_does_nothing(
    pair: tuple[Browser, Browser], closed: str, heads: list[tuple[str, str]]
) -> None:
    here, there, good = contested(pair, closed)
    for name in FORMS:
        answer = there.post(f"/-/seat/{name}", {"token": good, "epoch": "1"}, heads)
        assert answer.status == 403, name
        assert here.post(f"/-/seat/{name}", {"token": good, "epoch": "1"}, heads).status == 403
    assert reads(here, closed)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_over_eight_thousand_bytes_is_refused_while_it_is_sent(
    ana: Browser, server: Server, name: str
) -> None:
    """However much of it was announced, and whether or not all of it comes."""
    for body in (b"token=" + b"x" * 9000, b"&" * 200_000, b"a=b&" * 3000):
        assert ana.copy().post(f"/-/seat/{name}", body).status == 413
    head = request("POST", f"/-/seat/{name}", server.authority, [("Transfer-Encoding", "chunked")])
    head = head.replace(b"Content-Length: 0\r\n", b"")
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    assert server.send(head + chunk * 3).status == 413


def test_bodies_that_are_no_form_are_taken_as_an_empty_one(ana: Browser) -> None:
    for body in (
        b"\x00\xff\xfe",
        b'{"epoch": 1}',
        b"epoch",
        b"=1",
        b"%zz=%",
        b"epoch=%ff%fe",
        b"&&&;;;===",
        b"--x\r\nContent-Disposition: form-data; name=epoch\r\n\r\n1\r\n--x--",
    ):
        answer = ana.copy().post("/-/seat/beat", body)
        assert answer.status == 400, body
        assert answer.json == {"error": "epoch"}


def test_a_field_sent_twice_counts_once(ana: Browser, closed: str) -> None:
    assert ana.ask(closed).whole
    body = urlencode([("epoch", "x"), ("epoch", ana.cookies["bs_lease"])]).encode()
    assert ana.post("/-/seat/beat", body).status in (200, 400)


# Slow and broken bodies


def send_slowly(line: socket.socket, data: bytes, pause: float) -> None:
    for place in range(0, len(data), max(1, len(data) // 6)):
        line.sendall(data[place : place + max(1, len(data) // 6)])
        time.sleep(pause)


def test_a_slow_form_keeps_nobody_waiting_and_is_answered_in_the_end(
    ana: Browser, server: Server, closed: str
) -> None:
    assert ana.ask(closed).whole
    cookies = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    body = f"epoch={ana.cookies['bs_lease']}".encode()
    data = request("POST", "/-/seat/beat", server.authority, [("Cookie", cookies)], body)
    with server.line() as line:
        line.sendall(data[:-4])
        for _ in range(5):
            began = time.monotonic()
            assert server.ask(closed).status == 200
            assert time.monotonic() - began < 2
        send_slowly(line, data[-4:], 0.1)
        assert receive(line).status == 200


def test_a_form_that_breaks_off_changes_nothing_and_the_paper_lives_on(
    pair: tuple[Browser, Browser], server: Server, closed: str
) -> None:
    here, there, good = contested(pair, closed)
    cookies = "; ".join(f"{name}={value}" for name, value in there.cookies.items())
    body = urlencode({"token": good, "next": closed}).encode()
    data = request("POST", "/-/seat/take-over", server.authority, [("Cookie", cookies)], body)
    for place in (len(data) - 1, len(data) - len(body), 20):
        with server.line() as line:
            line.sendall(data[:place])
    time.sleep(0.3)
    assert reads(here, closed)


# Streams


def test_a_displaced_device_hears_it_on_its_stream_and_nothing_else(
    pair: tuple[Browser, Browser], server: Server, closed: str
) -> None:
    here, there, good = contested(pair, closed)
    cookies = "; ".join(f"{name}={value}" for name, value in here.cookies.items())
    data = request("GET", "/-/seat/events", server.authority, [("Cookie", cookies)])
    with server.line() as line:
        line.sendall(data)
        heard = line.recv(65536)
        assert b"text/event-stream" in heard
        assert there.script("take-over", token=good).status == 200
        line.settimeout(3)
        while b"displaced" not in heard:
            heard += line.recv(65536)
    event = heard.decode().partition("event: displaced")[2]
    assert '"by": "Firefox on Windows"' in event
    assert set(_fields(event)) == {"by", "at"}


def _fields(event: str) -> list[str]:
    return [part.split('"')[0] for part in event.partition("{")[2].split(', "')] and [
        name for name in ("by", "at", "text", "title", "seat", "device") if f'"{name}":' in event
    ]


def test_who_has_no_seat_gets_no_stream(nora: Browser, server: Server) -> None:
    for browser in (nora, Browser(server)):
        answer: Answer = browser.ask("/-/seat/events")
        assert answer.status == 204
        assert answer.body == b""
