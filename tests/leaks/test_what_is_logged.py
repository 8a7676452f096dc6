"""The last of these files: what the served paper has written into its log by now."""

import re

import pytest

from tests.conftest import LivePaper
from tests.leaks.client import Server

ENTRY = re.compile(r"\n(?=\d{4}-\d\d-\d\d )")
NOBODYS_FAULT = re.compile(
    r"matching query does not exist"  # work on a story that is gone by then
    r"|ERROR django\.tasks .*disk I/O error",  # the machine's, seen once on one whose disk failed
    re.DOTALL,
)
SECRETS = re.compile(r"one-seat-one-device|bs_pass=|bs_session=|csrfmiddlewaretoken=|a-better-word")


@pytest.fixture
def log(paper: LivePaper, server: Server) -> str:
    assert server.ask("/us/").status == 200  # it lives
    return paper.log.read_text()


def test_nothing_that_a_stranger_sent_is_a_fault_of_the_papers(log: str) -> None:
    """No trace, and no answer that begins with 5."""
    entries = [entry for entry in ENTRY.split(log) if not NOBODYS_FAULT.search(entry)]
    traces = [entry for entry in entries if "Traceback" in entry]
    assert not traces, traces[0]
    assert "Internal Server Error" not in log
    assert "CRITICAL" not in log


def test_no_secret_is_written_down(log: str) -> None:
    assert not SECRETS.search(log)


def test_a_stranger_writes_no_line_of_their_own(log: str) -> None:
    """An address with a line break in it must not look like an entry."""
    for line in log.splitlines():
        assert not line.startswith("Location:")
