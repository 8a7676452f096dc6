"""Where a request comes from: its peer, or whom a trusted proxy names. Nothing is kept of it."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

type Address = IPv4Address | IPv6Address

MAX_HOPS = 20
"""Proxies that a request is followed back through; nobody stands behind more of their own."""
MAPPED = 0xFFFF << 32
"""Where IPv4 lies among all IPv6 addresses (RFC 4291, section 2.5.5.2)."""


class Proxies:
    """The proxies whose word about their clients is taken."""

    def __init__(self, trusted: Sequence[str]) -> None:
        """`trusted`: networks as `10.0.0.0/8`. Raises ValueError for what is not a network."""
        self._trusted = tuple(map(interval, trusted))

    def client(self, peer: str, forwarded: str) -> Address | None:
        """The address a request comes from; None when there is none (a local socket).

        `forwarded` is the X-Forwarded-For header. It is read from its right end, where the
        nearest proxy wrote, as far as every hop is trusted: what is further left, anybody may
        have written. Where it cannot be read, the peer itself is the answer.
        """
        direct = address = parse(peer)
        if not self._trusted or direct is None or not self._trusts(direct):
            return direct
        hops = [hop for hop in forwarded.split(",")[-MAX_HOPS:] if hop.strip()]
        for hop in reversed(hops):
            address = parse(hop)
            if address is None:
                return direct
            if not self._trusts(address):
                break
        return address

    def trusts(self, peer: str) -> bool:
        """Whether the connection's other end is one of these proxies."""
        address = parse(peer)
        return address is not None and self._trusts(address)

    def _trusts(self, address: Address) -> bool:
        place = position(address)
        return any(first <= place <= last for first, last in self._trusted)


def parse(text: str) -> Address | None:
    """An address as headers and sockets write it, with a port or without; None: it is none.

    An IPv4 address inside an IPv6 one is that IPv4 address.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def position(address: Address) -> int:
    """Where an address stands among all of both kinds, IPv4 as IPv6 maps it."""
    return int(address) + MAPPED if isinstance(address, IPv4Address) else int(address)


def interval(cidr: str) -> tuple[int, int]:
    """First and last position of a network. Raises ValueError for what is not one."""
    network = ip_network(cidr)
    return position(network[0]), position(network[-1])
