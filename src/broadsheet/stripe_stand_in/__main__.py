"""`python -m broadsheet.stripe_stand_in`: the stand-in as a process of its own."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from broadsheet.stripe_stand_in.stand_in import StandIn


def main() -> int:
    """Runs until it is told to end."""
    parser = argparse.ArgumentParser(description="A stand-in for Stripe: no money moves.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="SQLite file to go on with; else in memory")
    parser.add_argument("--webhook-url", help="where events are delivered")
    parser.add_argument("--webhook-secret", default="whsec_demonstration")
    parser.add_argument("--key", default="sk_test_demonstration", help="the API key")
    told = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    stand_in = StandIn(told.state, told.webhook_url, told.webhook_secret, told.key, told.port)
    with stand_in:
        sys.stdout.write(f"{stand_in.address}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
