"""Whether mailboxes believe that the paper's mail is the paper's: SPF, DKIM and DMARC."""

from collections.abc import Iterator
from email.utils import parseaddr

import dns.exception
import dns.resolver

from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings

PATIENCE = 5.0
"""Seconds that the DNS is waited for."""


def look(paper: PaperSettings) -> Iterator[Finding]:
    """What the sender's domain says in the DNS; nothing while no mail leaves the machine."""
    domain = parseaddr(paper.mail_from)[1].rpartition("@")[2].lower()
    if not paper.secure or not (paper.smtp_url or paper.mail_backend):
        return
    if "." not in domain:
        yield fault(f"mail_from is {paper.mail_from}: mailboxes take no mail from there.")
        return
    yield from findings(domain, paper.dkim_selector, dns.resolver.Resolver())


def findings(domain: str, selector: str, resolver: dns.resolver.Resolver) -> Iterator[Finding]:
    """What is missing of a domain. SPF: RFC 7208; DKIM: RFC 6376; DMARC: RFC 7489."""
    try:
        spf = _starting("v=spf1", _texts(domain, resolver))
        dmarc = _starting("v=dmarc1", _texts(f"_dmarc.{domain}", resolver))
        dkim = _texts(f"{selector}._domainkey.{domain}", resolver) if selector else []
    except dns.exception.DNSException as error:
        yield advice(f"The DNS does not tell about {domain}: {error}")
        return
    if not spf:
        yield fault(
            f"{domain} does not say who may send its mail (SPF). Add a TXT record to {domain}, as "
            'in "v=spf1 include:… -all"; your mail provider says what to include.'
        )
    elif len(spf) > 1:
        yield fault(f"{domain} has {len(spf)} SPF records, so none counts. Make them one.")
    elif spf[0].endswith(("+all", "?all")):
        yield advice(f"The SPF record of {domain} lets anybody send: end it with -all or ~all.")
    if not selector:
        yield advice(
            "dkim_selector is empty, so it is not known whether letters are signed (DKIM). Your "
            "mail provider gives a name and a TXT record; Gmail and Yahoo ask for them."
        )
    elif not any("p=" in text and not text.endswith("p=") for text in dkim):
        yield fault(
            f"There is no key at {selector}._domainkey.{domain} (DKIM). Add the TXT record that "
            "your mail provider gives."
        )
    if not dmarc:
        yield fault(
            f"{domain} does not say what to do with mail that only pretends to come from it "
            f'(DMARC). Add a TXT record to _dmarc.{domain}, to begin with "v=DMARC1; p=none; '
            f'rua=mailto:postmaster@{domain}"; Gmail and Yahoo ask for it.'
        )
    elif "p=none" in dmarc[0].replace(" ", "").lower():
        yield advice(
            f"The DMARC record of {domain} only watches (p=none). When its reports name nobody but "
            "you, change it to p=quarantine."
        )


def _texts(name: str, resolver: dns.resolver.Resolver) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT", lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    return [b"".join(record.strings).decode("ascii", "replace").strip() for record in answer]


def _starting(with_: str, texts: list[str]) -> list[str]:
    return [text for text in texts if text.lower().startswith(with_)]
