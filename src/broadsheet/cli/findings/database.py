"""The database: whether it is there, fit, and looked after."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from broadsheet.cli.findings.clocks import apart
from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings

OLDEST = 14
"""The oldest PostgreSQL that Django 6.1 speaks to; see its documentation."""
PER_PROCESS = 18
"""Connections that one process may hold: its pool, and one for each queue."""
LATE = 300
"""Seconds after which a task that nobody has begun means that nobody works."""
OLDEST_TASK = (
    "SELECT min(enqueued_at) FROM django_tasks_db_dbtaskresult WHERE status = 'READY' "
    "AND (run_after > '9999-01-01' OR run_after <= CURRENT_TIMESTAMP)"
)


def look(paper: PaperSettings) -> Iterator[Finding]:
    """What is wrong with the database that the settings name."""
    if not paper.database_url:
        yield from _tasks_in_file(paper)
        return
    try:
        with psycopg.connect(paper.database_url, connect_timeout=5) as db:
            yield from _fit(db)
            yield from _tasks(db)
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0] if str(error) else type(error).__name__
        yield fault(f"PostgreSQL (database_url) cannot be used: {said}. Nothing works without it.")


def _fit(db: psycopg.Connection[tuple[Any, ...]]) -> Iterator[Finding]:
    version = db.info.server_version // 10000
    if version < OLDEST:
        yield fault(f"PostgreSQL is version {version}: {OLDEST} or newer is needed.")
    encoding = db.execute("SHOW server_encoding").fetchone()
    if encoding != ("UTF8",):
        yield fault(
            f"The database's encoding is {(encoding or ('?',))[0]}: make one with "
            "`CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`, and `broadsheet restore`."
        )
    yield from _connections(db)
    before = time.time()
    row = db.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    yield from apart("PostgreSQL", row[0] if row else before, before, time.time())


def _connections(db: psycopg.Connection[tuple[Any, ...]]) -> Iterator[Finding]:
    row = db.execute(
        "SELECT current_setting('max_connections')::int "
        "- current_setting('superuser_reserved_connections')::int"
    ).fetchone()
    allowed = row[0] if row else 0
    if allowed < 2 * PER_PROCESS:
        yield advice(
            f"PostgreSQL allows {allowed} connections, and each process may want {PER_PROCESS}: "
            "raise max_connections before there are two."
        )


def _tasks(db: psycopg.Connection[tuple[Any, ...]]) -> Iterator[Finding]:
    there = db.execute("SELECT to_regclass('django_tasks_db_dbtaskresult')").fetchone()
    if there == (None,):
        yield fault("The database is empty: run `broadsheet update`.")
        return
    row = db.execute(OLDEST_TASK).fetchone()
    if row and row[0] is not None:
        yield from _late(row[0])


def _tasks_in_file(paper: PaperSettings) -> Iterator[Finding]:
    path = paper.data_dir / "paper.sqlite3"
    if not path.exists():
        return
    try:
        with sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2) as db:
            (oldest,) = db.execute(OLDEST_TASK).fetchone()
    except sqlite3.Error:
        return  # said elsewhere: locked, or not up to date
    if oldest:
        yield from _late(datetime.fromisoformat(oldest).replace(tzinfo=UTC))


def _late(oldest: datetime) -> Iterator[Finding]:
    minutes = (time.time() - oldest.timestamp()) / 60
    if minutes * 60 > LATE:
        yield advice(
            f"A background task has waited for {minutes:.0f} minutes: letters and schedules stand "
            "still. Start `broadsheet serve`, or `broadsheet work`."
        )
