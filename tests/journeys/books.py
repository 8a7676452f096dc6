"""Programs of this package that write into the database of a paper that is being served."""

import subprocess
import sys
from pathlib import Path

from tests.live import clean_env

REPOSITORY = Path(__file__).resolve().parents[2]


def write(folder: Path, book: str, *wanted: str) -> str:
    """Run one of them on the paper of a folder; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.journeys.{book}", *wanted],
        check=False,
        cwd=REPOSITORY,
        env=clean_env(
            {
                "BROADSHEET_CONFIG": str(folder / "broadsheet.toml"),
                "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
            }
        ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
