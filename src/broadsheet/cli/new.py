"""`broadsheet new DIR`: a paper of one's own."""

import argparse

from broadsheet.cli.papers import enter, say, write_config
from broadsheet.cli.update import bring_up_to_date


def run(options: argparse.Namespace) -> int:
    """Write its settings and build its database; say what to do next."""
    folder = options.directory
    write_config(folder, "http://localhost:8000")
    enter(folder)
    bring_up_to_date()
    say(
        f"\nYour paper is in {folder}. Next:\n"
        f"  cd {folder}\n"
        "  broadsheet check     says what its settings still need\n"
        "  broadsheet serve     serves it; create its editions at /admin/\n"
        "The first editor: django-admin createsuperuser --settings broadsheet.settings.django"
    )
    return 0
