"""The stand-in as a process of its own, with its clock and its webhooks driven over HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import stripe

from tests.stripe_stand_in.conftest import SECRET, Receiver

KEY = "sk_test_other_process"


@pytest.fixture
def address(tmp_path: Path, receiver: Receiver) -> Iterator[str]:
    command = [sys.executable, "-m", "broadsheet.stripe_stand_in", "--key", KEY]
    command += ["--state", str(tmp_path / "till.sqlite3"), "--webhook-secret", SECRET]
    command += ["--webhook-url", receiver.url]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout
    yield running.stdout.readline().strip()
    running.terminate()
    assert running.wait(timeout=20) == 0


def control(address: str, path: str, **params: Any) -> Any:
    data = None if path == "webhooks" else urlencode(params).encode()
    headers = {"Authorization": f"Bearer {KEY}"}
    with urlopen(Request(f"{address}/_stand_in/{path}", data, headers)) as answer:
        return json.load(answer)


def test_clock_and_webhooks_are_driven_over_http(address: str, receiver: Receiver) -> None:
    sdk = stripe.StripeClient(KEY, base_addresses={"api": address}).v1
    control(address, "webhooks/hold")
    for name in "AB":
        sdk.customers.create({"name": name})
    held = control(address, "webhooks")["events"]
    assert [one["data"]["object"]["name"] for one in held] == ["A", "B"]
    ids = {"ids[0]": held[1]["id"], "ids[1]": held[1]["id"]}
    assert control(address, "webhooks/deliver", **ids)["statuses"] == [200, 200]
    assert control(address, "webhooks/drop")["dropped"] == [held[0]["id"]]
    assert [one.data.object["name"] for one in receiver.events] == ["B", "B"]
    control(address, "webhooks/let_go")
    before = control(address, "advance")["now"]
    assert control(address, "advance", days=3)["now"] - before >= 3 * 86_400
    control(address, "fail_next", status=503, times=1)
    with pytest.raises(stripe.APIError):
        stripe.StripeClient(
            KEY, base_addresses={"api": address}, max_network_retries=0
        ).v1.customers.list()
