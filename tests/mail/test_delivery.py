"""Handing letters over to a real mail server, whatever it answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.tasks.signals import task_enqueued
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.background import Background
from broadsheet.importing.uploads import carry_out
from broadsheet.mail import delivery, post
from broadsheet.mail.delivery import LEASE, PAUSES, attempt, claim
from broadsheet.mail.models import KEPT, Letter
from broadsheet.newsroom.illustrations import make_avif
from broadsheet.newsroom.indexing import index_again
from broadsheet.recommendations.likening import liken
from broadsheet.recommendations.making import recommend_to_active
from broadsheet.settings.django import SLOW
from tests.mail.letters import context
from tests.mail.server import Server


def now_of(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def test_the_server_gets_both_parts_and_what_programs_want_to_know(
    server: Server, letter: Letter
) -> None:
    assert attempt(letter.pk, timezone.now())
    [message] = server.taken
    parts = [part.get_content_type() for part in message.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    assert message["Subject"] == letter.subject
    assert message["Message-ID"].startswith(f"<{letter.key}@")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"


def test_what_was_sent_keeps_no_secrets(server: Server, letter: Letter) -> None:
    attempt(letter.pk, timezone.now())
    sent = now_of(letter)
    assert sent.sent_at
    assert (sent.text, sent.html, sent.due_at) == ("", "", None)


def test_a_sent_letter_never_goes_again(server: Server, letter: Letter) -> None:
    for _ in range(3):
        attempt(letter.pk, timezone.now() + timedelta(days=1))
    delivery.sweep.call()
    assert not delivery.send_again(now_of(letter))
    assert len(server.taken) == 1


def test_an_address_in_another_script_reaches_the_server_in_ascii(server: Server, db: None) -> None:
    letter = post.send(
        "seat_given_up", "ana@español.example", "en", context("seat_given_up") | {"reader": "Íñigo"}
    )
    assert attempt(letter.pk, timezone.now())
    assert server.recipients == ["ana@xn--espaol-zwa.example"]
    assert server.taken[0]["Subject"] == "Íñigo has given up a seat"


@pytest.mark.parametrize("answer", ["550 No such user here", "553 Not allowed"])
def test_an_address_that_is_refused_for_good_is_not_tried_again(
    server: Server, letter: Letter, answer: str
) -> None:
    server.recipient = answer
    assert not attempt(letter.pk, timezone.now())
    given_up = now_of(letter)
    assert given_up.due_at is None
    assert answer in given_up.error
    assert given_up.text  # staff may send it again


def test_a_letter_that_is_refused_for_good_is_not_tried_again(
    server: Server, letter: Letter
) -> None:
    server.data = "554 Looks like spam"
    attempt(letter.pk, timezone.now())
    assert now_of(letter).due_at is None


@pytest.mark.parametrize(
    ("recipient", "data"),
    [
        ("450 Mailbox busy", "250 OK"),
        ("", "250 OK"),
        ("250 OK", "451 Try again later"),
        ("250 OK", ""),
        ("421 Shutting down", "250 OK"),
    ],
)
def test_what_is_refused_for_now_is_tried_again_later(
    server: Server, letter: Letter, recipient: str, data: str
) -> None:
    server.recipient, server.data = recipient, data
    before = timezone.now()
    assert not attempt(letter.pk, before)
    waiting = now_of(letter)
    assert waiting.due_at
    assert before + PAUSES[0] <= waiting.due_at <= timezone.now() + PAUSES[0]
    assert waiting.error
    server.recipient, server.data = "250 OK", "250 Message accepted for delivery"
    assert not attempt(letter.pk, before)  # not yet
    assert attempt(letter.pk, waiting.due_at)
    assert now_of(letter).error == ""


def test_a_server_that_is_away_is_tried_with_growing_pauses_and_then_no_more(
    server: Server, letter: Letter
) -> None:
    server.data = "451 Try again later"
    waited = []
    for _ in range(len(PAUSES) + 3):
        before, due = timezone.now(), now_of(letter).due_at
        if due is None:
            break
        attempt(letter.pk, due)
        after = now_of(letter).due_at
        waited.append(after and round((after - before).total_seconds()))
    assert waited == [60, 300, 1800, 7200, 43200, None]
    given_up = now_of(letter)
    assert (given_up.attempts, given_up.sent_at) == (6, None)
    assert "451" in given_up.error


def test_staff_send_again_what_was_given_up(server: Server, letter: Letter) -> None:
    server.recipient = "550 No such user here"
    attempt(letter.pk, timezone.now())
    server.recipient = "250 OK"
    assert delivery.send_again(now_of(letter))
    delivery.sweep.call()
    assert now_of(letter).sent_at


def test_only_one_may_claim_a_letter(letter: Letter) -> None:
    now = timezone.now()
    assert claim(letter.pk, now)
    assert claim(letter.pk, now) is None
    assert claim(letter.pk, now + LEASE / 2) is None


def test_a_claim_whose_process_died_runs_out(server: Server, letter: Letter) -> None:
    now = timezone.now()
    claim(letter.pk, now)
    assert attempt(letter.pk, now + LEASE)
    assert len(server.taken) == 1


def test_a_letter_whose_processes_always_die_is_given_up(letter: Letter) -> None:
    now = timezone.now()
    for _ in range(len(PAUSES) + 1):
        assert claim(letter.pk, now)
        now += LEASE
    assert claim(letter.pk, now) is None
    given_up = now_of(letter)
    assert (given_up.due_at, given_up.error) == (None, delivery.BROKEN_OFF)


def test_one_letter_that_cannot_go_holds_up_no_other(server: Server, letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(to="two words@example.com")
    other = post.send("ended", "luis@example.com", "en", context("ended"))
    delivery.sweep.call()
    assert now_of(other).sent_at
    assert "ValueError" in now_of(letter).error


def test_a_sweep_lets_urgent_work_through(
    server: Server, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SWEEP_SECONDS", -1)
    delivery.sweep.call()
    assert not now_of(letter).sent_at
    assert DBTaskResult.objects.filter(task_path="broadsheet.mail.delivery.sweep").count() == 1


def test_a_sweep_is_queued_only_when_something_is_due(letter: Letter) -> None:
    delivery.enqueue_letters()
    assert DBTaskResult.objects.count() == 1
    Letter.objects.update(due_at=None)
    delivery.enqueue_letters()
    assert DBTaskResult.objects.count() == 1


def test_letters_are_kept_for_thirty_days(letter: Letter) -> None:
    delivery.forget_letters.call()
    assert Letter.objects.exists()
    Letter.objects.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
    delivery.forget_letters.call()
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_code_overtakes_whatever_else_waits() -> None:
    post.send("ended", "ana@example.com", "en", context("ended"))
    post.send("sign_in_code", "ana@example.com", "en", context("sign_in_code"))
    first, second = DBTaskResult.objects.ready()
    assert first.args_kwargs["args"] == [Letter.objects.get(kind="sign_in_code").pk]
    assert second.priority < first.priority


def test_the_background_wakes_when_what_was_queued_can_be_found(
    letter: Letter, django_capture_on_commit_callbacks: Any
) -> None:
    background = Background()
    task_enqueued.connect(background._wake_after_commit)
    with django_capture_on_commit_callbacks() as committed:
        delivery.deliver.enqueue(letter.pk)
        assert not background._wake["default"].is_set()
    for callback in committed:
        callback()
    assert background._wake["default"].is_set()


@pytest.mark.parametrize("slow", [make_avif, carry_out, liken, recommend_to_active, index_again])
def test_no_letter_waits_for_what_takes_long(slow: Any) -> None:
    assert slow.queue_name == SLOW != delivery.deliver.queue_name
    assert set(Background()._workers) == {delivery.deliver.queue_name, SLOW}
