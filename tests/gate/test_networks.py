"""Whoever comes from an institution's network reads, and nobody can say that they do."""

import math
import random
from pathlib import Path

import pytest

from broadsheet.access import Level
from broadsheet.gate.addresses import MAX_HOPS, Proxies, interval, parse
from broadsheet.gate.networks import LOOK_AGAIN, Ranges
from tests.gate.test_door import told
from tests.gate.world import HIDDEN, Answer, World

BY_NETWORK = "granted; reason=network"
SHUT = "preview; reason=subscription-required"
INSIDE = "192.0.2.9"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def asked(world: World, path: str, peer: str, **headers: str) -> Answer:
    browser = world.browser()
    browser.peer = peer
    return await browser.get(path, **headers)


@told
async def test_an_address_of_a_range_reads_everything_that_asks_for_something(
    world: World,
) -> None:
    closed = world.publish(Level.SUBSCRIBERS, meter_visitors=1)
    registered = world.publish(Level.REGISTERED, "/us/world/r/")
    free = world.publish(Level.FREE, "/us/world/f/")
    world.subscribe_networks("192.0.2.0/24", "2001:db8::/32")
    for peer in (INSIDE, "192.0.2.0", "192.0.2.255", "::ffff:192.0.2.9", "2001:db8:ffff::1"):
        for path in (closed, registered):
            answer = await asked(world, path, peer)
            assert answer.access == BY_NETWORK, peer
            assert HIDDEN in answer.text
            assert "full none en network" in answer.text
            assert answer.header("cache-control") == "private, no-cache"
            assert answer.set_cookies == []
        assert (await asked(world, free, peer)).access == "granted; reason=free"
    for peer in ("192.0.1.255", "192.0.3.0", "::192.0.2.9", "2001:db9::", "", "unix:", "::"):
        answer = await asked(world, registered, peer)
        assert answer.access == "preview; reason=registration-required", peer
        assert HIDDEN not in answer.text


