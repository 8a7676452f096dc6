"""Several processes send one issue, and one of them is killed in the middle of it."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.mail.server import Server, serving
from tests.mail.test_processes import Worker

READERS = 120


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def workers(
    server: Server, django_db_setup: None, new_database: Path, tmp_path: Path
) -> Iterator[list[Worker]]:
    if connection.vendor != "sqlite":
        pytest.skip("the processes' paper is a copy of a SQLite file")
    shutil.copy(new_database, tmp_path)
    module = "tests.newsletters.worker"
    workers = [Worker(tmp_path, server.port, module) for _ in range(3)]
    assert workers[0].does(f"write {READERS}") == "done"
    yield workers
    for worker in workers:
        worker.kill()


def test_nobody_gets_an_issue_twice_and_one_mail_at_most_is_in_doubt(
    server: Server, workers: list[Worker]
) -> None:
    killed = workers[0]
    for worker in workers[1:]:  # they have started, and so has the third of the work for each
        assert worker.does("tell") == f"WAITING={READERS}"

    def kill() -> None:
        if len(server.taken) == READERS // 3:
            killed.kill()

    server.after_data = kill
    for worker in workers:
        worker.tell("send")
    assert [worker.hear() for worker in workers[1:]] == ["done", "done"]
    assert killed.process.poll() is not None
    assert workers[1].does("later") == "done"
    assert workers[1].does("send") == "done"
    assert Counter(server.recipients).most_common(1)[0][1] == 1
    states = workers[1].does("tell")
    if "UNKNOWN" in states:  # it was killed with a mail in its hands
        assert states == f"SENT={READERS - 1} UNKNOWN=1"
        assert len(server.taken) in (READERS, READERS - 1)
    else:
        assert states == f"SENT={READERS}"
        assert len(server.taken) == READERS
