"""The HTTP server: the API, the pages, and the test's hand, each by its path."""

import json
import logging
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from broadsheet.stripe_stand_in.world import API_VERSION

if TYPE_CHECKING:
    from broadsheet.stripe_stand_in.site import Site

logger = logging.getLogger(__name__)

BIGGEST = 1 << 20


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, site: "Site") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.site = site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is nothing to tell of; a fault of the stand-in is."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            logger.error("The stand-in for Stripe could not answer", exc_info=sys.exc_info())


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60

    def log_message(self, *_: Any) -> None:
        """Requests are kept as orders; the terminal stays clean."""

    def do_GET(self) -> None:
        """Answers a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Answers a POST."""
        self._serve()

    def do_DELETE(self) -> None:
        """Answers a DELETE."""
        self._serve()

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > BIGGEST:
            self.close_connection = True
            self.reply(413, b"", {})
            return
        body = self.rfile.read(size).decode("utf-8", "replace")
        parts = urlsplit(self.path)
        if parts.path.startswith("/v1/"):
            self._api(parts.path, body if self.command == "POST" else parts.query)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        page = self.server.site.answer(self.command, parts.path, parts.query, body, headers)
        self.reply(page.status, page.body, page.headers)

    def _api(self, path: str, encoded: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.site.desk.take(self.command, path, encoded, headers)
        if answer.lost:
            self.close_connection = True
            return
        sent = {
            "Content-Type": "application/json",
            "Request-Id": answer.request,
            "Stripe-Version": headers.get("stripe-version", API_VERSION),
        }
        if "idempotency-key" in headers:
            sent["Idempotency-Key"] = headers["idempotency-key"]
        if answer.replayed:
            sent["Idempotent-Replayed"] = "true"
        if answer.status >= 500:
            sent["Stripe-Should-Retry"] = "true"
        self.reply(answer.status, json.dumps(answer.body, indent=2).encode(), sent)

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Sends an answer in one piece."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers_with(body)

    def end_headers_with(self, body: bytes) -> None:
        """The headers and the body in one write, so that neither waits for the other."""
        self._headers_buffer.append(b"\r\n")  # type: ignore[attr-defined]
        self._headers_buffer.append(body)  # type: ignore[attr-defined]
        self.flush_headers()
