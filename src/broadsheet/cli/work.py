"""`broadsheet work`: the background's work alone, for hosts that serve nobody."""

import argparse
import os
import signal
import threading

from broadsheet.cli.papers import say, settings


def run(options: argparse.Namespace) -> int:
    """Work until told to stop."""
    settings()
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings.django"
    import django  # noqa: PLC0415 (the settings are chosen only now)

    django.setup(set_prefix=False)
    from broadsheet.background import Background  # noqa: PLC0415

    told = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: told.set())
    background = Background()
    background.start()
    say("working in the background")
    told.wait()
    background.stop()
    return 0
