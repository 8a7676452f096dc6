"""Pictures fetched from the old site, when the operator asks for it, and from nowhere inside.

The address is resolved once, every answer must be a public one, and the connection goes to that
very answer: a name that leads inside, or changes its mind in between, leads nowhere.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import quote, urljoin, urlsplit

from django.utils.translation import gettext as _

from broadsheet.newsroom.pictures import MOST_BYTES

SECONDS = 15.0
"""For each step of a connection."""
MOST_SECONDS = 60.0
"""For one picture altogether."""
MOST_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset((301, 302, 303, 307, 308))
CHUNK = 1 << 16
HEADERS = {"User-Agent": "Broadsheet (import)", "Accept": "image/*", "Accept-Encoding": "identity"}


class NotFetched(Exception):
    """A picture is not to be had over the net; the text says why."""


def fetch(address: str) -> bytes:
    """The picture at an address of http or https. Raises NotFetched."""
    until = time.monotonic() + MOST_SECONDS
    for _number in range(MOST_REDIRECTS + 1):
        answer = _ask(address, until)
        if isinstance(answer, bytes):
            return answer
        address = urljoin(address, answer)
    raise NotFetched(_("It leads from one address to another."))


def _ask(address: str, until: float) -> bytes | str:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise NotFetched(_("This is no address.")) from None
    if parts.scheme not in PORTS or port not in PORTS.values() or parts.username is not None:
        raise NotFetched(_("Only plain http and https addresses are fetched."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, host, port, public_address(host, port))
    try:
        connection.request("GET", _ascii(path), headers=HEADERS)
        response = connection.getresponse()
        if response.status in REDIRECTS and response.getheader("Location"):
            return str(response.getheader("Location"))
        if response.status != http.client.OK:
            raise NotFetched(_("The old site answers with %(n)d.") % {"n": response.status})
        return _read(response, until)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(_("The old site does not answer: %(why)s") % {"why": error}) from None
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    content = bytearray()
    while chunk := response.read1(CHUNK):  # what is there, so that drops do not stretch the time
        content += chunk
        if len(content) > MOST_BYTES:
            raise NotFetched(_("It is larger than a picture may be."))
        if time.monotonic() > until:
            raise NotFetched(_("The old site answers too slowly."))
    return bytes(content)


def public_address(host: str, port: int) -> str:
    """The address a name leads to. Raises NotFetched when any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched(_("There is no such site: %(host)s") % {"host": host}) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(_is_public, addresses)):
        raise NotFetched(_("%(host)s is not on the public net.") % {"host": host})
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inside is not None and not inside.is_global:
            return False
        if address in NAT64:
            return False
    return address.is_global and not address.is_multicast


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _connection(scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
    if scheme == "http":
        return _Plain(host, port, address)
    return _Secure(host, port, address)


class _Plain(http.client.HTTPConnection):
    """Connects to the address that was looked at, whatever the name says by now."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), SECONDS)


class _Secure(_Plain):
    """The same with TLS, for the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _ascii(path: str) -> str:
    return quote(path, safe="/%?&=:@!$'()*+,;~")
