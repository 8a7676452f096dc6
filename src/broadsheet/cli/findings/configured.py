"""What can be told from the settings alone."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings
from broadsheet.settings.paper import PREFIX
from broadsheet.telemetry.wanted import missing

KNOWN = {"BROADSHEET_CONFIG"}
EXAMPLES = ("example", "change-me", "changeme", "only-for-", "secret-key", "0123456789", "insecure")
"""Words in keys that somebody copied from a page."""
LETTERS = 12
"""Different characters that a key has at least when it was drawn by chance."""


def look(paper: PaperSettings) -> Iterator[Finding]:
    """Names, addresses, keys, timings, and what does not go together."""
    yield from _names()
    yield from _address(paper)
    yield from _keys(paper)
    yield from _timings(paper)
    yield from _till(paper)
    yield from _many_hosts(paper)
    yield from _traces()


def _names() -> Iterator[Finding]:
    allowed = KNOWN | {PREFIX + name.upper() for name in PaperSettings.model_fields}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in allowed:
            yield fault(f"{name} is set, but there is no such setting: remove it or mend its name.")


def _address(paper: PaperSettings) -> Iterator[Finding]:
    host = urlsplit(paper.site_url).hostname or ""
    local = host == "localhost" or host.startswith("127.")
    if not paper.secure and not local:
        yield fault(
            f"site_url is {paper.site_url}: readers' passes travel in the open. "
            "Put the paper behind https and say so in site_url."
        )
    if paper.secure and not paper.trusted_proxies:
        yield advice(
            "trusted_proxies is empty, but something before the paper speaks https: all readers "
            "seem to come from one address, and share its rate limits. Name your proxies."
        )


def _keys(paper: PaperSettings) -> Iterator[Finding]:
    for place, key in enumerate(paper.secret_keys, 1):
        if len(set(key)) < LETTERS or any(word in key.lower() for word in EXAMPLES):
            yield fault(
                f"Key {place} of secret_keys was not drawn by chance: whoever guesses it reads "
                'and writes as anybody. Make one with `python -c "import secrets; '
                'print(secrets.token_urlsafe(48))"`.'
            )
    if len(set(paper.secret_keys)) < len(paper.secret_keys):
        yield fault("secret_keys names one key twice: take one of them out.")


def _timings(paper: PaperSettings) -> Iterator[Finding]:
    if paper.lease_seconds <= paper.beat_seconds:
        yield fault(
            f"lease_seconds ({paper.lease_seconds:g}) must be longer than beat_seconds "
            f"({paper.beat_seconds:g}), or readers lose their seat between two beats."
        )
    if paper.release_seconds >= paper.lease_seconds:
        yield fault("release_seconds must be under lease_seconds, or closing a tab frees nothing.")


def _till(paper: PaperSettings) -> Iterator[Finding]:
    if paper.secure and not paper.stripe_secret_key:
        yield advice("stripe_secret_key is empty: nothing can be bought. Set it to sell.")
    if paper.stripe_secret_key and not paper.stripe_webhook_secret:
        yield fault(
            "stripe_webhook_secret is empty: payments are noticed late. Point a webhook of "
            f"Stripe's at {paper.site_url}/-/stripe/webhook/ and set its signing secret."
        )
    if paper.secure and "_test_" in paper.stripe_secret_key:
        yield advice("stripe_secret_key is a test key: no money moves. Set the live one to sell.")


def _many_hosts(paper: PaperSettings) -> Iterator[Finding]:
    if paper.valkey_url and not paper.database_url:
        yield advice(
            "valkey_url is set, but the database is a file of this host: name a PostgreSQL in "
            "database_url before a second host serves."
        )
    if paper.valkey_url and not paper.media_storage:
        yield advice(
            "media_storage is empty: each host has only the pictures that were sent to it. Name "
            "a storage, or share data_dir/media between the hosts."
        )


def _traces() -> Iterator[Finding]:
    said = missing()
    if said:
        yield fault(said)
