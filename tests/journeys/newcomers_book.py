"""Writes newcomers into a paper's database, and who they are to standard output.

Run with the paper's settings chosen: `python -m tests.journeys.newcomers_book basic 30`.
"""

import json
import sys
from itertools import batched

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402 (Django must be set up first)
from django.db import transaction  # noqa: E402

from broadsheet.readers.models import Reader  # noqa: E402
from broadsheet.subscriptions.models import Plan  # noqa: E402
from tests import people  # noqa: E402


def write(wanted: dict[str, int]) -> dict[str, list[list[str]]]:
    """So many new subscriptions to each plan; of each, the addresses of its readers."""
    secret = make_password(people.PASSWORD)  # once for all of them: it is slow on purpose
    with transaction.atomic():
        return {code: subscriptions(code, number, secret) for code, number in wanted.items()}


def subscriptions(code: str, number: int, secret: str) -> list[list[str]]:
    plan = Plan.objects.get(code=code)
    first = Reader.objects.count()
    made = []
    for each in range(first, first + number):
        names = [f"{code}-{each}-{seat}@example.com" for seat in range(max(1, plan.seats))]
        readers = [Reader.objects.create(email=name, password=secret) for name in names]
        for reader in readers:
            reader.emailaddress_set.create(email=reader.email, verified=True, primary=True)
        if plan.seats:
            people.subscribe(readers[0], plan, *readers[1:])
        made.append(names)
    return made


if __name__ == "__main__":
    json.dump(write({plan: int(number) for plan, number in batched(sys.argv[1:], 2)}), sys.stdout)
