"""`broadsheet check`: what is wrong with a deployment, in words."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from broadsheet.cli.findings import configured, database, files, outside, seat_store, senders
from broadsheet.cli.findings.finding import Finding, Level, fault
from broadsheet.cli.papers import Refusal, settings

ROOMS = (configured.look, files.look, database.look, seat_store.look, outside.look, senders.look)
"""What is looked at, in this order."""


def run(options: argparse.Namespace) -> int:
    """Print each finding on a line; 1 when one of them is a fault, else 0."""
    findings = list(_all())
    tell = _as_json if options.json else _in_words
    tell(findings)
    return 1 if any(finding.level is Level.FAULT for finding in findings) else 0


def _all() -> Iterator[Finding]:
    try:
        paper = settings()
    except Refusal as refusal:
        yield fault(str(refusal))
        return
    found = [finding for look in ROOMS for finding in look(paper)]
    yield from found
    if not any(finding.level is Level.FAULT for finding in found):
        yield from _django()  # which would wait for a database that cannot be used


def _in_words(findings: list[Finding]) -> None:
    for finding in sorted(findings, key=lambda one: one.level is Level.ADVICE):
        print(f"- {finding.level}: {finding.text}")
    if not findings:
        print("Nothing is misconfigured.")


def _as_json(findings: list[Finding]) -> None:
    told = [{"level": finding.level, "text": finding.text} for finding in findings]
    print(json.dumps({"findings": told}, ensure_ascii=False))


def _django() -> Iterator[Finding]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"}
    for command, meaning in (
        (["check", "--fail-level", "WARNING"], "Django finds that"),
        (["migrate", "--check"], "The database is not up to date: run `broadsheet update`."),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "django", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            yield fault(f"{meaning} {said[-1] if said else ''}".strip())
