"""Checks that every string is translated and compiled; with --write, collects and compiles."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "broadsheet"
LANGUAGES = ("es",)
KEPT = re.compile(r"%\(\w+\)[sd]|%%\w+%%|</?\w[^>]*>")
"""What a translation must have as its string has it: places to fill, and markup."""

ALIAS = re.compile(r"import \w*gettext\w* as (?!_$)(\w+)$", re.MULTILINE)
"""A name that makemessages does not know, so that what it says is overlooked."""


def main() -> int:
    """0 when all is well; else 1, with each fault on a line."""
    write = "--write" in sys.argv
    collected = _collect() if shutil.which("xgettext") else None
    if collected is None:
        print("gettext is not installed: new strings are not looked for.")
    faults = _overlooked()
    for language in LANGUAGES:
        path = _catalogue(PACKAGE, language)
        if write and collected:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(collected[language])
        faults += _check(path, collected[language] if collected else path.read_text(), write)
    return 1 if faults else 0


def _collect() -> dict[str, str]:
    """What the catalogues would be now. Collected in a copy: makemessages writes a file beside each
    template, which whoever reads the package meanwhile would come upon."""
    command = [sys.executable, "-m", "django", "makemessages", "--no-obsolete", "--add-location"]
    command += ["file", "--no-wrap", "--extension", "html,txt,py,mjml"]
    command += [*(part for lang in LANGUAGES for part in ("-l", lang))]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PACKAGE.name
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "locale").mkdir(exist_ok=True)
        # Not under the project's settings: makemessages needs only the files.
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL, env=_environment())
        return {lang: _catalogue(copy, lang).read_text() for lang in LANGUAGES}


def _catalogue(package: Path, language: str) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def _overlooked() -> int:
    """How many modules call gettext by a name that makemessages does not know."""
    faults = 0
    for path in PACKAGE.rglob("*.py"):
        for name in ALIAS.findall(path.read_text()):
            print(f"{path}: strings in {name}() are not collected: import it as _, or by its name")
            faults += 1
    return faults


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def _check(path: Path, collected: str, write: bool) -> int:
    catalogue = polib.pofile(collected)
    catalogue.metadata_is_fuzzy = False
    wanting = [
        e for e in catalogue if not e.obsolete and (not e.translated() or "fuzzy" in e.flags)
    ]
    for entry in wanting:
        print(f"{path.parent.parent.name}: not translated: {entry.msgid!r}")
    damaged = [e for e in catalogue if e not in wanting and _damaged(e, catalogue)]
    for entry in damaged:
        print(f"{path.parent.parent.name}: places, markup or plurals differ: {entry.msgid!r}")
    if not path.exists():
        print(f"{path} does not exist: run `make messages`")
        return 1
    compiled = polib.pofile(path.read_text()).to_binary()
    binary = path.with_suffix(".mo")
    if write:
        binary.write_bytes(compiled)
    elif not binary.exists() or binary.read_bytes() != compiled:
        print(f"{binary} is not compiled from its .po: run `make messages`")
        return 1
    return len(wanting) + len(damaged)


def _damaged(entry: polib.POEntry, catalogue: polib.POFile) -> bool:
    if not entry.msgid_plural:
        return sorted(KEPT.findall(entry.msgid)) != sorted(KEPT.findall(entry.msgstr))
    forms = re.search(r"nplurals=(\d+)", catalogue.metadata.get("Plural-Forms", ""))
    kept = set(KEPT.findall(entry.msgid_plural))
    *_, last = entry.msgstr_plural.values()
    return (
        forms is None
        or len(entry.msgstr_plural) != int(forms[1])
        or set(KEPT.findall(last)) != kept
        or any(not set(KEPT.findall(text)) <= kept for text in entry.msgstr_plural.values())
    )


if __name__ == "__main__":
    sys.exit(main())
