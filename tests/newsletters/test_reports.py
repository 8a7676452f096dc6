"""What became of mails: bounces and complaints as mail servers write them, and providers' word."""

import smtplib
import socketserver
import threading
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Any, cast
from uuid import uuid4

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
import requests
from django.utils import timezone

from broadsheet.cli.findings.senders import findings
from broadsheet.mail import answers
from broadsheet.newsletters.bounces import Kind, Report, heard, read
from broadsheet.newsletters.mailbox import collect, look_into_mailbox
from broadsheet.newsletters.models import Delivery, Newsletter, Recipient
from broadsheet.settings.django import PAPER
from tests.newsletters.imap import mailbox

BOUNCE = """From: MAILER-DAEMON@mx.example
To: paper@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

It did not arrive.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; vera@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No

--B
Content-Type: {kind}

From: The Fold <paper@localhost>
Message-ID: <{key}@localhost>
Subject: A bridge opens

--B--
"""
COMPLAINT = """From: fbl@mailbox.example
To: paper@localhost
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

Somebody pressed the button.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--B
Content-Type: message/rfc822

From: The Fold <paper@localhost>
Message-ID: <{key}@localhost>
Subject: A bridge opens

Words.

--B--
"""


def report(text: str) -> Report | None:
    return read(cast(EmailMessage, message_from_string(text, policy=policy.default)))


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    ("action", "status", "said"),
    [
        ("failed", "5.1.1", Kind.GONE),
        ("failed", "5.2.2", Kind.BOUNCED),
        ("delivered", "2.0.0", Kind.DELIVERED),
        ("delayed", "4.4.1", None),
    ],
)
def test_a_bounce_is_read(kind: str, action: str, status: str, said: Kind | None) -> None:
    key = uuid4()
    text = BOUNCE.format(action=action, status=status, kind=kind, key=key.hex)
    assert report(text) == (Report(key, said) if said else None)


def test_a_complaint_is_read() -> None:
    key = uuid4()
    assert report(COMPLAINT.format(key=key.hex)) == Report(key, Kind.COMPLAINED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Subject: Hello\n\nWords",
        COMPLAINT.format(key="not-ours"),
        BOUNCE.replace("message/delivery-status", "text/plain"),
    ],
)
def test_any_other_mail_is_no_report(text: str) -> None:
    assert report(text) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "ended", "refused", "state"),
    [
        (Kind.DELIVERED, "delivered", "", "joined"),
        (Kind.BOUNCED, "bounced", "", "joined"),
        (Kind.GONE, "bounced", "bounced", "joined"),
        (Kind.COMPLAINED, "complained", "complained", "left"),
        (Kind.LEFT, "left", "", "left"),
    ],
)
def test_a_report_is_acted_by_once(
    weekly: Newsletter, mail: Delivery, kind: Kind, ended: str, refused: str, state: str
) -> None:
    for _ in range(2):
        assert heard(Report(mail.key, kind), timezone.now())
    mail.refresh_from_db()
    recipient = Recipient.objects.get()
    assert (mail.ended, recipient.refused) == (ended, refused)
    assert weekly.memberships.get().state == state
    assert recipient.consents.exclude(act="confirmed").count() == (state == "left")


@pytest.mark.django_db
def test_a_report_of_no_mail_of_ours_does_nothing(weekly: Newsletter, mail: Delivery) -> None:
    assert not heard(Report(uuid4(), Kind.COMPLAINED), timezone.now())
    assert Recipient.objects.get().refused == ""


@pytest.mark.django_db
def test_a_complaint_is_not_forgotten_for_a_later_word(weekly: Newsletter, mail: Delivery) -> None:
    for kind in (Kind.COMPLAINED, Kind.DELIVERED, Kind.GONE):
        heard(Report(mail.key, kind), timezone.now())
    mail.refresh_from_db()
    assert (mail.ended, Recipient.objects.get().refused) == ("complained", "complained")


@pytest.mark.django_db
def test_a_provider_s_word_is_taken_for_the_mail_it_names(mail: Delivery) -> None:
    from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

    from broadsheet.newsletters import providers

    def says(**told: Any) -> None:
        providers.told(sender=None, event=AnymailTrackingEvent(**told))

    for metadata in ({}, None, {"mail": "x"}, {"mail": "z" * 32}):
        says(event_type=EventType.COMPLAINED, metadata=metadata)
    assert Recipient.objects.get().refused == ""
    named = {"mail": mail.key.hex}
    says(event_type=EventType.BOUNCED, reject_reason=RejectReason.OTHER, metadata=named)
    assert Recipient.objects.get().refused == ""
    says(event_type=EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, metadata=named)
    assert Recipient.objects.get().refused == "bounced"


