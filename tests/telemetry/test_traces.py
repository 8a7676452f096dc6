"""An operator follows a request through the paper with OpenTelemetry."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.access import Device, Timings
from broadsheet.seats import SqliteSeatStore
from broadsheet.telemetry import wanted
from tests.live import clean_env
from tests.telemetry.conftest import Serve
from tests.telemetry.receiver import Receiver, receiver

KEY = "aB3-_x9kQ2mN7pR5tV8w"


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_request_and_what_it_waits_for_are_spans_of_one_trace(
    serve: Serve, place: Receiver
) -> None:
    paper = serve(**place.settings)
    assert paper.get("/us/world/no-such-story/")[0] == 404
    until(lambda: {"GET", "press find"} <= {span.name for span in place.spans})
    by_name = {span.name: span for span in place.spans}
    request, find = by_name["GET"], by_name["press find"]
    assert (find.trace_id, find.parent_span_id) == (request.trace_id, request.span_id)
    told = {one.key: one.value for one in request.attributes}
    assert told["http.response.status_code"].int_value == 404
    assert told["url.path"].string_value == "/us/world/no-such-story/"


def test_nothing_that_is_a_readers_own_is_sent_along(serve: Serve, place: Receiver) -> None:
    paper = serve(**place.settings)
    agent = "A-Browser-Of-Marta"
    paper.get(f"/us/world/no-such-story/?gift={KEY}&q=what-marta-looks-for", User_Agent=agent)
    paper.get(f"/join/{KEY}/")
    until(lambda: sum(span.name == "GET" for span in place.spans) >= 2)
    for secret in (KEY, "what-marta-looks-for", agent, "127.0.0.1"):
        assert all(secret.encode() not in body for body in place.raw), secret


def test_a_strangers_trace_is_not_gone_on_with(serve: Serve, place: Receiver) -> None:
    theirs = "0af7651916cd43dd8448eb211c80319c"
    parent = f"00-{theirs}-b7ad6b7169203331-01"
    serve(**place.settings).get("/account/login/", traceparent=parent)
    until(lambda: any(span.name == "GET" for span in place.spans))
    assert all(span.trace_id.hex() != theirs for span in place.spans)


def test_a_trusted_proxys_trace_is(serve: Serve, place: Receiver) -> None:
    theirs = "0af7651916cd43dd8448eb211c80319c"
    parent = f"00-{theirs}-b7ad6b7169203331-01"
    paper = serve(**place.settings, BROADSHEET_TRUSTED_PROXIES='["127.0.0.0/8", "::1/128"]')
    paper.get("/account/login/", traceparent=parent)
    until(lambda: any(span.trace_id.hex() == theirs for span in place.spans))


async def _open(store: SqliteSeatStore) -> None:
    await store.open("seat:1", Device("a" * 32, "Firefox on Linux"), store.number("seat:1"))


def test_a_call_of_the_seat_store_is_a_span(
    place: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from broadsheet.telemetry.tracing import Traces

    for name, value in place.settings.items():
        monkeypatch.setenv(name, value)
    traces = Traces(())
    store = SqliteSeatStore(tmp_path / "seats.sqlite3", Timings())
    asyncio.run(_open(traces.of_calls(store, "seats", "open")))
    traces.close()
    assert [span.name for span in place.spans] == ["seats open"]
    assert all(b"Firefox" not in body for body in place.raw)


def test_nothing_of_it_is_loaded_when_nobody_asks(a_new_paper: Path) -> None:
    program = "import sys, broadsheet.asgi; print([m for m in sys.modules if 'opentelemetry' in m])"
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=a_new_paper,
        env=clean_env({}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_serve_refuses_to_trace_with_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    assert wanted.missing() == ""
    monkeypatch.setattr(wanted, "find_spec", lambda name: None)
    assert "broadsheet[telemetry]" in wanted.missing()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert wanted.missing() == ""
