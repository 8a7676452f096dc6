"""Issues on their way by a provider's own interface, which a stand-in for Postmark speaks."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.newsletters import course
from broadsheet.newsletters.models import Delivery, Issue, Newsletter
from broadsheet.newsletters.sending import Sender
from tests.live import free_port
from tests.newsletters.conftest import SignUp

pytestmark = pytest.mark.django_db
INACTIVE = (
    "You tried to send to recipient(s) that have been marked as inactive. "
    "Found inactive addresses: vera@example.com. "
    "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
)
TAKEN = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"}


class Provider(ThreadingHTTPServer):
    """Answers as it is told to, and keeps what it was given."""

    status = 200
    answer: bytes | None = json.dumps(TAKEN).encode()
    """None: it hangs up when it has the mail."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.given: list[dict[str, Any]] = []


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider = self.server
        assert isinstance(provider, Provider)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        provider.given += body if isinstance(body, list) else [body]
        if provider.answer is None:
            self.close_connection = True
            return
        self.send_response(provider.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(provider.answer)))
        self.end_headers()
        self.wfile.write(provider.answer)

    def log_request(self, *_: object) -> None:
        pass


def posts_to(settings: Any, port: int) -> None:
    options = {"server_token": "a-token", "api_url": f"http://127.0.0.1:{port}/"}
    backend = "anymail.backends.postmark.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    posts_to(settings, server.server_port)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def begun(weekly: Newsletter, issue: Issue, sign_up: SignUp) -> Issue:
    """An issue that Vera is to get."""
    sign_up(weekly)
    course.begin(issue, timezone.now())
    return issue


def becomes(state: str) -> None:
    Sender().batch()
    states = Delivery.objects.values_list("state", flat=True)
    assert Counter(Delivery.State(each).name for each in states) == {state: 1}


def test_a_provider_is_given_the_parts_of_a_mail_and_its_headers(
    provider: Provider, begun: Issue
) -> None:
    becomes("SENT")
    (given,) = provider.given
    assert given["To"] == "vera@example.com"
    assert given["Subject"] == begun.subject
    assert "A bridge opens" in given["TextBody"]
    assert "A bridge opens" in given["HtmlBody"]
    assert given["Metadata"] == {"mail": Delivery.objects.get().key.hex}
    headers = {each["Name"]: each["Value"] for each in given["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/newsletters/leave/" in headers["List-Unsubscribe"]


def test_one_that_hangs_up_with_the_mail_in_its_hands_may_have_taken_it(
    provider: Provider, begun: Issue
) -> None:
    provider.answer = None
    becomes("UNKNOWN")
    becomes("UNKNOWN")  # and it is not given it again
    assert len(provider.given) == 1


def test_one_whose_word_for_it_is_garbled_has_taken_it_perhaps(
    provider: Provider, begun: Issue
) -> None:
    provider.answer = b"<html>"
    becomes("UNKNOWN")


def test_one_that_is_not_there_is_waited_for(settings: Any, begun: Issue) -> None:
    posts_to(settings, free_port())
    becomes("WAITING")


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_one_that_has_other_troubles_is_waited_for(
    provider: Provider, begun: Issue, status: int
) -> None:
    provider.status = status
    becomes("WAITING")


@pytest.mark.parametrize(("status", "code"), [(422, 406), (422, 300), (413, 0)])
def test_what_it_refuses_of_this_mail_is_not_tried_again(
    provider: Provider, begun: Issue, status: int, code: int
) -> None:
    provider.status = status
    provider.answer = json.dumps({"ErrorCode": code, "Message": INACTIVE}).encode()
    becomes("FAILED")
