"""An operator asks what is wrong with a deployment, and is told what to do about it."""

import datetime
import json
import resource
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.cli.findings import clocks, configured, database, files, outside, seat_store
from broadsheet.cli.findings.finding import Finding, Level
from broadsheet.settings import PaperSettings
from broadsheet.settings.paper import CONFIG_VARIABLE
from broadsheet.telemetry import wanted
from tests.live import clean_env, free_port
from tests.servers.postgres import Postgres, postgres
from tests.servers.valkey import ValkeyServer, valkey_server

KEY = "Zq3vN8xLr0PwTgYbK5dHsJ2mC7eUaFi4"
PUBLIC = {"site_url": "https://paper.example", "secret_keys": [KEY]}

type Configure = Callable[..., PaperSettings]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Settings of a paper in a folder of its own."""
    for name in PaperSettings.model_fields:
        monkeypatch.delenv(f"BROADSHEET_{name.upper()}", raising=False)
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "none.toml"))
    return lambda **given: PaperSettings(**{"data_dir": tmp_path, "secret_keys": [KEY], **given})


def said(findings: Iterator[Finding], level: Level) -> str:
    return "\n".join(finding.text for finding in findings if finding.level is level)


def test_what_is_told_is_a_sentence_that_says_what_to_do(settings: Configure) -> None:
    told = list(configured.look(settings(**PUBLIC)))
    assert {finding.level for finding in told} == {Level.ADVICE}
    assert all(finding.text.endswith(".") for finding in told)


@pytest.mark.parametrize(
    ("given", "level", "words"),
    [
        ({"site_url": "http://paper.example"}, Level.FAULT, "https"),
        ({**PUBLIC}, Level.ADVICE, "trusted_proxies is empty"),
        ({**PUBLIC}, Level.ADVICE, "nothing can be bought"),
        ({"secret_keys": ["a" * 40]}, Level.FAULT, "not drawn by chance"),
        ({"secret_keys": ["change-me-" + KEY]}, Level.FAULT, "not drawn by chance"),
        ({"secret_keys": [KEY, KEY]}, Level.FAULT, "one key twice"),
        ({"lease_seconds": 20}, Level.FAULT, "between two beats"),
        ({"release_seconds": 100}, Level.FAULT, "closing a tab"),
        ({"stripe_secret_key": "sk_live_x"}, Level.FAULT, "stripe_webhook_secret"),
        ({"valkey_url": "valkey://127.0.0.1"}, Level.ADVICE, "database_url"),
        ({"valkey_url": "valkey://127.0.0.1"}, Level.ADVICE, "media_storage"),
    ],
)
def test_settings_that_do_not_go_together(
    settings: Configure, given: dict[str, Any], level: Level, words: str
) -> None:
    assert words in said(configured.look(settings(**given)), level)


def test_no_key_is_ever_printed(settings: Configure) -> None:
    told = configured.look(settings(secret_keys=["change-me-" + KEY]))
    assert KEY not in said(told, Level.FAULT)


def test_traces_that_are_asked_for_and_cannot_be_sent(
    settings: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    assert not said(configured.look(settings()), Level.FAULT)
    monkeypatch.setattr(wanted, "find_spec", lambda name: None)
    assert "broadsheet[telemetry]" in said(configured.look(settings()), Level.FAULT)


class TestFiles:
    def test_what_an_update_has_still_to_do(self, settings: Configure) -> None:
        told = said(files.look(settings()), Level.FAULT)
        assert told.count("broadsheet update") == 2

    def test_style_of_another_version(self, settings: Configure, tmp_path: Path) -> None:
        collected = tmp_path / "static" / "broadsheet"
        shipped = Path("src/broadsheet/web/static/broadsheet")
        collected.mkdir(parents=True)
        for name in files.WATCHED:
            (collected / name).write_bytes((shipped / name).read_bytes())
        assert "another version" not in said(files.look(settings()), Level.FAULT)
        (collected / "seat.js").write_text("// of last year")
        assert "another version's" in said(files.look(settings()), Level.FAULT)

    def test_sqlite_over_a_network(
        self, settings: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mounts = tmp_path / "mounts"
        mounts.write_text(f"/dev/vda / ext4 rw 0 0\nnas:/papers {tmp_path} nfs4 rw 0 0\n")
        monkeypatch.setattr(files, "MOUNTS", mounts)
        assert "on nfs4" in said(files.look(settings()), Level.FAULT)
        shared = settings(database_url="postgres://x/y", valkey_url="valkey://x")
        assert "on nfs4" not in said(files.look(shared), Level.FAULT)

    def test_a_disk_that_is_nearly_full(
        self, settings: Configure, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "FREE", 10**18)
        assert "make room" in said(files.look(settings()), Level.ADVICE)
        monkeypatch.setattr(files, "FULL", 10**18)
        assert "make room" in said(files.look(settings()), Level.FAULT)

    def test_too_few_open_files_for_streams(self, settings: Configure) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
        try:
            assert "LimitNOFILE" in said(files.look(settings(**PUBLIC)), Level.ADVICE)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def test_a_database_that_somebody_has_locked(self, settings: Configure, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "paper.sqlite3") as db:
            db.execute("BEGIN IMMEDIATE")
            assert "locked" in said(files.look(settings()), Level.FAULT)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


class TestPostgres:
    def test_one_without_a_paper_in_it(self, settings: Configure, server: Postgres) -> None:
        told = list(database.look(settings(database_url=server.database("empty"))))
        assert "broadsheet update" in said(iter(told), Level.FAULT)

    def test_letters_in_another_encoding(self, settings: Configure, server: Postgres) -> None:
        import psycopg

        with psycopg.connect(server.url(), autocommit=True) as db:
            db.execute(
                "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc "
                "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
            )
        told = said(database.look(settings(database_url=server.url("latin"))), Level.FAULT)
        assert "encoding is LATIN1" in told

    def test_tasks_that_nobody_works_on(self, settings: Configure, server: Postgres) -> None:
        import psycopg

        url = server.database("late")
        with psycopg.connect(url) as db:
            db.execute(
                "CREATE TABLE django_tasks_db_dbtaskresult "
                "(status text, run_after timestamptz, enqueued_at timestamptz)"
            )
            db.execute(
                "INSERT INTO django_tasks_db_dbtaskresult "
                "VALUES ('READY', '9999-12-31', now() - interval '1 hour')"
            )
        told = said(database.look(settings(database_url=url)), Level.ADVICE)
        assert "waited for 60 minutes" in told

    def test_nobody_there(self, settings: Configure) -> None:
        url = f"postgres://paper:a-password@127.0.0.1:{free_port()}/paper"
        told = said(database.look(settings(database_url=url)), Level.FAULT)
        assert "PostgreSQL (database_url) cannot be used" in told
        assert "a-password" not in told


class TestValkey:
    @pytest.fixture
    def server(self) -> Iterator[ValkeyServer]:
        with valkey_server("--save", "", "--appendonly", "yes") as server:
            yield server

    def test_one_that_is_as_it_should_be(self, settings: Configure, server: ValkeyServer) -> None:
        assert list(seat_store.look(settings(valkey_url=server.url))) == []

    def test_one_that_throws_seats_away(self, settings: Configure, server: ValkeyServer) -> None:
        server.client().config_set("maxmemory-policy", "allkeys-lru")
        told = said(seat_store.look(settings(valkey_url=server.url)), Level.FAULT)
        assert "noeviction" in told

    def test_one_that_forgets_at_a_restart(self, settings: Configure, server: ValkeyServer) -> None:
        server.client().config_set("appendonly", "no")
        told = said(seat_store.look(settings(valkey_url=server.url)), Level.ADVICE)
        assert "appendonly" in told

    def test_nobody_there(self, settings: Configure) -> None:
        url = f"valkey://reader:a-password@127.0.0.1:{free_port()}/0"
        told = said(seat_store.look(settings(valkey_url=url)), Level.FAULT)
        assert "Valkey (valkey_url) cannot be used" in told
        assert "a-password" not in told


def test_clocks_that_are_apart() -> None:
    assert list(clocks.apart("Valkey", 1000.5, 1000, 1001)) == []
    assert list(clocks.apart("Valkey", 1004, 1000, 1001)) == []
    assert "29 seconds ahead of" in said(clocks.apart("Valkey", 1030, 1000, 1001), Level.FAULT)
    assert "30 seconds behind" in said(clocks.apart("Valkey", 970, 1000, 1001), Level.FAULT)


def test_an_address_that_is_not_in_the_dns(settings: Configure) -> None:
    told = outside.look(settings(**{**PUBLIC, "site_url": "https://no-such-paper.invalid"}))
    assert "no address in the DNS" in said(told, Level.FAULT)


def test_a_certificate_that_nobody_vouches_for(settings: Configure, tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        told = outside.look(settings(**{**PUBLIC, "site_url": f"https://localhost:{port}"}))
        assert "Browsers refuse the certificate" in said(told, Level.FAULT)


def test_the_days_that_a_certificate_has_left(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        assert 8.9 < outside.days_left("localhost", port, context) < 9.1


class tls_server:  # noqa: N801 (used as a function is)
    """A server whose certificate ends in nine days."""

    def __init__(self, folder: Path) -> None:
        cert, key = folder / "cert.pem", folder / "key.pem"
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]
        command += ["-nodes", "-days", "9", "-subj", "/CN=localhost", "-keyout", str(key)]
        command += ["-addext", "subjectAltName=DNS:localhost", "-out", str(cert)]
        subprocess.run(command, check=True, capture_output=True)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(cert, key)

    def __enter__(self) -> int:
        self._socket = socket.create_server(("localhost", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
                self._context.wrap_socket(client, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                return


def test_tasks_in_a_file_that_nobody_works_on(settings: Configure, tmp_path: Path) -> None:
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)
    with sqlite3.connect(tmp_path / "paper.sqlite3") as db:
        db.execute("CREATE TABLE django_tasks_db_dbtaskresult (status, run_after, enqueued_at)")
        row = ("READY", "9999-12-31 00:00:00", long_ago.strftime("%Y-%m-%d %H:%M:%S.%f"))
        db.execute("INSERT INTO django_tasks_db_dbtaskresult VALUES (?, ?, ?)", row)
    assert "waited for 120 minutes" in said(database.look(settings()), Level.ADVICE)


def test_a_program_is_told_in_json_and_by_the_exit_code(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "broadsheet", "check", "--json"],
        cwd=tmp_path,
        env=clean_env({}),
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(checked.stdout)
    assert checked.returncode == 1
    assert [finding["level"] for finding in told["findings"]] == ["fault"]
    assert "broadsheet new" in told["findings"][0]["text"]
