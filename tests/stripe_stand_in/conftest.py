"""A stand-in, the real SDK with every answer checked against Stripe's shapes, and a receiver."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from broadsheet.stripe_stand_in import StandIn
from tests.stripe_stand_in.shapes import Shapes

ROOT = Path(__file__).parents[2]
SECRET = "whsec_for_tests"


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    done = subprocess.run(
        [ROOT / "scripts" / "stripe-shapes"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"Stripe's shapes could not be got: {done.stderr}")
    return Shapes(Path(done.stdout.strip()))


class Checked(stripe.HTTPClient):
    """The SDK's own HTTP client; what comes is compared with Stripe's shapes."""

    name = "checked"

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.inner = stripe.new_default_http_client()
        self.shapes = shapes

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        body, status, answered = self.inner.request(method, url, headers, post_data)
        problems = self.shapes.problems(json.loads(body))
        assert not problems, f"{method} {url}: {problems}"
        return body, status, answered

    def close(self) -> None:
        self.inner.close()


class Receiver:
    """Receives events; `answers` are the statuses of the next deliveries, then 200."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                signature = self.headers["Stripe-Signature"]
                status = outer.answers.pop(0) if outer.answers else 200
                if status == 200:
                    event = stripe.Webhook.construct_event(payload, signature, SECRET)
                    outer.events.append(event)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks"

    @property
    def types(self) -> list[str]:
        return [one.type for one in self.events]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def till(shapes: Shapes) -> Iterator[StandIn]:
    with StandIn(None, None, SECRET) as made:
        yield made
        found = [one for event in made.events() for one in shapes.problems(event)]
        found += [
            problem
            for event in made.events()
            for problem in shapes.problems(event["data"]["object"])
        ]
        assert not found


@pytest.fixture
def sdk(till: StandIn, shapes: Shapes) -> Any:
    return client(till, shapes)


def client(till: StandIn, shapes: Shapes, key: str | None = None, retries: int = 0) -> Any:
    made = stripe.StripeClient(
        key or till.api_key,
        base_addresses={"api": till.address},
        max_network_retries=retries,
        http_client=Checked(shapes),
    )
    return made.v1
