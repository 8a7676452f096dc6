"""What readers and letters meet on their way: names, certificates, mail servers."""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings

PATIENCE = 5.0
"""Seconds that a server is waited for."""
DAYS = 14
"""Days before its end by which a certificate should have been renewed."""


def look(paper: PaperSettings) -> Iterator[Finding]:
    """Whether readers find the paper, and letters their way."""
    yield from _mail(paper)
    yield from _storage(paper)
    if paper.secure:
        yield from _front_door(paper)


def _mail(paper: PaperSettings) -> Iterator[Finding]:
    if paper.mail_backend:
        try:
            import_string(paper.mail_backend)
        except ImportError as error:
            yield fault(
                f"mail_backend {paper.mail_backend} cannot be imported: {error}. Install it "
                "beside the paper."
            )
        return
    if not paper.smtp_url:
        if paper.secure:
            yield fault("smtp_url is empty: mail is written to files, and no reader gets any.")
        return
    server = urlsplit(paper.smtp_url)
    secure = server.scheme == "smtps"
    client = smtplib.SMTP_SSL if secure else smtplib.SMTP
    try:
        port = server.port or (465 if secure else 587 if server.username else 25)
        with client(server.hostname or "", port, timeout=PATIENCE) as smtp:
            smtp.noop()
    except OSError as error:
        yield fault(
            f"The mail server {server.hostname} does not answer: {error}. See to smtp_url; "
            "letters wait for half a day."
        )


def _storage(paper: PaperSettings) -> Iterator[Finding]:
    if not paper.media_storage:
        return
    try:
        address = import_string(paper.media_storage)(**paper.media_options).url("a-picture.jpg")
    except Exception as error:  # whatever a storage raises that cannot be made
        yield fault(f"media_storage {paper.media_storage} cannot be used: {error}.")
        return
    if not address.startswith(f"{paper.media_origin}/"):
        yield fault(
            f"media_origin is {paper.media_origin or 'empty'}: browsers show nothing of {address}. "
            "Set it to that address's scheme and host."
        )
    if "?" in address:
        yield fault(
            "Addresses of pictures are signed and expire, but pages keep them: see media_options."
        )


def _front_door(paper: PaperSettings) -> Iterator[Finding]:
    parts = urlsplit(paper.site_url)
    host, port = parts.hostname or "", parts.port or 443
    if not _resolves(host):
        yield fault(f"{host} (site_url) has no address in the DNS: readers do not find the paper.")
        return
    try:
        days = days_left(host, port)
    except ssl.SSLCertVerificationError as error:
        yield fault(f"Browsers refuse the certificate of {host}: {error.verify_message}. Renew it.")
    except OSError as error:
        yield advice(f"{paper.site_url} cannot be reached from this host: {error}.")
    else:
        if days < DAYS:
            yield advice(
                f"The certificate of {host} ends in {days:.0f} days: see why it is not renewed."
            )


def _resolves(host: str) -> bool:
    # A resolver may be silent for long, and cannot be broken off.
    asking = ThreadPoolExecutor(1)
    try:
        asking.submit(socket.getaddrinfo, host, None).result(PATIENCE)
    except (OSError, TimeoutError):
        return False
    finally:
        asking.shutdown(wait=False)
    return True


def days_left(host: str, port: int, context: ssl.SSLContext | None = None) -> float:
    """Days until the certificate of a server ends. Raises OSError and what ssl raises."""
    context = context or ssl.create_default_context()
    with (
        socket.create_connection((host, port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        told = secured.getpeercert() or {}
    return (ssl.cert_time_to_seconds(str(told["notAfter"])) - time.time()) / 86400
