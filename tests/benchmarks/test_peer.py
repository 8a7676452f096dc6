"""An operator compares another site that they run with this paper."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.conftest import BENCHMARKS
from tests.benchmarks.strange_site import PAUSE, PREVIEW, STORY, certificate, strange_site

SHORT = ("--rounds", "2", "--seconds", "0.5", "--json")
MEMBER = "member=yes; theme=dark"


def peer(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "peer.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def compared(theirs: str, ours: str, *more: str) -> dict[str, Any]:
    cookies = ("--cookie", MEMBER, "--our-cookie", MEMBER)
    done = peer(theirs, "--ours", ours, *cookies, *SHORT, *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_slow_answer_in_compressed_chunks_is_read_to_its_end_and_is_slower() -> None:
    with strange_site() as site:
        seen = compared(f"{site}/slow/", f"{site}/quick/")
    theirs, ours = seen["sites"]["theirs"], seen["sites"]["ours"]
    assert theirs["text_bytes"] == ours["text_bytes"] == len(STORY)
    assert theirs["headers"]["content-encoding"] == "gzip"
    assert theirs["wire_bytes"] < ours["wire_bytes"]
    assert theirs["whole_p50_ms"] >= 2 * PAUSE * 1000
    assert theirs["first_p50_ms"] < theirs["whole_p50_ms"]
    assert seen["ratios"]["whole"]["lowest"] > 1


def test_what_a_stranger_gets_is_told_apart_from_what_the_member_gets() -> None:
    with strange_site() as site:
        seen = compared(f"{site}/slow/", f"{site}/quick/")["sites"]["theirs"]
    assert seen["personal"]
    assert seen["stranger"]["text_bytes"] == len(PREVIEW)


def test_connections_are_kept_and_one_that_is_closed_is_made_anew() -> None:
    with strange_site() as site:
        seen = compared(f"{site}/closing/", f"{site}/quick/")["sites"]
    assert seen["theirs"]["text_bytes"] == len(STORY)
    assert seen["theirs"]["answers_per_connection"] == 1
    assert seen["ours"]["answers_per_connection"] > 1
    assert seen["theirs"]["failures"] == seen["ours"]["failures"] == 0


def test_a_redirect_is_reported_and_not_followed() -> None:
    with strange_site() as site:
        seen = compared(f"{site}/elsewhere/", f"{site}/quick/")["sites"]["theirs"]
    assert seen["status"] == 302
    assert seen["location"] == "https://elsewhere.example/sign-in/"
    assert not seen["personal"]


def test_a_site_over_tls_is_asked_when_its_certificate_is_trusted(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    with strange_site(trusted) as site:
        ours = f"{site}/quick/"
        seen = compared(f"{site}/slow/", ours, "--ca", str(trusted))
        refused = peer(f"{site}/slow/", "--ours", ours, *SHORT)
    assert seen["sites"]["theirs"]["text_bytes"] == len(STORY)
    assert refused.returncode == 2
    assert "certificate" in refused.stderr


def test_no_more_is_asked_than_the_rate_allows() -> None:
    with strange_site() as site:
        seen = compared(f"{site}/quick/", f"{site}/quick/", "--rate", "10")
    assert seen["sites"]["theirs"]["answers"] <= 2 * (0.5 * 10 + 1)


@pytest.mark.parametrize("address", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]"])
def test_a_stranger_on_the_public_internet_is_refused(address: str) -> None:
    done = peer(f"http://{address}/story/", *SHORT)
    assert done.returncode == 2
    assert "--i-run-this-site" in done.stderr


def test_what_is_no_web_address_is_refused() -> None:
    done = peer("file:///etc/passwd", *SHORT)
    assert done.returncode == 2
    assert "no http or https address" in done.stderr
