"""The demonstration till: a stand-in for Stripe beside a paper on this machine without keys."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from broadsheet.cli.papers import say
from broadsheet.settings import PaperSettings
from broadsheet.stripe_stand_in import StandIn

LOCAL = {"localhost", "127.0.0.1", "::1"}


@contextmanager
def demonstration_till(paper: PaperSettings, port: int) -> Iterator[StandIn | None]:
    """Open one for the paper that is served on `port`, and tell the settings; close it after.

    None for a paper that has keys, or that others can reach: there, whoever knows a test card's
    number would read for nothing.
    """
    if paper.stripe_secret_key or urlsplit(paper.site_url).hostname not in LOCAL:
        yield None
        return
    with StandIn(paper.data_dir / "till.sqlite3", port=_free(port + 1)) as till:
        os.environ["BROADSHEET_STRIPE_SECRET_KEY"] = till.api_key
        os.environ["BROADSHEET_STRIPE_WEBHOOK_SECRET"] = till.webhook_secret
        os.environ["BROADSHEET_STRIPE_ADDRESS"] = till.address
        say(f"No key of Stripe's: purchases go to a demonstration till at {till.address}")
        yield till


def hear(till: StandIn | None, port: int) -> None:
    """Events go to the paper from now on: it listens."""
    if till is not None:
        till.webhook_url = f"http://127.0.0.1:{port}/-/stripe/webhook/"


def _free(port: int) -> int:
    """The port if nothing listens there, else 0: any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return 0
    return port
