"""Hosts of one paper: each with a folder of its own, one database, one Valkey."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.live import SHORT, clean_env, free_port

PATIENCE = 180.0
"""Seconds a host may take to start or to stop."""


class Host:
    """One host: its folder, its port, and the process that serves there."""

    def __init__(self, folder: Path, shared: dict[str, str], *options: str) -> None:
        """`shared`: settings that all hosts have. `options`: of `broadsheet serve`."""
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.env = clean_env({**shared, "BROADSHEET_DATA_DIR": str(folder)})
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self.folder.with_suffix(".log").read_text()

    def run(self, *words: str) -> None:
        """A command of the paper's, until it is done."""
        self._run("broadsheet", words)

    def django(self, *words: str) -> None:
        """One of Django's commands, until it is done."""
        self._run("django", words)

    def _run(self, module: str, words: tuple[str, ...]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            env={**self.env, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> "Host":
        """Returns when it is ready."""
        command = [sys.executable, "-m", "broadsheet", "serve", "--port", str(self.port)]
        with self.folder.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self._options], env=self.env, stdout=log, stderr=log
            )
        until(self.ready, lambda: self.log)
        return self

    def ready(self) -> bool:
        """What a balancer is told."""
        try:
            return self.ask("/-/ready")[0] == 200
        except (OSError, HTTPException):
            return False

    def ask(
        self, path: str, method: str = "GET", body: str = "", **heads: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of one answer."""
        link = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {name.replace("_", "-"): value for name, value in heads.items()}
            link.request(method, path, body or None, sent)
            answer = link.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read().decode()
        finally:
            link.close()

    def tell(self, which: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, which)

    def stop(self) -> None:
        """As an operator does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.tell(signal.SIGCONT)
                self.tell(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None


def until(
    holds: Callable[[], bool], told: Callable[[], Any] = str, within: float = PATIENCE
) -> None:
    """Wait until it holds; fails with what `told` says when it never does."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, told()
        time.sleep(0.02)


SETTINGS = {
    **SHORT,
    "BROADSHEET_SITE_URL": "http://localhost",
    "BROADSHEET_SECRET_KEYS": '["a-key-of-all-hosts-a-key-of-all-hosts-a-key"]',
    "BROADSHEET_CONFIG": "/nowhere/none.toml",
    "BROADSHEET_LOG_LEVEL": "INFO",
}