# The mailbox


@pytest.mark.django_db
def test_reports_are_read_from_the_mailbox_once_and_other_mail_is_left(mail: Delivery) -> None:
    gone = BOUNCE.format(action="failed", status="5.1.1", kind="message/rfc822", key=mail.key.hex)
    with mailbox("Subject: Hello\n\nWords\n", gone) as box:
        assert collect(box.address) == 1
        assert box.seen == {2}
        assert collect(box.address) == 0
    assert Recipient.objects.get().refused == "bounced"


@pytest.mark.django_db
def test_a_mailbox_that_cannot_be_read_is_said_and_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mailbox() as box:
        wrong = box.address.replace("secret", "wrong")
    for address in (wrong, "imap://paper:x@127.0.0.1:1/INBOX"):
        monkeypatch.setattr(PAPER, "bounce_mailbox", address)
        look_into_mailbox.call()
    assert caplog.text.count("cannot be read") == 2
    assert "wrong" not in caplog.text


# What an operator is told of their domain


class Zone(socketserver.UDPServer):
    """A name server (RFC 1035) that knows some TXT records."""

    def __init__(self, records: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Question)
        self.records = records


class _Question(socketserver.BaseRequestHandler):
    server: Zone

    def handle(self) -> None:
        data, socket = self.request
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        name = asked.question[0].name
        text = self.server.records.get(name.to_text(omit_final_dot=True))
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
        socket.sendto(answer.to_wire(), self.client_address)


GOOD = {
    "paper.example": "v=spf1 include:mail.example -all",
    "s1._domainkey.paper.example": "v=DKIM1; k=rsa; p=MIGf",
    "_dmarc.paper.example": "v=DMARC1; p=quarantine",
}


@pytest.mark.parametrize(
    ("without", "with_", "selector", "said"),
    [
        ("", {}, "s1", []),
        ("paper.example", {}, "s1", ["fault: paper.example does not say who may send"]),
        ("", {"paper.example": "v=spf1 +all"}, "s1", ["advice: The SPF record"]),
        ("s1._domainkey.paper.example", {}, "s1", ["fault: There is no key"]),
        ("", {"s1._domainkey.paper.example": "v=DKIM1; p="}, "s1", ["fault: There is no key"]),
        ("", {}, "", ["advice: dkim_selector is empty"]),
        ("_dmarc.paper.example", {}, "s1", ["fault: paper.example does not say what to do"]),
        ("", {"_dmarc.paper.example": "v=DMARC1; p=none"}, "s1", ["advice: The DMARC record"]),
    ],
)
def test_an_operator_is_told_what_the_dns_lacks(
    without: str, with_: dict[str, str], selector: str, said: list[str]
) -> None:
    records = {name: text for name, text in (GOOD | with_).items() if name != without}
    with Zone(records) as zone:
        threading.Thread(target=zone.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], zone.server_address[1]
        found = list(findings("paper.example", selector, resolver))
        zone.shutdown()
    told = [f"{each.level}: {each.text}" for each in found]
    assert len(told) == len(said)
    assert all(text.startswith(begin) for text, begin in zip(told, said, strict=True))


@pytest.mark.parametrize(
    ("error", "final", "doubtful"),
    [
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), True, False),
        (smtplib.SMTPDataError(451, b"later"), False, False),
        (smtplib.SMTPDataError(421, b"bye"), None, False),
        (smtplib.SMTPSenderRefused(550, b"who?", "paper"), None, False),
        (ConnectionRefusedError(), None, False),
        (requests.ReadTimeout(), None, True),
        (requests.ConnectTimeout(), None, False),
    ],
)
def test_what_an_answer_is_about(error: Exception, final: bool | None, doubtful: bool) -> None:
    answer = answers.of_this_mail(error)
    assert (answer and answer.final) == final
    assert answers.in_doubt(error, None) is doubtful


@pytest.mark.parametrize(("status", "final"), [(400, True), (401, None), (429, None), (500, None)])
def test_a_provider_that_refuses_our_key_has_said_nothing_of_the_mail(
    status: int, final: bool | None
) -> None:
    error = OSError()
    error.status_code = status  # type: ignore[attr-defined]
    answer = answers.of_this_mail(error)
    assert (answer and answer.final) == final
