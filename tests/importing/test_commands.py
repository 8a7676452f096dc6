"""What is typed to import and export, what is said, and with which number it ends."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from broadsheet.cli import arguments, carrying
from broadsheet.newsroom.models import Article
from tests import people
from tests.importing.conftest import Operator
from tests.importing.files import item, wxr

WHERE = ("--edition", "us", "--section", "world")


def typed(*words: object) -> str:
    said = StringIO()
    call_command("import_files", *map(str, words), stdout=said)
    return said.getvalue()


def test_it_says_how_much_was_made_and_lists_the_rest(operator: Operator, tmp_path: Path) -> None:
    file = operator.file(wxr(item(1), item(2, "=Menu", kind="nav_menu_item")))
    list_ = tmp_path / "report.csv"
    said = typed(file, *WHERE, "--report", list_)
    assert "old.xml: 1 made, 0 brought up to date, 1 there already" in said
    rows = list(csv.reader(list_.open()))
    assert rows[0] == ["file", "kind", "id", "title", "what", "why"]
    assert [row[3] for row in rows[1:]] == ["'=Menu"]
    assert list_.stat().st_mode & 0o077 == 0


def test_it_ends_with_1_when_something_could_not_be_imported(operator: Operator) -> None:
    file = operator.file(wxr(item(1), item(2))[:-300])
    with pytest.raises(SystemExit) as ended:
        typed(file, *WHERE)
    assert ended.value.code == 1
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.xml", *WHERE),
        ("--category", "a", *WHERE),
        ("--edition", "us", "--section", "none"),
        ("--media", "/nowhere", *WHERE),
    ],
)
def test_it_ends_with_2_when_nothing_can_be(operator: Operator, words: Any) -> None:
    file = operator.file(wxr(item(1)))
    files = () if words[0].endswith(".xml") else (file,)
    with pytest.raises(CommandError) as refused:
        typed(*files, *words)
    assert refused.value.returncode == 2
    assert not Article.objects.exists()


def test_only_looking(operator: Operator) -> None:
    people.plan("gift", 1)
    said = typed(operator.file(wxr(item(1))), *WHERE, "--dry-run", "--comped-plan", "gift")
    assert "1 would be made" in said
    assert not Article.objects.exists()


def test_what_is_typed_after_broadsheet_reaches_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    passed: list[list[str]] = []
    monkeypatch.setattr(carrying, "_django", lambda command: passed.append(command) or 7)
    monkeypatch.chdir(tmp_path)
    for line in (
        "import a.xml b.csv --edition us --category x=y --media m --fetch-images --dry-run",
        "export out --readers",
    ):
        with pytest.raises(SystemExit) as ended:
            arguments.main(line.split())
        assert ended.value.code == 7
    assert passed[0] == [
        *("import_files", f"{tmp_path}/a.xml", f"{tmp_path}/b.csv", "--edition", "us"),
        *("--media", f"{tmp_path}/m", "--category", "x=y", "--fetch-images", "--dry-run"),
    ]
    assert passed[1] == ["export_files", f"{tmp_path}/out", "--readers"]
