"""A paper is written to a file while it runs, and made again out of it, in either database."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from tests import settings
from tests.postgres import small
from tests.postgres.conftest import broadsheet, lasting, manifest

pytestmark = pytest.mark.skipif(
    settings.SERVER is not None, reason="these papers begin in SQLite: the other run's database"
)


@pytest.fixture
def new_paper(tmp_path: Path, db: None) -> Path:
    """A paper that nobody has begun with."""
    made = small.folder(tmp_path / "new")
    for picture in made.rglob("*.png"):
        picture.unlink()
    (made / "data" / "media" / "images").rmdir()
    return made


@pytest.fixture
def paper(new_paper: Path, tmp_path: Path) -> Path:
    small.fill()
    return small.folder(tmp_path / "paper")


@pytest.fixture
def file(paper: Path) -> Path:
    made = broadsheet(paper, "backup", "monday.tar.gz")
    assert made.returncode == 0, made.stderr
    return paper / "monday.tar.gz"


def test_a_backup_holds_everything_but_what_is_secret(paper: Path, file: Path) -> None:
    told = manifest(file)
    assert told["tables"]["newsroom_article"]["rows"] == 2
    assert told["pictures"]["files"] == 1
    assert told["meters"]
    assert file.stat().st_mode & 0o077 == 0
    everything = gzip.decompress(file.read_bytes())
    assert b"secret-word" not in everything
    assert b"a-key-for-tests" not in everything
    assert b"wagtailsearch_indexentry" not in everything
    again = broadsheet(paper, "backup", "monday.tar.gz")
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_a_new_paper_becomes_the_one_in_the_file_and_no_other_does(
    new_paper: Path, paper: Path, file: Path
) -> None:
    made = broadsheet(new_paper, "restore", str(file))
    assert made.returncode == 0, made.stderr
    assert "newsroom_article: 2 rows, the same" in made.stderr
    picture = Path("data/media/images/señor.png")
    assert (new_paper / picture).read_bytes() == (paper / picture).read_bytes()
    copy = broadsheet(new_paper, "backup", "copy.tar.gz")
    assert copy.returncode == 0, copy.stderr
    one, other = manifest(file), manifest(new_paper / "copy.tar.gz")
    assert lasting(one) == lasting(other)
    assert (one["pictures"], one["meters"]) == (other["pictures"], other["meters"])
    refused = broadsheet(new_paper, "restore", str(file))
    assert refused.returncode == 2
    assert "somebody has begun with this paper" in refused.stderr


def changed(path: Path, name: str, before: bytes, after: bytes) -> Path:
    """The same file with other words in one of its members."""
    other = path.with_name("changed.tar.gz")
    with tarfile.open(path) as old, tarfile.open(other, "w:gz") as new:
        for one in old:
            content = old.extractfile(one)
            assert content is not None
            words = content.read()
            if one.name == name:
                assert before in words
                words = words.replace(before, after)
            one.size = len(words)
            new.addfile(one, io.BytesIO(words))
    return other


def test_a_file_that_is_not_what_was_written_is_refused_before_anything_is_done(
    new_paper: Path, file: Path
) -> None:
    article = "tables/newsroom_author/000001.jsonl"
    other = changed(file, article, b"Ann Poe", b"Ann Roe")
    cut = file.with_name("cut.tar.gz")
    cut.write_bytes(file.read_bytes()[:-3000])
    strange = file.with_name("strange.tar.gz")
    strange.write_bytes(b"no archive at all")
    for path, words in (
        (other, "the rows of newsroom_author are not those that were written"),
        (cut, "damaged, or not whole"),
        (strange, "damaged, or not whole"),
    ):
        refused = broadsheet(new_paper, "restore", str(path))
        assert refused.returncode == 2
        assert words in refused.stderr
    assert broadsheet(new_paper, "restore", "nowhere.tar.gz").returncode == 2
