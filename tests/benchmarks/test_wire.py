"""Whatever way a site sends its answers, they are read to their end and no further."""

import pytest
from wire import Broken, whole

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstory"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nsto\r\n2;name=value\r\nry\r\n0\r\nTrailer: x\r\n\r\n"
)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
NO_LENGTH = b"HTTP/1.1 200 OK\r\n\r\nstory"


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED, EARLY + PLAIN, EARLY + CHUNKED])
def test_an_answer_is_whole_with_its_last_byte_and_not_before(answer: bytes) -> None:
    for cut in range(len(answer)):
        assert whole(answer[:cut]) is None
    found = whole(answer + PLAIN)
    assert found is not None
    status, _, body, end = found
    assert (status, body, end) == (200, b"story", len(answer))


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    assert whole(NO_LENGTH) is None
    found = whole(NO_LENGTH, ended=True)
    assert found is not None
    assert found[2] == b"story"


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED])
def test_an_answer_that_breaks_off_is_no_answer(answer: bytes) -> None:
    with pytest.raises(Broken):
        whole(answer[:-1], ended=True)


def test_an_answer_that_needs_no_body_has_none() -> None:
    answer = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
    found = whole(answer + PLAIN)
    assert found is not None
    assert (found[0], found[2], found[3]) == (304, b"", len(answer))


@pytest.mark.parametrize(
    "strange",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: much\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_http_is_said_to_be_broken(strange: bytes) -> None:
    with pytest.raises(Broken):
        whole(strange)
