"""A paper moves from SQLite to PostgreSQL, whole, or stays where it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from broadsheet.archive.moved import is_sealed, standstill
from broadsheet.newsroom.models import Author
from tests import settings
from tests.postgres import small
from tests.postgres.conftest import broadsheet, lasting, manifest
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.skipif(
    settings.SERVER is not None, reason="who moves comes from SQLite: the other run's database"
)
WRITE = "UPDATE newsroom_author SET biography = biography"


def ask(url: str, question: str) -> object:
    """The first value of PostgreSQL's answer."""
    with closing(psycopg.connect(url)) as db:
        found = db.execute(question).fetchone()  # type: ignore[arg-type]
    return found[0] if found else None


@pytest.fixture
def paper(tmp_path: Path, db: None) -> Path:
    small.fill()
    return small.folder(tmp_path)


def write(paper: Path) -> None:
    with closing(sqlite3.connect(paper / "data" / "paper.sqlite3", timeout=0)) as file, file:
        file.execute(WRITE)


def test_while_it_is_copied_readers_read_and_nobody_writes(paper: Path) -> None:
    path = paper / "data" / "paper.sqlite3"
    with standstill(path):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write(paper)
        with closing(sqlite3.connect(path, timeout=0)) as file:
            assert file.execute("SELECT count(*) FROM newsroom_article").fetchone() == (2,)
    write(paper)  # what was broken off left nothing behind
    assert not is_sealed(path)


def test_a_moved_paper_is_read_and_not_written(paper: Path) -> None:
    path = paper / "data" / "paper.sqlite3"
    with standstill(path) as still:
        still.seal()
    with pytest.raises(sqlite3.IntegrityError, match="moved to PostgreSQL: set database_url"):
        write(paper)
    with closing(sqlite3.connect(path, timeout=0)) as file:
        assert file.execute("SELECT count(*) FROM newsroom_article").fetchone() == (2,)
    checked = broadsheet(paper, "check").stdout
    assert "This paper has moved to PostgreSQL" in checked


def test_a_paper_moves_and_what_cannot_be_moved_stays(
    paper: Path, server: Postgres, tables: str
) -> None:
    """One story of its own, because moving takes long: what PostgreSQL refuses is
    told and nothing is kept; mended, it moves; then nothing else may move there."""
    url, path = server.database("moving", tables), paper / "data" / "paper.sqlite3"
    author = Author.objects.get(slug="ann-poe").pk
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE newsroom_author SET name = 'Ann' || char(0) WHERE id = ?", [author])
    refused = broadsheet(paper, "move", url)
    assert refused.returncode == 2
    assert "newsroom_author" in refused.stderr
    assert "NUL" in refused.stderr
    assert not is_sealed(path)
    write(paper)
    assert ask(url, "SELECT count(*) FROM readers_reader") == 0

    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE newsroom_author SET name = 'Ann Poe' WHERE id = ?", [author])
    assert broadsheet(paper, "backup", "before.tar.gz").returncode == 0
    moved = broadsheet(paper, "move", "-", said=url + "\n")
    assert moved.returncode == 0, moved.stderr
    assert "newsroom_article: 2 rows, the same" in moved.stderr
    assert 'write database_url = "postgres://…"' in moved.stderr
    assert is_sealed(path)
    _a_backup_of_it_restores_in_sqlite(paper, url)
    _is_the_paper(url)

    again = broadsheet(paper, "move", url)
    assert again.returncode == 2
    assert "moved already" in again.stderr
    _nothing_else_moves_there(paper, url)


def _is_the_paper(url: str) -> None:
    assert ask(url, "SELECT biography FROM newsroom_author WHERE slug = 'ann-poe'") == small.ODD
    assert ask(url, "SELECT count(*) FROM subscriptions_seat WHERE reader_id IS NOT NULL") == 4
    day = ask(url, "SELECT day::text FROM subscriptions_dailytotal")
    assert day == "2026-02-28"
    number = ask(url, "SELECT nextval(pg_get_serial_sequence('newsroom_author', 'id'))")
    assert number == Author.objects.latest("pk").pk + 2  # after the one that was deleted
    found = "SELECT count(*) FROM wagtailsearch_indexentry WHERE body @@ 'visitor'::tsquery"
    assert ask(url, found) == 2  # "visitors", indexed anew by its stem


def _a_backup_of_it_restores_in_sqlite(paper: Path, url: str) -> None:
    made = broadsheet(paper, "backup", "after.tar.gz", database=url)
    assert made.returncode == 0, made.stderr
    before, after = manifest(paper / "before.tar.gz"), manifest(paper / "after.tar.gz")
    assert lasting(before) == lasting(after)
    assert (before["pictures"], before["meters"]) == (after["pictures"], after["meters"])
    proved = broadsheet(paper, "backup", "--verify", "after.tar.gz")
    assert proved.returncode == 0, proved.stderr
    assert "restores: every row and picture is there" in proved.stderr


def _nothing_else_moves_there(paper: Path, url: str) -> None:
    other = small.folder(paper / "other")
    refused = broadsheet(other, "move", url)
    assert refused.returncode == 2
    assert "it has readers or editions" in refused.stderr
    assert not is_sealed(other / "data" / "paper.sqlite3")


def test_a_database_of_somebody_elses_is_not_touched(paper: Path, server: Postgres) -> None:
    url = server.database("strangers")
    with closing(psycopg.connect(url, autocommit=True)) as db:
        db.execute("CREATE TABLE cattle (name text)")
    refused = broadsheet(paper, "move", url)
    assert refused.returncode == 2
    assert "holds what is not of a paper: cattle" in refused.stderr
    assert ask(url, "SELECT count(*) FROM cattle") == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://a:hidden@host/b", "expected postgres://"),
        ("postgres://a:hidden@127.0.0.1:1/b", "does not answer"),
        ("postgres://a:hidden@host", "name is missing"),
        ("postgres://a:hidden@host/b?sslmode=perhaps", "sslmode is one of"),
        ("postgres://a:hid[den@host/b", "cannot be read"),
        ("postgres://a:hidden@host/b?pool=9", "there is no option 'pool'"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(
    tmp_path: Path, url: str, words: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "paper.sqlite3").touch()
    keys = '["a-key-for-tests-a-key-for-tests-a-key"]'
    (tmp_path / "broadsheet.toml").write_text(f"secret_keys = {keys}\n")
    refused = broadsheet(tmp_path, "move", url)
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "hidden" not in refused.stderr
    assert "hid[den" not in refused.stderr
