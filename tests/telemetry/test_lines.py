"""An operator follows a request through the log."""

import json
import logging
import re
import time
from pathlib import Path
from typing import Any

import pytest

from broadsheet.gate.ids import REQUEST_ID
from broadsheet.settings.logs import JsonWithoutSecrets, WithoutSecrets
from tests.telemetry.conftest import Serve

KEY = "aB3-_x9kQ2mN7pR5tV8w"


def lines(log: Path) -> list[dict[str, Any]]:
    """Every line of a log in JSON; what the command says to whoever has typed it is left out."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def line_of_access(log: Path) -> dict[str, Any]:
    """The access log's one line, which is written once the answer has gone."""
    end = time.monotonic() + 20
    while True:
        found = [one for one in lines(log) if one["logger"] == "broadsheet.gate.access_log"]
        if found:
            return found[0]
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


def test_every_answer_has_an_id_of_its_own(serve: Serve) -> None:
    paper = serve()
    paths = ["/account/login/", "/", "/-/seat/beat", "/us/world/no-such-story/"]
    ids = [paper.get(path)[1]["x-request-id"] for path in paths]
    assert len(set(ids)) == len(ids)


def test_a_strangers_id_is_not_taken(serve: Serve) -> None:
    _, heads = serve().get("/account/login/", X_Request_ID="chosen-by-a-stranger")
    assert heads["x-request-id"] != "chosen-by-a-stranger"


def test_a_trusted_proxys_id_is_taken_when_it_is_sane(serve: Serve) -> None:
    paper = serve(BROADSHEET_TRUSTED_PROXIES='["127.0.0.0/8", "::1/128"]')
    ask = paper.get("/account/login/", X_Request_ID="of-the-proxy-0001")[1]
    assert ask["x-request-id"] == "of-the-proxy-0001"
    for odd in ("short", "x" * 65, "with spaces in it", 'quote"quote"'):
        assert paper.get("/account/login/", X_Request_ID=odd)[1]["x-request-id"] != odd


def test_a_log_in_json_has_the_id_in_each_line_of_a_request(serve: Serve) -> None:
    paper = serve(BROADSHEET_LOG_FORMAT="json", BROADSHEET_ACCESS_LOG="true")
    _, heads = paper.get("/no-such-page/?q=what-marta-looks-for")
    line = line_of_access(paper.log)
    said = [one for one in lines(paper.log) if one.get("request_id") == heads["x-request-id"]]
    assert {one["logger"] for one in said} >= {"broadsheet.gate.access_log", "django.request"}
    assert (line["method"], line["path"], line["status"]) == ("GET", "/no-such-page/", 404)
    assert line["milliseconds"] > 0
    assert "what-marta-looks-for" not in paper.log.read_text()


def test_there_is_no_line_for_every_request_unless_asked_for(serve: Serve) -> None:
    paper = serve()
    paper.get("/account/login/")
    assert "/account/login/" not in paper.log.read_text()


def test_no_request_can_write_a_line_of_its_own(serve: Serve) -> None:
    paper = serve(BROADSHEET_ACCESS_LOG="true")
    paper.get("/x%0A2026-01-01%20ERROR%20broadsheet%3A%20all%20is%20lost")
    assert not re.search(r"^2026-01-01 ERROR", paper.log.read_text(), re.MULTILINE)


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.WARNING, "x.py", 1, message, args, None)
    made.__dict__.update(extra)
    return made


def test_json_has_no_secrets_either() -> None:
    written = JsonWithoutSecrets().format(record("Forbidden: %s", f"/join/{KEY}/"))
    assert KEY not in written
    assert json.loads(written)["message"] == "Forbidden: /join/…/"


def test_json_has_nothing_that_libraries_hang_onto_their_lines() -> None:
    written = JsonWithoutSecrets().format(
        record("slow query", request=object(), params=("marta@reader.example",), sql="SELECT 1")
    )
    assert json.loads(written).keys() == {"time", "level", "logger", "message"}


def test_a_line_for_people_names_the_request() -> None:
    token = REQUEST_ID.set("of-a-request-7")
    try:
        line = WithoutSecrets("[%(request_id)s] %(message)s").format(record("gone"))
    finally:
        REQUEST_ID.reset(token)
    assert line == "[of-a-request-7] gone"


@pytest.mark.django_db(transaction=True)
def test_what_a_request_sets_going_can_be_found_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from broadsheet import background
    from broadsheet.subscriptions.sharing import tidy

    token = REQUEST_ID.set("of-a-request-8")
    try:
        with caplog.at_level(logging.INFO, logger="broadsheet.background"):
            queued = tidy.enqueue()
    finally:
        REQUEST_ID.reset(token)
    assert f"task-{queued.id}" in caplog.text
    background.task_started.send(sender=None, task_result=queued)
    assert REQUEST_ID.get() == f"task-{queued.id}"
    background.task_finished.send(sender=None, task_result=queued)
    assert REQUEST_ID.get() == ""
