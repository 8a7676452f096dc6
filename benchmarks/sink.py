"""A mail server that takes everything and keeps nothing but who it was for: `python sink.py PORT`.

It speaks SMTP (RFC 5321) as far as sending needs it, and answers every line on standard input with
how many mails it has seen for addresses at example.com, for how many of these, and how large.
"""

import asyncio
import sys
from collections import Counter
from typing import cast

import uvloop

END = b"\r\n.\r\n"
GREETINGS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"HELO": b"250 sink\r\n"}


class Seen:
    """What has come."""

    def __init__(self) -> None:
        self.mails = 0
        self.bytes = 0
        self.addresses: Counter[bytes] = Counter()


class Conversation(asyncio.Protocol):
    """One client's."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._got = bytearray()
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """A line, or a part of a mail."""
        self._got += data
        while self._in_mail or b"\r\n" in self._got:
            if self._in_mail:
                end = self._got.find(END, max(0, len(self._got) - len(data) - len(END)))
                if end < 0:
                    return
                self._take(end + len(END))
            else:
                line, _, rest = self._got.partition(b"\r\n")
                self._got = bytearray(rest)
                self._transport.write(self._answer(bytes(line)))

    def _take(self, size: int) -> None:
        self._seen.mails += 1
        self._seen.bytes += size
        del self._got[:size]
        self._in_mail = False
        self._transport.write(b"250 taken\r\n")

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT" and line.endswith(b"@example.com>"):  # not letters to anybody else
            self._seen.addresses[line] += 1
        if verb == b"DATA":
            self._in_mail = True
            return b"354 go on\r\n"
        if verb == b"QUIT":
            return b"221 bye\r\n"
        return GREETINGS.get(verb, b"250 ok\r\n")


async def main(port: int) -> None:
    """Listen until standard input ends."""
    seen, loop = Seen(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(seen), "127.0.0.1", port)
    print("listening", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(
            seen.addresses.total(),
            len(seen.addresses),
            seen.bytes // max(1, seen.mails),
            flush=True,
        )
    server.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
