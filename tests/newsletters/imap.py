"""A mailbox for tests: as much of IMAP4rev1 (RFC 3501) as reading one takes."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Mailbox(socketserver.ThreadingTCPServer):
    """Holds messages, and which of them were seen."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *messages: str) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages = [message.replace("\n", "\r\n").encode() for message in messages]
        self.seen: set[int] = set()
        self.password = "secret"

    @property
    def address(self) -> str:
        """As the setting has it."""
        return f"imap://paper:{self.password}@127.0.0.1:{self.server_address[1]}/INBOX"


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            verb, _, rest = command.partition(" ")
            told = getattr(self, f"_{verb.lower()}", lambda _: "")(rest)
            self.wfile.write(f"{tag} {told or 'OK done'}\r\n".encode())
            if verb.upper() == "LOGOUT":
                return

    def _capability(self, _: str) -> str:
        self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
        return ""

    def _login(self, rest: str) -> str:
        return "" if self.server.password in rest else "NO wrong password"

    def _select(self, rest: str) -> str:
        if "INBOX" not in rest:
            return "NO no such mailbox"
        self.wfile.write(f"* {len(self.server.messages)} EXISTS\r\n".encode())
        return "OK [READ-WRITE] done"

    def _search(self, rest: str) -> str:
        wanted = re.fullmatch(r'UNSEEN HEADER Content-Type "(.*)"', rest)
        assert wanted is not None
        found = [
            str(number)
            for number, message in enumerate(self.server.messages, 1)
            if number not in self.server.seen
            and wanted[1].encode() in message.partition(b"\r\n\r\n")[0]
        ]
        unseen = " ".join(found)
        self.wfile.write(f"* SEARCH {unseen}\r\n".encode())
        return ""

    def _fetch(self, rest: str) -> str:
        number, most = re.match(r"(\d+) \(BODY.PEEK\[\]<0\.(\d+)>\)", rest).groups()  # type: ignore[union-attr]
        body = self.server.messages[int(number) - 1][: int(most)]
        self.wfile.write(
            f"* {number} FETCH (BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
        )
        return ""

    def _store(self, rest: str) -> str:
        self.server.seen.add(int(rest.split()[0]))
        return ""

    def _logout(self, _: str) -> str:
        self.wfile.write(b"* BYE\r\n")
        return ""


@contextmanager
def mailbox(*messages: str) -> Iterator[Mailbox]:
    """A mailbox that can be looked into."""
    with Mailbox(*messages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
