"""What is static travels compressed, and is compressed once."""

from pathlib import Path
from typing import Any

import brotli
import pytest
from django.core.files.storage import storages
from django.core.management import call_command


@pytest.fixture
def served(tmp_path: Path, settings: Any) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = []
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "broadsheet.web.static_files.CompressedFiles"},
    }
    settings.INSTALLED_APPS = ["django.contrib.staticfiles", "broadsheet.web"]
    return tmp_path


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def test_the_style_that_pages_ask_for_is_there_compressed_and_made_once(served: Path) -> None:
    collect()
    name = storages["staticfiles"].url("broadsheet/paper.css").rpartition("/")[2]
    style = served / "broadsheet" / name
    pressed = style.with_name(f"{name}.br")
    assert brotli.decompress(pressed.read_bytes()) == style.read_bytes()
    assert not (served / "broadsheet/paper.css.br").exists()  # nobody asks for that name
    made = pressed.stat().st_mtime_ns
    collect()
    assert pressed.stat().st_mtime_ns == made
