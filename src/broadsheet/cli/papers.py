"""A paper's folder: its settings file, and its data."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from broadsheet.settings import PaperSettings, SettingsError, load
from broadsheet.settings.paper import CONFIG_VARIABLE

CONFIG = "broadsheet.toml"


class Refusal(Exception):
    """The command cannot be carried out; the text says why, and what to do."""


def say(text: str) -> None:
    """Tell whoever is watching; standard output is kept for results."""
    print(text, file=sys.stderr, flush=True)


def write_config(folder: Path, site_url: str) -> None:
    """A settings file with a key of its own and every setting explained. Raises Refusal."""
    path = folder / CONFIG
    if path.exists():
        raise Refusal(f"{path} exists already; nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "data_dir": str((folder / "data").resolve()),
        "site_url": site_url,
        "secret_keys": [secrets.token_urlsafe(48)],
    }
    path.touch(mode=0o600)  # it holds the keys
    path.write_text("".join(_lines(values)))


def enter(folder: Path) -> None:
    """Make the folder's settings those of this process and its children."""
    os.environ[CONFIG_VARIABLE] = str((folder / CONFIG).resolve())


def settings() -> PaperSettings:
    """The settings in force. Raises Refusal naming each wrong one."""
    try:
        found = load()
    except SettingsError as error:
        raise Refusal(f"these settings are wrong:\n{error}") from None
    if not found.secret_keys:
        raise Refusal("there is no paper here: `broadsheet new DIR` makes one, then go there")
    found.data_dir.mkdir(parents=True, exist_ok=True)
    return found


def _lines(values: Mapping[str, object]) -> list[str]:
    lines = ["# The settings of this paper. The environment wins: BROADSHEET_SITE_URL=…\n"]
    for name, field in PaperSettings.model_fields.items():
        given = values.get(name)
        default = field.get_default(call_default_factory=True)
        shown = json.dumps(given if given is not None else default, default=str)
        mark = "" if given is not None else "# "
        lines.append(f"\n# {field.description}\n{mark}{name} = {shown}\n")
    return lines
