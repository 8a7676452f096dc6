"""An editor in a process of its own: publishes a story again for every line it is sent.

It works on the paper that the environment names, and answers each line with one of its own once
the change is there.
"""

import itertools
import sys

import django

django.setup()

from broadsheet.newsroom.models import Article  # noqa: E402 (Django must be set up first)


def main() -> None:
    """Publish until the input ends."""
    stories = itertools.cycle(Article.objects.live().order_by("pk")[:10])
    for _ in sys.stdin:
        next(stories).save_revision().publish()
        print("published", flush=True)


if __name__ == "__main__":
    main()
