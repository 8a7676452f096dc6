"""Asks another process of the host to do what editors and staff do (see office.py)."""

import json
import os
import subprocess
import sys
from typing import Any

MARK = "Nine grey herons crossed the tin roof of the ferry office"
"""The first words behind the wall of every story written here."""


class Desk:
    """Tells the other process what to do, and waits until it is done."""

    def __init__(self, config: str, url: str, settings: dict[str, str]) -> None:
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("BROADSHEET_")}
        environment = {
            **inherited,
            **settings,
            "BROADSHEET_CONFIG": config,
            "BROADSHEET_SITE_URL": url,
            "BROADSHEET_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.leaks.office"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __call__(self, what: str, *words: Any) -> Any:
        """Do it; what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, *words]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the desk could not do {what}"
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
