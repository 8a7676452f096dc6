"""`broadsheet backup`, `restore` and `move`: the paper as one file, and in another database."""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg

from broadsheet.archive.moved import is_sealed, standstill
from broadsheet.cli.papers import Refusal, say, settings
from broadsheet.cli.update import bring_up_to_date

DATABASE, DATA = "BROADSHEET_DATABASE_URL", "BROADSHEET_DATA_DIR"
MOVED = """
The paper is in PostgreSQL now. Next:
  write database_url = "postgres://…" into broadsheet.toml, and start the paper again.
Until then whoever has the old file open reads on, and can write nothing. Keep it for a while:
{path}"""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands, and what can be typed after them."""
    one = commands.add_parser(
        "backup",
        help="write the paper to one file, or say whether such a file restores",
        description="Database, pictures and meters, as they are at one moment; the paper may be "
        "served meanwhile. What is secret in the settings is not in the file, but readers' "
        "addresses are: keep it safe.",
    )
    one.add_argument("file", type=Path, metavar="FILE", help="a new file, as in: monday.tar.gz")
    one.add_argument(
        "--verify", action="store_true", help="restore FILE into a database for the purpose"
    )
    one.set_defaults(run=run_backup)

    one = commands.add_parser(
        "restore",
        help="make the paper in a file the one whose settings are in this folder",
        description="This paper must be new, as `broadsheet new` makes it, and must not be served.",
    )
    one.add_argument("file", type=Path, metavar="FILE")
    one.set_defaults(run=run_restore)

    one = commands.add_parser(
        "move",
        help="move the paper from SQLite to PostgreSQL, while it is being served",
        description="Readers read on; nobody can sign in, buy or write until the paper has been "
        "started again with the new database. If it is interrupted, the paper stays where it was.",
    )
    one.add_argument(
        "url",
        metavar="URL",
        help="postgres://user:password@host:port/name, or - to be asked for it",
    )
    one.set_defaults(run=run_move)


def run_backup(options: argparse.Namespace) -> int:
    """Write the file, or prove one."""
    path = options.file.absolute()
    settings()
    if options.verify:
        _there(path)
        return _verify(path)
    if path.exists():
        raise Refusal(f"{path} exists already; nothing was changed")
    if not path.parent.is_dir():
        raise Refusal(f"there is no folder {path.parent}")
    _django(["back_up", str(path)])
    say(f"{path}: {path.stat().st_size / 1e6:,.1f} MB")
    return 0


def run_restore(options: argparse.Namespace) -> int:
    """Restore the file, and bring it up to date."""
    path = options.file.absolute()
    settings()
    _there(path)
    _django(["restore", str(path)])
    bring_up_to_date()
    say(f"This paper is the one in {path}, row by row and picture by picture.")
    return 0


def run_move(options: argparse.Namespace) -> int:
    """Move, and say what to change."""
    paper = settings()
    if paper.database_url:
        raise Refusal("this paper is in PostgreSQL already")
    source = paper.data_dir / "paper.sqlite3"
    if not source.exists():
        raise Refusal(f"there is no {source}: nothing to move")
    to = {DATABASE: _address(options.url)}
    if is_sealed(source):
        raise Refusal("this paper has moved already: set database_url")
    _look(to)
    say("Making the tables.")
    _django(["migrate", "--verbosity", "0"], to)
    with standstill(source) as still, tempfile.TemporaryDirectory(dir=paper.data_dir) as folder:
        file = str(Path(folder) / "paper.tar.gz")
        say("Nobody can write to the paper from now on.\nCopying:")
        _django(["back_up", file, "--without-files"])
        say("Writing to PostgreSQL, and comparing:")
        _django(["restore", file, "--without-files", "--unfinished"], to)
        still.seal()
    _django(["restore", "--finish"], to)
    _django(["update_paper"], to)
    say(MOVED.format(path=source))
    return 0


def _verify(path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="broadsheet-verify-") as folder:
        _django(["restore", str(path), "--without-files"], {DATABASE: "", DATA: folder})
    say(f"{path} restores: every row and picture is there.")
    return 0


def _address(typed: str) -> str:
    """The new database's address, understood by the settings. Raises Refusal."""
    # Typed as an argument, others on this machine may see it, and the shell remembers it.
    url = sys.stdin.readline().strip() if typed == "-" else typed
    before = os.environ.get(DATABASE)
    os.environ[DATABASE] = url
    try:
        if not settings().database_url:
            raise Refusal("an address is missing, as in postgres://user:password@host:5432/name")
    finally:
        os.environ.pop(DATABASE)
        if before is not None:
            os.environ[DATABASE] = before
    return url


def _look(to: dict[str, str]) -> None:
    """Raises Refusal when the new database does not answer, or has something in it."""
    try:
        with closing(psycopg.connect(to[DATABASE], connect_timeout=5)):
            pass
    except psycopg.Error as error:
        raise Refusal(f"the new database does not answer: {error}") from None
    _django(["restore", "--without-files"], to)


def _there(path: Path) -> None:
    if not path.is_file():
        raise Refusal(f"there is no file {path}")


def _django(command: list[str], other: dict[str, str] | None = None) -> None:
    """Run one of Django's commands, with settings other than this paper's. Raises Refusal."""
    done = subprocess.run(
        [sys.executable, "-m", "django", *command],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django", **(other or {})},
        stdout=sys.stderr,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        _before, _, words = done.stderr.partition("CommandError: ")
        raise Refusal(words.strip() or f"`{' '.join(command)}` failed:\n{done.stderr.strip()}")
