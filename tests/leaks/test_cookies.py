"""A cookie that is not whole, not ours, or not this device's opens nothing."""

import base64
import json
import time
import zlib
from collections.abc import Iterator

import pytest
from itsdangerous import URLSafeSerializer

from broadsheet.gate.seals import Seals
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers
from tests.leaks.marks import Marks

JUNK = ["", "x", "null", "[]", "0", "%00", "a.b", "a.b.c", "..", '"', "\xff\xfe", "W10.", "é" * 40]


def closed_to(answer: Answer, marks: Marks) -> bool:
    """A preview as anybody gets it."""
    assert answer.status == 200
    assert answer.access.startswith("preview; "), answer.access
    assert not answer.whole
    assert not marks.leak(answer.all_of_it), answer.heads
    return True


def only_pass(browser: Browser, **changed: str) -> Browser:
    """The browser's pass and device without its sign-in, from which a pass could be renewed."""
    return browser.copy(bs_session="", **changed)


@pytest.fixture(scope="module")
def reading(readers: Readers, closed: str) -> Browser:
    """Somebody's device with a good pass and the lease."""
    browser = readers.device("basic")
    assert browser.ask(closed).whole
    return browser


def test_the_pass_and_its_device_alone_open_the_story(reading: Browser, closed: str) -> None:
    """Else the tests below would be refused for want of the sign-in, not for the forgery."""
    assert only_pass(reading).ask(closed).access == "granted; reason=lease"


