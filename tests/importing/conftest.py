"""An empty paper with one edition, and somebody who imports into it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broadsheet.importing import runs
from broadsheet.importing.models import ImportRun, ReportLine
from broadsheet.newsroom.models import Article
from tests.newsroom.conftest import Newsroom, _own_files, newsroom

__all__ = ["_own_files", "newsroom"]


@dataclass
class Operator:
    """Imports files, and reads the report."""

    folder: Path
    said: list[ReportLine] = field(default_factory=list)

    def file(self, content: str | bytes, name: str = "old.xml") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def imports(self, content: str | bytes | Path, name: str = "old.xml", **options: Any) -> Any:
        path = content if isinstance(content, Path) else self.file(content, name)
        chosen = runs.Options(**{"edition": "us", "section": "world", **options})
        run = runs.begin(path, chosen)
        runs.carry_out(run, path, chosen)
        return ImportRun.objects.get(pk=run.pk)

    def tries(self, content: str | bytes, name: str = "old.xml", **options: Any) -> ImportRun:
        chosen = runs.Options(**{"edition": "us", "section": "world", **options})
        self.said.clear()
        return runs.dry_run(self.file(content, name), chosen, runs.silent, self.said.append)


@pytest.fixture
def operator(newsroom: Newsroom, tmp_path: Path) -> Operator:
    folder = tmp_path / "files"
    folder.mkdir()
    return Operator(folder)


@pytest.fixture
def story() -> Callable[..., Article]:
    """The story of that name, or the only one."""

    def found(slug: str = "") -> Article:
        stories = Article.objects.filter(slug=slug) if slug else Article.objects.all()
        return stories.get()

    return found


def report(run: ImportRun) -> str:
    """Everything a run's report says."""
    return "\n".join(f"{line.title}: {line.what} {line.why}" for line in run.lines.all())


def text_of(article: Article) -> list[tuple[str, Any]]:
    """An article's blocks, as they are stored."""
    return [(one["type"], one["value"]) for one in article.body.raw_data]
