"""Issues on their way: to a mail server that takes them, refuses, waits, closes, or is away."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from broadsheet.newsletters import course, joining
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Recipient
from broadsheet.newsletters.pace import Pace
from broadsheet.newsletters.sending import LEASE, PAUSES, Sender, resolve_doubts, send_again
from broadsheet.settings.django import PAPER
from tests.mail.server import Server
from tests.newsletters.conftest import SignUp
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import plan, reader, subscribe

pytestmark = pytest.mark.django_db
State = Delivery.State


def begin(issue: Issue) -> None:
    course.begin(issue, timezone.now())


def states() -> Counter[str]:
    return Counter(State(state).name for state in Delivery.objects.values_list("state", flat=True))


def due_now() -> None:
    Delivery.objects.update(due_at=timezone.now())


def test_everybody_on_the_list_gets_it_once(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for name in ("vera", "olga", "nora"):
        sign_up(weekly, f"{name}@example.com")
    begin(issue)
    begin(issue)  # two schedulers at once
    assert Sender().batch() == 3
    assert Sender().batch() == 0
    course.end(issue, timezone.now())
    assert sorted(str(each["To"]) for each in server.taken) == [
        "nora@example.com",
        "olga@example.com",
        "vera@example.com",
    ]
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT
    assert states() == {"SENT": 3}


def test_a_mail_has_what_mail_programs_want(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    begin(issue)
    Sender().batch()
    (mail,) = server.taken
    assert mail["Subject"] == issue.subject
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<fold.us.127.0.0.1>"
    assert str(mail["From"]) == "The Fold <paper@localhost>"
    assert mail["Message-ID"] == f"<{Delivery.objects.get().key.hex}@localhost>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    for part in (plain.get_content(), html.get_content()):
        assert "A bridge opens" in part
        assert "vera@example.com" in part
        assert "/newsletters/leave/" in part
        assert "%%" not in part
    assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())
    leave = str(mail["List-Unsubscribe"]).strip("<>").split("/", 3)[3]
    assert Client().post(f"/{leave}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert weekly.memberships.get().state == "left"
    assert Delivery.objects.get().ended == "left"


def test_whoever_left_paused_or_is_refused_gets_none(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    left, paused, refused = (sign_up(weekly, f"{n}@example.com") for n in ("a", "b", "c"))
    begin(issue)
    joining.leave(left, weekly, "/")
    joining.pause(paused, weekly, timezone.now() + timedelta(days=9), "/")
    joining.refuse(refused, Recipient.Refused.BOUNCED, timezone.now())
    Sender().batch()
    assert states() == {"DROPPED": 3}
    assert server.taken == []


def test_a_mailbox_that_does_not_exist_is_not_written_to_again(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    vera = sign_up(weekly)
    server.recipient = "550 5.1.1 No such user here"
    begin(issue)
    Sender().batch()
    assert states() == {"FAILED": 1}
    vera.refresh_from_db()
    assert vera.refused == Recipient.Refused.BOUNCED


def test_a_refusal_of_this_mail_alone_leaves_the_reader_on_the_list(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    vera = sign_up(weekly)
    server.data = "554 5.7.1 Looks like spam to us"
    begin(issue)
    Sender().batch()
    vera.refresh_from_db()
    assert (states(), vera.refused) == ({"FAILED": 1}, "")
    assert "Looks like spam" in Delivery.objects.get().error


def test_a_greylist_is_waited_for(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    server.recipient = "451 4.7.1 Try again later"
    begin(issue)
    Sender().batch()
    waiting = Delivery.objects.get()
    assert waiting.due_at > timezone.now() + PAUSES[0] / 2
    assert Sender().batch() == 0
    server.recipient = "250 OK"
    due_now()
    Sender().batch()
    assert states() == {"SENT": 1}
    assert len(server.taken) == 1


def test_patience_with_a_greylist_ends(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    server.recipient = "451 4.7.1 Try again later"
    begin(issue)
    for _ in range(len(PAUSES) + 1):
        due_now()
        Sender().batch()
    assert states() == {"FAILED": 1}


def test_a_server_that_hangs_up_before_it_has_the_mail_gets_it_later(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    server.recipient = ""
    begin(issue)
    Sender().batch()
    assert states() == {"WAITING": 1}
    server.recipient = "250 OK"
    due_now()
    Sender().batch()
    assert states() == {"SENT": 1}


def test_a_server_that_hangs_up_after_the_mail_leaves_it_in_doubt(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    server.data = ""
    begin(issue)
    Sender().batch()
    assert states() == {"UNKNOWN": 1}
    server.data = "250 OK"
    due_now()
    assert Sender().batch() == 0  # nobody knows whether it went, so it does not go twice


def test_no_mail_server_loses_nothing(
    settings: Any, server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for name in "abc":
        sign_up(weekly, f"{name}@example.com")
    begin(issue)
    there = settings.MAILERS
    options = there["default"]["OPTIONS"] | {"port": 1}
    settings.MAILERS = {"default": there["default"] | {"OPTIONS": options}}
    sender = Sender()
    sender.batch()
    assert states() == {"WAITING": 3}
    assert sender.batch() == 0  # it rests
    settings.MAILERS = there
    Sender().batch()
    assert states() == {"SENT": 3}
    assert len(server.taken) == 3


def test_a_stopped_issue_goes_on_with_the_rest(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    begin(issue)
    issue.refresh_from_db()
    assert course.stop(issue)
    assert Sender().batch() == 0
    assert course.go_on(issue)
    assert Sender().batch() == 1
    assert not course.stop(Issue(pk=issue.pk + 1, state="sending"))


def test_a_mail_in_the_hands_of_a_dead_process_is_in_doubt_and_the_others_go(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for name in "ab":
        sign_up(weekly, f"{name}@example.com")
    begin(issue)
    dead = Sender()
    first, second = dead._claim(timezone.now())
    assert dead._step(None, first)
    assert Sender().batch() == 0  # they are still the dead one's
    later = timezone.now() - LEASE
    Delivery.objects.filter(pk__in=[first.pk, second.pk]).update(due_at=later)
    resolve_doubts(timezone.now())
    Sender().batch()
    assert states() == {"UNKNOWN": 1, "SENT": 1}
    assert not dead._step(None, second)  # it was not dead after all: another has sent this one
    assert send_again(issue) == 1
    Sender().batch()
    assert states() == {"SENT": 2}


def test_a_provider_s_own_interface_finds_the_parts_of_a_mail(
    settings: Any, weekly: Newsletter, issue: Issue, sign_up: SignUp, mailoutbox: list[Any]
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    sign_up(weekly)
    begin(issue)
    Sender().batch()
    (mail,) = mailoutbox
    assert isinstance(mail, EmailMultiAlternatives)
    assert mail.to == ["vera@example.com"]
    assert "A bridge opens" in mail.body
    assert "A bridge opens" in mail.alternatives[0][0]
    assert "/newsletters/leave/" in mail.extra_headers["List-Unsubscribe"]


def test_a_domain_s_pace_is_kept_by_all_processes_together(
    monkeypatch: pytest.MonkeyPatch,
    server: Server,
    weekly: Newsletter,
    issue: Issue,
    sign_up: SignUp,
) -> None:
    for email in ("a@slow.example", "b@slow.example", "c@quick.example"):
        sign_up(weekly, email)
    monkeypatch.setattr(PAPER, "newsletter_domain_pace", {"slow.example": 0.01})
    begin(issue)
    Sender().batch()
    assert sorted(server.recipients) == ["a@slow.example", "c@quick.example"]
    (late,) = Delivery.objects.filter(state=State.WAITING)
    assert late.due_at > timezone.now() + timedelta(seconds=50)
    due_now()
    Sender().batch()  # another process, asked too early
    assert states() == {"SENT": 2, "WAITING": 1}


def test_the_pace_of_all_is_kept(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(PAPER, "newsletter_pace", 2.0)
    pace = Pace()
    waits = [pace.reserve(f"{n}@example.com") for n in range(4)]
    assert waits[0] == 0
    assert all(0.3 < later - sooner < 0.51 for sooner, later in pairwise(waits))


def test_a_process_that_is_told_to_end_leaves_the_rest(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for name in "abc":
        sign_up(weekly, f"{name}@example.com")
    begin(issue)
    Sender(lambda: len(server.taken) < 2).batch()
    assert states() == {"SENT": 2, "WAITING": 1}
    Sender().batch()
    assert states() == {"SENT": 3}


def test_a_subscribers_list_goes_to_subscribers(
    server: Server, weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    ana = reader("ana@example.com")
    subscribe(ana, plan("basic", 1))
    for who in (ana, reader("nora@example.com")):
        joining.join(who, weekly, "/")
    sign_up(weekly)
    Newsletter.objects.update(for_subscribers=True)
    begin(issue)
    Sender().batch()
    assert server.recipients == ["ana@example.com"]


def test_a_story_that_is_closed_meanwhile_is_closed_in_the_next_mails(
    newsroom: Newsroom, server: Server, weekly: Newsletter, sign_up: SignUp
) -> None:
    story = newsroom.story("a-story", access="free")
    block = {"story": story, "words": "", "whole": True}
    issue = Issue.objects.create(newsletter=weekly, subject="One", body=[("story", block)])
    course.approve(issue)
    sign_up(weekly, "first@example.com")
    begin(issue)
    sender = Sender()
    sender.batch()
    story.access = "subscribers"
    story.save_revision().publish()
    late = sign_up(weekly, "late@example.com")
    Delivery.objects.create(issue=issue, recipient=late, due_at=timezone.now(), subject=0)
    sender.batch()
    first, second = (mail.get_body(("html",)) for mail in server.taken)
    assert first is not None
    assert second is not None
    assert HIDDEN in first.get_content()
    assert HIDDEN not in second.get_content()


def test_an_issue_that_has_grown_too_long_is_stopped_and_said(
    caplog: pytest.LogCaptureFixture,
    newsroom: Newsroom,
    server: Server,
    weekly: Newsletter,
    issue: Issue,
    sign_up: SignUp,
) -> None:
    sign_up(weekly)
    begin(issue)
    issue.refresh_from_db()
    issue.body = [("text", "<p>" + "word " * 30_000 + "</p>")]
    issue.save()
    Sender().batch()
    issue.refresh_from_db()
    assert (issue.state, states()) == (Issue.State.STOPPED, {"WAITING": 1})
    assert "too long" in caplog.text
