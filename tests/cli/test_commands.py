"""What is typed after `broadsheet`, as an operator and a newcomer type it."""

import os
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import LivePaper, clean_env, free_port


def broadsheet(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", *arguments],
        cwd=cwd,
        env=clean_env(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


@pytest.fixture(scope="module")
def own_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A paper made by `broadsheet new`."""
    folder = tmp_path_factory.mktemp("new") / "mypaper"
    made = broadsheet("new", str(folder), cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    return folder


def test_demo_tells_a_program_where_everything_is(paper: LivePaper) -> None:
    told = paper.told
    assert [edition["code"] for edition in told["editions"]] == ["us", "es"]
    access = [article["access"] for article in told["articles"]]
    assert access == ["free", "registered", "subscribers", "subscribers"]
    roles = {reader["role"]: reader["plan"] for reader in told["readers"]}
    assert roles == {
        "registered": "free",
        "basic": "basic",
        "owner": "premium",
        "member": "premium",
        "group": "group",
        "group-member": "group",
        "staff": "",
        "reporter": "",
        "editor": "",
    }
    assert Path(told["mail"]).is_absolute()
    for address in [told["url"], *(edition["url"] for edition in told["editions"])]:
        assert urllib.request.urlopen(address).status == 200


def test_demo_refuses_a_port_that_is_taken(paper: LivePaper, tmp_path: Path) -> None:
    port = paper.url.rpartition(":")[2]
    refused = broadsheet("demo", "--port", port, "--data", str(tmp_path / "x"), cwd=tmp_path)
    assert refused.returncode == 2
    assert "--port" in refused.stderr


def test_demo_touches_no_folder_that_is_not_a_papers(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter.txt").write_text("dear reader")
    for extra in ([], ["--fresh"]):
        options = ["--data", "precious", "--port", str(free_port()), *extra]
        refused = broadsheet("demo", *options, cwd=tmp_path)
        assert refused.returncode == 2
        assert (tmp_path / "precious" / "letter.txt").exists()


def test_a_new_paper_has_keys_of_its_own_that_others_cannot_read(own_paper: Path) -> None:
    config = own_paper / "broadsheet.toml"
    assert config.stat().st_mode & 0o077 == 0
    assert "secret_keys = [" in config.read_text()


def test_new_does_not_overwrite_a_paper(own_paper: Path) -> None:
    before = (own_paper / "broadsheet.toml").read_text()
    refused = broadsheet("new", str(own_paper), cwd=own_paper.parent)
    assert refused.returncode == 2
    assert (own_paper / "broadsheet.toml").read_text() == before


def test_check_finds_nothing_wrong_with_a_new_paper(own_paper: Path) -> None:
    checked = broadsheet("check", cwd=own_paper)
    assert (checked.returncode, checked.stdout.strip()) == (0, "Nothing is misconfigured.")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"BROADSHEET_SITE_URL": "http://paper.example"}, "https"),
        ({"BROADSHEET_LEASE_SECONDS": "10"}, "beat_seconds"),
        ({"BROADSHEET_LEESE_SECONDS": "10"}, "BROADSHEET_LEESE_SECONDS"),
        ({"BROADSHEET_SMTP_URL": "smtp://127.0.0.1:9"}, "mail server"),
        ({"BROADSHEET_SITE_URL": "https://paper.example"}, "smtp_url is empty"),
        ({"BROADSHEET_BEAT_SECONDS": "never"}, "beat_seconds"),
    ],
)
def test_check_says_in_words_what_is_misconfigured(
    own_paper: Path, settings: dict[str, str], said: str
) -> None:
    checked = broadsheet("check", cwd=own_paper, **settings)
    assert checked.returncode == 1
    assert said in checked.stdout


def test_check_notices_a_database_that_is_locked(own_paper: Path) -> None:
    with sqlite3.connect(own_paper / "data" / "paper.sqlite3") as db:
        db.execute("BEGIN IMMEDIATE")
        checked = broadsheet("check", cwd=own_paper)
        db.rollback()
    assert "locked" in checked.stdout


def test_serve_refuses_a_folder_without_a_paper(tmp_path: Path) -> None:
    refused = broadsheet("serve", cwd=tmp_path)
    assert refused.returncode == 2
    assert "broadsheet new" in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_and_stops_cleanly(own_paper: Path, workers: str) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "serve", "--port", str(port), "--workers", workers],
        cwd=own_paper,
        env=clean_env({}),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert answers(f"http://localhost:{port}/account/login/", process)
    finally:
        process.send_signal(signal.SIGINT if workers == "1" else signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def answers(address: str, process: subprocess.Popen[str]) -> bool:
    while process.poll() is None:
        try:
            return bool(urllib.request.urlopen(address, timeout=30).status == 200)
        except urllib.error.URLError:
            os.sched_yield()
    return False