@told
async def test_a_seat_is_left_alone_there(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    elsewhere, here = world.browser("ana"), world.browser("ana-here")
    assert (await elsewhere.get(path)).access == "granted; reason=lease"
    world.subscribe_networks("192.0.2.0/24")
    here.peer = INSIDE
    assert (await here.get(path)).access == BY_NETWORK
    assert "bs_lease" not in here.cookies
    assert (await elsewhere.beat()).status == 200


@told
async def test_a_gift_link_costs_no_opening_there(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks("192.0.2.0/24")
    assert (await asked(world, world.give(path), INSIDE)).access == BY_NETWORK
    assert world.asked_for_links == 0


@told
async def test_the_bytes_of_one_are_not_revalidated_by_another(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks("192.0.2.0/24")
    etag = (await asked(world, path, INSIDE)).header("etag")
    assert (await asked(world, path, INSIDE, if_none_match=etag)).status == 304
    outside = await asked(world, path, "198.51.100.1", if_none_match=etag)
    assert outside.status == 200
    assert outside.access == SHUT
    assert HIDDEN not in outside.text


# Changes


@told
async def test_a_change_counts_at_the_next_request(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    assert (await asked(world, path, INSIDE)).access == SHUT
    world.subscribe_networks("192.0.2.0/24")
    assert (await asked(world, path, INSIDE)).access == BY_NETWORK
    world.subscribe_networks("203.0.113.0/24")
    assert (await asked(world, path, INSIDE)).access == SHUT


@told
async def test_a_subscription_that_ends_ends_to_the_second(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks("192.0.2.0/24", until=world.now + 7)
    assert (await asked(world, path, INSIDE)).access == BY_NETWORK
    world.ranges_now = Ranges()
    world.now += 6.9
    assert (await asked(world, path, INSIDE)).access == BY_NETWORK
    world.now += 0.1
    assert (await asked(world, path, INSIDE)).access == SHUT


@told
async def test_the_ranges_are_asked_for_rarely(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    for _ in range(20):
        await asked(world, path, INSIDE)
    assert world.asked_for_ranges == 1
    world.now += LOOK_AGAIN
    await asked(world, path, INSIDE)
    assert world.asked_for_ranges == 2


@told
async def test_what_was_known_last_holds_while_the_database_is_away(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks("192.0.2.0/24")
    assert (await asked(world, path, INSIDE)).access == BY_NETWORK

    world.database_away = True
    world.now += LOOK_AGAIN
    assert (await asked(world, path, INSIDE)).access == BY_NETWORK
    assert (await asked(world, path, "198.51.100.1")).access == SHUT


@told
async def test_ranges_inside_and_beside_each_other_are_found(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks(
        "192.0.2.0/24", "192.0.2.128/25", "192.0.3.0/24", "198.18.0.0/15", "2001:db8::/32"
    )
    for peer in ("192.0.2.5", "192.0.2.200", "192.0.3.1", "198.19.255.255"):
        assert (await asked(world, path, peer)).access == BY_NETWORK
    for peer in ("192.0.4.0", "198.17.255.255", "198.20.0.0", "0.0.0.1", "255.255.255.255"):
        assert (await asked(world, path, peer)).access == SHUT


def test_ten_thousand_ranges_are_looked_through_as_one_would_by_hand(tmp_path: Path) -> None:
    chance = random.Random(7)
    cidrs = [
        f"{a}.{b}.{c * 16 % 256}.0/2{chance.randint(0, 8)}"
        for a, b, c in ((chance.randint(1, 220), chance.randint(0, 255), n) for n in range(10_000))
    ]
    cidrs = [cidr for cidr in cidrs if _strict(cidr)]
    world = World(tmp_path)
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks(*cidrs)
    pairs = [interval(cidr) for cidr in cidrs]

    @told
    async def ask() -> None:
        for _ in range(200):
            peer = ".".join(str(chance.randint(0, 255)) for _ in range(4))
            place = interval(f"{peer}/32")[0]
            inside = any(first <= place <= last for first, last in pairs)
            answer = await asked(world, path, peer)
            assert (answer.access == BY_NETWORK) == inside, peer

    ask()


def _strict(cidr: str) -> bool:
    try:
        interval(cidr)
    except ValueError:
        return False
    return True


# Whose address it is


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Nobody but a trusted proxy is believed.
        ("198.51.100.1", "192.0.2.9", "198.51.100.1"),
        ("198.51.100.1", "192.0.2.9, 10.0.0.1", "198.51.100.1"),
        ("192.0.2.9", "", "192.0.2.9"),
        # One proxy: what it appended, whatever stands left of that.
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "192.0.2.9, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "nonsense, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "192.0.2.9,,203.0.113.5", "203.0.113.5"),
        # A chain of them.
        ("10.0.0.1", "192.0.2.9, 203.0.113.5, 10.9.9.9", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, fd00::7, 10.0.0.2", "203.0.113.5"),
        ("fd00::1", "2001:db8::5, 10.0.0.2", "2001:db8::5"),
        ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        # A client that is itself on the proxies' network.
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        # With ports, as some write it.
        ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        ("10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"),
        ("10.0.0.1", "[2001:db8::5]", "2001:db8::5"),
        # What cannot be read: the peer.
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, _hidden", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, 10.0.0.2 10.0.0.3", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, 1.2.3", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, 0x0a.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9\x00", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.9, [", "10.0.0.1"),
        ("", "192.0.2.9", None),
        ("unix:/run/paper", "192.0.2.9", None),
    ],
)
def test_a_client_is_whom_the_last_trusted_proxy_names(
    peer: str, forwarded: str, client: str | None
) -> None:
    found = Proxies(["10.0.0.0/8", "fd00::/8"]).client(peer, forwarded)
    assert (str(found) if found else None) == client


def test_without_trusted_proxies_the_peer_is_the_client() -> None:
    assert str(Proxies([]).client("10.0.0.1", "192.0.2.9")) == "10.0.0.1"


def test_a_chain_without_end_is_followed_only_so_far() -> None:
    endless = ", ".join(["192.0.2.9", *["10.0.0.1"] * (MAX_HOPS + 5)])
    assert str(Proxies(["10.0.0.0/8"]).client("10.0.0.1", endless)) == "10.0.0.1"


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1.2.3.4.5", "1.2.3.256", ":::", "٣.٣.٣.٣", "1" * 9999]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse(text) is None


@told
async def test_a_forged_header_opens_nothing_and_a_trusted_one_counts(tmp_path: Path) -> None:
    world = World(tmp_path, trusted_proxies=("10.0.0.0/8",))
    path = world.publish(Level.SUBSCRIBERS)
    world.subscribe_networks("192.0.2.0/24")
    for name in ("x_forwarded_for", "forwarded", "x_real_ip", "cf_connecting_ip", "true_client_ip"):
        answer = await asked(world, path, "198.51.100.1", **{name: INSIDE})
        assert answer.access == SHUT
        if name != "x_forwarded_for":
            assert (await asked(world, path, "10.0.0.1", **{name: INSIDE})).access == SHUT
    assert (await asked(world, path, "10.0.0.1", x_forwarded_for=INSIDE)).access == BY_NETWORK
    through = f"{INSIDE}, 198.51.100.1"
    assert (await asked(world, path, "10.0.0.1", x_forwarded_for=through)).access == SHUT


def test_the_whole_internet_is_one_interval() -> None:
    assert interval("::/0") == (0, 2**128 - 1)
    assert interval("0.0.0.0/0") == interval("::ffff:0:0/96")
    assert math.log2(interval("10.0.0.0/8")[1] - interval("10.0.0.0/8")[0] + 1) == 24
