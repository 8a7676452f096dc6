"""What a stranger sends takes no room that lasts, and a client gets no form it has refused."""

import gc
import tracemalloc

import pytest

from tests.leaks.client import Server
from tests.leaks.inside import Process
from tests.newsroom.conftest import Newsroom

PATH = "/us/world/story/"
LONG = 60_000
TIMES = 60


@pytest.mark.parametrize(
    "head", ["accept_language", "cookie", "accept_encoding", "if_none_match", "origin"]
)
def test_long_headers_are_not_remembered(house: None, newsroom: Newsroom, head: str) -> None:
    """Each request brings another one: kept, they would fill the memory of every process."""
    newsroom.story("story", access="subscribers")
    process = Process()
    values = [f"bs_pass={n}; x{n}={'a' * (16_000 if head == 'cookie' else LONG)}" for n in range(5)]
    for value in values:
        process.ask(PATH, **{head: value})
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for n in range(TIMES):
            filler = "a" * (16_000 if head == "cookie" else LONG)
            assert process.ask(PATH, **{head: f"bs_pass={n}; y{n}={filler}"}).status == 200
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < TIMES * 5_000


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", ""),
        ("br;q=0.0, gzip;q=0.000", ""),
        ("gzip;q=0, identity", ""),
        ("GZIP;Q=1", "gzip"),
        ("brotli, x-gzip", ""),
        ("*;q=0", ""),
        ("\xff, ;;;, br;q=x", ""),
    ],
)
def test_a_page_comes_in_a_form_that_was_asked_for(
    server: Server, closed: str, accepted: str, sent: str
) -> None:
    answer = server.ask(closed, heads=[("Accept-Encoding", accepted)] if accepted else [])
    assert answer.get("content-encoding") == sent
    assert 'data-access="preview"' in answer.text
