"""A mail server for tests: it answers as it is told, and remembers what it took."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from tests.conftest import free_port

TAKEN = "250 Message accepted for delivery"


class Server:
    """`recipient` and `data` are its answers; empty: it hangs up instead."""

    def __init__(self) -> None:
        self.recipient = "250 OK"
        self.data = TAKEN
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.after_data: Callable[[], None] = lambda: None
        self.port = free_port()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.recipient:
            server.transport.close()
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.recipient

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        if not self.data:
            server.transport.close()
            return TAKEN
        if self.data == TAKEN:
            content = envelope.original_content
            assert content is not None
            self.taken.append(message_from_bytes(content, policy=policy.default))
        await asyncio.to_thread(self.after_data)
        return self.data

    @property
    def mailers(self) -> dict[str, Any]:
        """Django's setting for this server."""
        backend = "broadsheet.mail.smtp.EmailBackend"
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 20}
        return {"default": {"BACKEND": backend, "OPTIONS": options}}


@contextmanager
def serving() -> Iterator[Server]:
    """A server that listens."""
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
