"""A paper of one's own, served as an operator serves it."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live import clean_env, free_port


@dataclass(frozen=True)
class Served:
    """A paper that is being served; `log` is what it says meanwhile."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str]]:
        """Status and headers of an answer."""
        asked = urllib.request.Request(
            self.url + path, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                answer.read()
                return answer.status, {name.lower(): v for name, v in answer.headers.items()}
        except urllib.error.HTTPError as refused:
            return refused.code, {name.lower(): v for name, v in refused.headers.items()}


type Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def a_new_paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a paper without a story."""
    folder = tmp_path_factory.mktemp("operated") / "paper"
    made = subprocess.run(
        [sys.executable, "-m", "broadsheet", "new", str(folder)],
        env=clean_env({}),
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def serve(a_new_paper: Path, tmp_path: Path) -> Iterator[Serve]:
    """Serves that paper, with settings as asked, until the test is over."""
    with ExitStack() as running:
        yield lambda workers=1, **settings: running.enter_context(
            _served(a_new_paper, tmp_path / f"{free_port()}.log", workers, settings)
        )


@contextmanager
def _served(folder: Path, log: Path, workers: int, settings: dict[str, str]) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "-m", "broadsheet", "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=folder, stderr=errors, stdout=errors, env=clean_env(settings)
        )
    paper = Served(f"http://localhost:{port}", log, process)
    try:
        _wait_for(paper)
        yield paper
    finally:
        process.terminate()
        assert process.wait(60) == 0, log.read_text()


def _wait_for(paper: Served) -> None:
    while True:
        assert paper.process.poll() is None, paper.log.read_text()
        try:
            paper.get("/-/live")
        except OSError:
            continue
        return
