"""Several processes hand over the same letters, and one of them is killed."""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import clean_env
from tests.mail.server import Server, serving


class Worker:
    """A process of a paper; `tell` it something, then `hear` when it is done."""

    def __init__(self, folder: Path, port: int, module: str = "tests.mail.worker") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment(folder, port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def does(self, command: str) -> str:
        self.tell(command)
        return self.hear()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


def environment(folder: Path, port: int) -> dict[str, str]:
    return clean_env(
        {
            "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
            "BROADSHEET_CONFIG": str(folder / "none.toml"),
            "BROADSHEET_DATA_DIR": str(folder),
            "BROADSHEET_SECRET_KEYS": '["a-key-for-tests-a-key-for-tests-a-key"]',
            "BROADSHEET_SMTP_URL": f"smtp://127.0.0.1:{port}",
        }
    )


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def workers(
    server: Server, django_db_setup: None, new_database: Path, tmp_path: Path
) -> Iterator[list[Worker]]:
    if new_database.exists():
        shutil.copy(new_database, tmp_path)
    workers = [Worker(tmp_path, server.port) for _ in range(3)]
    assert workers[0].does("prepare") == "done"
    yield workers
    for worker in workers:
        worker.kill()


def test_each_letter_goes_once_when_processes_race_for_them(
    server: Server, workers: list[Worker]
) -> None:
    assert workers[0].does("write 20") == "done"
    assert [worker.does("tell")[:7] for worker in workers] == ["0 False"] * 3
    for worker in workers:
        worker.tell("send")
    assert [worker.hear() for worker in workers] == ["done"] * 3
    assert len(server.taken) == 20
    assert set(Counter(server.recipients).values()) == {1}


def test_killed_between_acceptance_and_record_it_goes_again_as_the_same_letter(
    server: Server, workers: list[Worker]
) -> None:
    first, second, _ = workers
    taken = threading.Event()

    def kill() -> None:
        server.after_data = lambda: None
        first.kill()
        taken.set()

    assert first.does("write 1") == "done"
    server.after_data = kill
    first.tell("send")
    assert taken.wait(30)
    assert second.does("tell").startswith("1 False")
    second.does("send")
    assert len(server.taken) == 1  # the first one's lease still holds
    second.does("later")
    second.does("send")
    assert second.does("tell") == "2 True 0"
    one, other = server.taken
    assert one["Message-ID"] == other["Message-ID"]
