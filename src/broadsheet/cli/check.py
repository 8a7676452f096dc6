"""`broadsheet check`: what is misconfigured, in words."""

import argparse
import os
import smtplib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from broadsheet.cli.papers import Refusal, settings
from broadsheet.settings import PaperSettings
from broadsheet.settings.paper import PREFIX

KNOWN = {"BROADSHEET_CONFIG"}


def run(options: argparse.Namespace) -> int:
    """Print each finding on a line; 0 when there is none, else 1."""
    try:
        paper = settings()
    except Refusal as refusal:
        print(refusal)
        return 1
    findings = [*_names(), *_address(paper), *_timings(paper), *_files(paper), *_mail(paper)]
    findings += [*_pictures(paper), *_till(paper)]
    findings += _django()
    for finding in findings:
        print(f"- {finding}")
    if not findings:
        print("Nothing is misconfigured.")
    return 1 if findings else 0


def _names() -> Iterator[str]:
    allowed = KNOWN | {PREFIX + name.upper() for name in PaperSettings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in allowed:
            yield f"{name} is set, but there is no such setting."


def _address(paper: PaperSettings) -> Iterator[str]:
    host = urlsplit(paper.site_url).hostname or ""
    local = host == "localhost" or host.startswith("127.")
    if not paper.secure and not local:
        yield (
            f"site_url is {paper.site_url}: readers' passes travel in the open. "
            "Put the paper behind https and say so in site_url."
        )


def _timings(paper: PaperSettings) -> Iterator[str]:
    if paper.lease_seconds <= paper.beat_seconds:
        yield (
            f"lease_seconds ({paper.lease_seconds:g}) must be longer than beat_seconds "
            f"({paper.beat_seconds:g}), or readers lose their seat between two beats."
        )
    if paper.release_seconds >= paper.lease_seconds:
        yield "release_seconds should be under lease_seconds, or closing a tab frees nothing."


def _files(paper: PaperSettings) -> Iterator[str]:
    if not os.access(paper.data_dir, os.W_OK):
        yield f"data_dir {paper.data_dir} cannot be written to by this user."
        return
    database = paper.data_dir / "paper.sqlite3"
    if not database.exists():
        yield "The database does not exist yet: run `broadsheet update`."
    for name in ("paper.sqlite3", "seats.sqlite3", "meters.sqlite3"):
        fault = _sqlite_fault(paper, name)
        if fault:
            yield f"{paper.data_dir / name}: {fault}"


def _sqlite_fault(paper: PaperSettings, name: str) -> str:
    path = paper.data_dir / name
    if not path.exists():
        return ""
    try:
        with sqlite3.connect(path, timeout=2) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.Error as error:
        return str(error)
    return ""


def _mail(paper: PaperSettings) -> Iterator[str]:
    if paper.mail_backend:
        try:
            import_string(paper.mail_backend)
        except ImportError as error:
            yield f"mail_backend {paper.mail_backend} cannot be imported: {error}"
        return
    if not paper.smtp_url:
        if paper.secure:
            yield "smtp_url is empty: mail is written to files, and no reader gets any."
        return
    server = urlsplit(paper.smtp_url)
    secure = server.scheme == "smtps"
    client = smtplib.SMTP_SSL if secure else smtplib.SMTP
    try:
        port = server.port or (465 if secure else 587 if server.username else 25)
        with client(server.hostname or "", port, timeout=5) as smtp:
            smtp.noop()
    except OSError as error:
        yield f"The mail server {server.hostname} does not answer: {error}"


def _pictures(paper: PaperSettings) -> Iterator[str]:
    if not paper.media_storage:
        if paper.valkey_url:
            yield "media_storage is empty: each host has only the pictures that were sent to it."
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings.django")
    try:
        address = import_string(paper.media_storage)(**paper.media_options).url("a-picture.jpg")
    except Exception as error:  # whatever a storage raises that cannot be made
        yield f"media_storage {paper.media_storage} cannot be used: {error}"
        return
    if not address.startswith(f"{paper.media_origin}/"):
        yield f"media_origin is {paper.media_origin or 'empty'}: browsers show nothing of {address}"
    if "?" in address:
        yield "Addresses of pictures are signed and expire, but pages keep them: see media_options."


def _till(paper: PaperSettings) -> Iterator[str]:
    if paper.secure and not paper.stripe_secret_key:
        yield "stripe_secret_key is empty: nothing can be bought."
    if paper.stripe_secret_key and not paper.stripe_webhook_secret:
        yield (
            "stripe_webhook_secret is empty: payments are noticed late. Point a webhook of "
            f"Stripe's at {paper.site_url}/-/stripe/webhook/ and set its signing secret."
        )
    if paper.secure and "_test_" in paper.stripe_secret_key:
        yield "stripe_secret_key is a test key: no money moves."


def _django() -> Iterator[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"}
    for command, meaning in (
        (["check", "--fail-level", "WARNING"], "Django finds"),
        (["migrate", "--check"], "The database is not up to date, run `broadsheet update`"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "django", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield f"{meaning}: {(done.stderr or done.stdout).strip().splitlines()[-1]}"