def broken(value: str) -> Iterator[str]:
    """A sealed value, damaged in many ways."""
    payload, _, signature = value.rpartition(".")
    yield from (value[:-1], value[1:], value[: len(value) // 2], payload, f"{payload}.")
    yield from (f".{signature}", f"{value}.", f"{value}{value}", f"{payload}..{signature}")
    yield from (value.lower(), value.upper(), value[::-1], f"{payload}.{signature[::-1]}")
    # The last letter of a base64 signature carries bits that nothing depends on.
    for place in range(0, len(value) - 1, 7):
        letter = "A" if value[place] != "A" else "B"
        yield f"{value[:place]}{letter}{value[place + 1 :]}"


def test_a_damaged_pass_opens_nothing(reading: Browser, closed: str, marks: Marks) -> None:
    sealed = reading.cookies["bs_pass"]
    for value in [*broken(sealed), *JUNK]:
        answer = only_pass(reading, bs_pass=value).ask(closed)
        assert closed_to(answer, marks), value


def test_a_damaged_pass_is_taken_away(reading: Browser, closed: str) -> None:
    answer = only_pass(reading, bs_pass="x.y").ask(closed)
    assert answer.set_cookies["bs_pass"] == ""


def test_a_damaged_sign_in_opens_nothing(reading: Browser, closed: str, marks: Marks) -> None:
    session = reading.cookies["bs_session"]
    for value in [session[:-1], session[1:], session.upper(), session[::-1], session * 2, *JUNK]:
        answer = reading.copy(bs_pass="", bs_session=value).ask(closed)
        assert closed_to(answer, marks), value


def test_another_readers_pass_is_no_good_on_this_device(
    reading: Browser, nora: Browser, closed: str, marks: Marks
) -> None:
    mixed = only_pass(nora, bs_pass=reading.cookies["bs_pass"])
    assert closed_to(mixed.ask(closed), marks)


def test_ones_own_pass_is_no_good_on_anothers_device(
    reading: Browser, nora: Browser, closed: str, marks: Marks
) -> None:
    mixed = only_pass(reading, bs_device=nora.cookies["bs_device"])
    assert closed_to(mixed.ask(closed), marks)
    for value in [*broken(reading.cookies["bs_device"]), *JUNK, ""]:
        answer = only_pass(reading, bs_device=value).ask(closed)
        assert closed_to(answer, marks), value


def test_another_readers_pass_beside_ones_own_sign_in_gives_only_ones_own(
    reading: Browser, nora: Browser, closed: str, for_accounts: str, marks: Marks
) -> None:
    mixed = nora.copy(bs_pass=reading.cookies["bs_pass"])
    assert closed_to(mixed.ask(closed), marks)
    assert mixed.ask(for_accounts).access == "granted; reason=registered"


def test_cookies_in_each_others_places_open_nothing(
    reading: Browser, closed: str, marks: Marks
) -> None:
    names = ("bs_pass", "bs_device", "bs_lease")
    values = [reading.cookies[name] for name in names]
    for turn in (1, 2):
        turned = dict(zip(names, values[turn:] + values[:turn], strict=True))
        assert closed_to(only_pass(reading, **turned).ask(closed), marks)


def test_a_pass_sent_twice_with_two_values_counts_as_none(
    server: Server, reading: Browser, closed: str, marks: Marks
) -> None:
    """A neighbouring site may have planted one of them."""
    good, device = reading.cookies["bs_pass"], reading.cookies["bs_device"]
    for cookies in (
        f"bs_pass={good}; bs_pass=x; bs_device={device}",
        f"bs_pass=x; bs_pass={good}; bs_device={device}",
        f"bs_pass={good}; bs_device={device}; bs_device=planted-planted-planted",
    ):
        assert closed_to(server.ask(closed, heads=[("Cookie", cookies)]), marks)
    two_lines = [("Cookie", f"bs_pass={good}; bs_device={device}"), ("Cookie", "bs_pass=x")]
    assert closed_to(server.ask(closed, heads=two_lines), marks)


def test_the_same_pass_sent_twice_is_the_same_pass(
    server: Server, reading: Browser, closed: str
) -> None:
    good, device = reading.cookies["bs_pass"], reading.cookies["bs_device"]
    twice = [("Cookie", f"bs_pass={good}; bs_device={device}; bs_pass={good}")]
    assert server.ask(closed, heads=twice).whole


@pytest.mark.parametrize("name", ["BS_PASS", "bs_pass[]", "bs-pass", "bs_pass%20", "__Host-bs"])
def test_a_pass_under_another_name_is_none(
    server: Server, reading: Browser, closed: str, marks: Marks, name: str
) -> None:
    good, device = reading.cookies["bs_pass"], reading.cookies["bs_device"]
    cookies = f"{name}={good}; bs_device={device}"
    assert closed_to(server.ask(closed, heads=[("Cookie", cookies)]), marks)


def test_a_pass_elsewhere_than_in_its_cookie_is_none(
    server: Server, reading: Browser, closed: str, marks: Marks
) -> None:
    good, device = reading.cookies["bs_pass"], reading.cookies["bs_device"]
    answer = server.ask(
        f"{closed}?bs_pass={good}&bs_device={device}",
        heads=[("Authorization", f"Bearer {good}"), ("X-Bs-Pass", good), ("Bs_Pass", good)],
    )
    assert closed_to(answer, marks)


def test_cookies_of_enormous_size_open_nothing_and_stop_nothing(
    server: Server, reading: Browser, closed: str, marks: Marks
) -> None:
    good, device = reading.cookies["bs_pass"], reading.cookies["bs_device"]
    long = f"bs_pass={good}; bs_device={device}; filler={'x' * 20_000}"
    assert closed_to(server.ask(closed, heads=[("Cookie", long)]), marks)
    assert closed_to(server.ask(closed, heads=[("Cookie", "bs_pass=" + "x" * 30_000)]), marks)
    many = "; ".join(f"c{n}=v" for n in range(2000))
    assert closed_to(server.ask(closed, heads=[("Cookie", many)]), marks)
    assert server.ask(closed, heads=[("Cookie", "x" * 200_000)]).status in (400, 431)
    assert only_pass(reading).ask(closed).whole


def payload_of(sealed: str) -> list[object]:
    """What a pass says: it is signed, not secret."""
    packed = sealed.startswith(".")  # longer ones are compressed
    text = sealed.lstrip(".").partition(".")[0]
    said = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    values = json.loads(zlib.decompress(said) if packed else said)
    assert isinstance(values, list)
    return values


def seal(values: object, key: str, salt: str) -> str:
    sealed = URLSafeSerializer(key, salt=salt).dumps(values)
    return sealed if isinstance(sealed, str) else sealed.decode()


def test_a_pass_signed_with_a_key_that_is_not_the_papers_opens_nothing(
    reading: Browser, closed: str, marks: Marks
) -> None:
    values = payload_of(reading.cookies["bs_pass"])
    for key in ("", "secret", "broadsheet", "a-key-for-tests-a-key-for-tests-a-key"):
        for salt in ("broadsheet.pass", "itsdangerous", ""):
            forged = seal(values, key, salt)
            assert closed_to(only_pass(reading, bs_pass=forged).ask(closed), marks)


def test_a_pass_whose_words_were_changed_opens_nothing(
    nora: Browser, closed: str, marks: Marks
) -> None:
    """A reader without a seat writes one into their own pass, and keeps its signature."""
    nora.ask(closed)
    sealed = nora.cookies["bs_pass"]
    values = payload_of(sealed)
    for changed in (
        [*values[:3], "seat:1", "enforce", *values[5:]],
        [*values[:4], "off", *values[5:]],
        [*values[:6], time.time() + 1e9, *values[7:]],
        {"reader": 1},
        None,
        0,
    ):
        text = json.dumps(changed, separators=(",", ":")).encode()
        forged = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
        with_old = f"{forged}.{sealed.rpartition('.')[2]}"
        assert closed_to(only_pass(nora, bs_pass=with_old).ask(closed), marks)


def test_what_the_paper_sealed_for_another_use_is_no_pass(
    server: Server, reading: Browser, metered: list[str], closed: str, marks: Marks
) -> None:
    meter = Browser(server)
    meter.get(metered[0])
    reading.ask("/account/devices/")  # whose forms bring the third
    fields = {"epoch": reading.cookies["bs_lease"]}
    assert reading.script("beat", **fields).status == 200
    others = [meter.cookies["bs_meter"], reading.cookies["bs_csrf"], reading.cookies["bs_session"]]
    for value in others:
        assert closed_to(only_pass(reading, bs_pass=value).ask(closed), marks)


def test_a_seal_of_one_use_is_none_of_another_even_when_its_words_would_fit() -> None:
    """A visitor's meter of four stories has as many words as a token, and of eight as a pass."""
    seals = Seals(["a-key-of-the-papers-a-key-of-the-papers"])
    for count in (4, 8):
        sealed = seals.seal_meter(dict.fromkeys(range(count), 1000000000.0))
        assert seals.read_meter(sealed, 1e9)
        assert seals.read_claim(sealed) is None
        assert seals.read_pass(sealed, "", 0) is None


def test_an_account_alone_opens_no_subscribers_story(
    nora: Browser, closed: str, for_accounts: str, marks: Marks
) -> None:
    assert closed_to(nora.ask(closed), marks)
    assert nora.ask(for_accounts).access == "granted; reason=registered"


def test_a_visitors_meter_that_is_forged_or_damaged_opens_nothing(
    server: Server, metered: list[str], marks: Marks
) -> None:
    honest = Browser(server)
    assert honest.get(metered[0]).access == "metered; reason=meter"
    assert honest.get(metered[1]).access == "metered; reason=meter"
    sealed = honest.cookies["bs_meter"]
    assert closed_to(honest.get(metered[2]), marks)
    for value in [*broken(sealed), *JUNK, seal([], "secret", "broadsheet.meter")]:
        answer = Browser(server, {"bs_meter": value}).ask(f"{metered[2]}?metered")
        assert closed_to(answer, marks), value


def test_a_meter_is_handed_out_once_and_a_browser_that_drops_it_reads_nothing(
    server: Server, metered: list[str], marks: Marks
) -> None:
    first = server.ask(metered[0])
    assert first.status == 303
    assert first.get("location") == f"{metered[0]}?metered"
    assert not marks.leak(first.raw)
    for _ in range(3):
        assert closed_to(server.ask(f"{metered[0]}?metered"), marks)


def test_a_registered_readers_meter_is_kept_by_the_server(
    readers: Readers, metered: list[str], marks: Marks
) -> None:
    """Four in thirty days, whatever the browser does with its cookies."""
    reader = readers.device()
    for path in metered[:4]:
        assert reader.copy(bs_meter="").get(path).access == "metered; reason=meter"
    assert closed_to(reader.copy().get(metered[4]), marks)
    assert closed_to(reader.copy(bs_meter="", bs_pass="").get(metered[4]), marks)
    other_device = readers.sign_in(readers.made[-1])
    assert closed_to(other_device.get(metered[4]), marks)
    assert other_device.get(metered[0]).access == "metered; reason=meter"
