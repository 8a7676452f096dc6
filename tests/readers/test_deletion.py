"""The end of an account: nothing of its reader is left, and nobody else loses anything."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client
from django.utils import timezone
from wagtail.log_actions import log

from broadsheet.access import Mode
from broadsheet.mail import post
from broadsheet.mail.models import Letter
from broadsheet.readers import deletion
from broadsheet.readers.export_jobs import ask, make
from broadsheet.readers.models import Device, Reader, account_deleting
from broadsheet.subscriptions.models import (
    Invitation,
    Seat,
    SeatContest,
    SeatImport,
    SeatImportRow,
    SharingCase,
    Subscription,
)
from broadsheet.subscriptions.store import meter_store
from broadsheet.terms.acceptance import accept
from broadsheet.terms.models import How
from tests import people
from tests.people import PASSWORD, Cast
from tests.readers.conftest import SignIn
from tests.terms.conftest import Publish, publish  # noqa: F401 (a fixture)

KEY = "d" * 32


def delete(client: Client, address: str) -> Any:
    return client.post("/account/delete/", {"address": address})


def traces(address: str, reader: int) -> Iterator[str]:
    """Where, in all tables, an address or a reader is still named."""
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.all():
            yield from (f"{model.__name__}.{field}" for field in _named(row, address, reader))


def _named(row: models.Model, address: str, reader: int) -> Iterator[str]:
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        if address in (value if isinstance(value, str) else json.dumps(value, default=str)):
            yield field.name
        if isinstance(row, Session) and row.get_decoded().get("_auth_user_id") == str(reader):
            yield field.name
        if field.related_model is Reader and value == reader:
            yield field.name


def leave_traces(reader: Reader, terms: Any, client: Client) -> None:
    """Use the paper in every way that writes something down."""
    now = timezone.now()
    client.get("/account/devices/")
    client.post("/account/email/", {"action_add": "", "email": "next@example.com"})
    accept(reader, terms, How.SIGNUP, now)
    seat = reader.seats.get()
    SeatContest.objects.create(seat=seat, kind="overlap", device=KEY, other="e" * 32, at=now)
    SharingCase.objects.create(seat=seat, opened_at=now, devices=[KEY])
    times = dict.fromkeys(("first_seen", "last_seen", "signed_in_at"), now)
    Device.objects.create(reader=reader, label="A phone", key=KEY, **times)
    Authenticator.objects.create(user=reader, type="recovery_codes", data={"seed": "x"})
    values = {"title": "Hello", "text": "Words", "account_url": "http://testserver/"}
    post.send("notice", reader.email, "en", values)
    make.call(ask(reader, "en", now).pk)
    ottos = people.subscribe(people.reader("otto@example.com"), people.plan("choir", 3))
    Invitation.objects.create(
        subscription=ottos,
        seat=ottos.seats.last(),
        email=reader.email,
        email_key=reader.email,
        token_hash="t" * 64,
        created_at=now,
        sent_at=now,
        expires_at=now,
    )
    rows = SeatImport.objects.create(
        subscription=ottos, by=ottos.owner, language="en", created_at=now, moved_at=now
    ).rows
    rows.create(line=1, email=reader.email.upper(), outcome="invite")
    rows.create(line=2, email=f"not-{reader.email}", outcome="invite")
    log(instance=seat, action="wagtail.edit", user=reader)
    log(instance=reader, action="wagtail.edit", user=reader)
    async_to_sync(meter_store().spend)(reader.pk, 7, 5, time.time())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["ana", "luis", "marta"])
def test_nothing_of_the_reader_is_left(proven: SignIn, publish: Publish, who: str) -> None:  # noqa: F811
    reader: Reader = getattr(people.assemble(), who)
    client, address, pk = proven(reader), reader.email, reader.pk
    leave_traces(reader, publish("en"), client)
    assert len(set(traces(address, pk))) > 8
    assert delete(client, address).headers["location"] == "/account/deleted/"
    left = set(traces(address, pk))
    assert left <= {"Letter.to", "Letter.text", "Letter.html", "SeatImportRow.email"}
    assert [row.email for row in SeatImportRow.objects.all()] == [f"not-{address}"]
    assert set(Letter.objects.filter(to=address).values_list("kind", flat=True)) == {
        "account_deleted"
    }
    assert not set(traces("next@example.com", pk))
    assert not set(traces(KEY, pk))
    assert meter_store().opened(pk, time.time()) == {}


def test_the_reader_is_signed_out_everywhere_and_told_goodbye(cast: Cast, proven: SignIn) -> None:
    client, other = proven(cast.ana), proven(cast.ana)
    answer = delete(client, "  Ana@Example.com ")
    assert answer.headers["location"] == "/account/deleted/"
    assert "Goodbye" in client.get("/account/deleted/").content.decode()
    for browser in (client, other):
        assert browser.get("/account/").status_code == 302
        signing_in = browser.post(
            "/account/login/", {"login": "ana@example.com", "password": PASSWORD}
        )
        assert signing_in.status_code == 200
    assert {client.cookies[name].value for name in ("bs_device", "bs_pass")} == {""}


def test_a_member_leaves_an_empty_seat_and_an_owner_takes_all_seats(
    cast: Cast, proven: SignIn
) -> None:
    delete(proven(cast.luis), cast.luis.email)
    subscription = Subscription.objects.get(owner=cast.marta)
    assert [seat.reader for seat in subscription.seats.all()] == [cast.marta, None]
    delete(proven(cast.marta), cast.marta.email)
    assert not Seat.objects.filter(subscription_id=subscription.pk).exists()
    assert Reader.objects.filter(pk=cast.ana.pk).exists()


def test_the_page_says_what_goes_and_what_is_kept(cast: Cast, proven: SignIn) -> None:
    page = proven(cast.marta).get("/account/delete/").content.decode()
    assert "Your subscription Premium" in page
    assert "The seat of one other reader" in page
    assert "for 10 years" in page
    assert "hand the subscription over" in page
    assert (
        "hand the subscription over"
        not in proven(cast.luis).get("/account/delete/").content.decode()
    )


@pytest.mark.parametrize("typed", ["", "luis@example.com", "ana@example", "ana@example.com,x"])
def test_another_address_deletes_nothing(cast: Cast, proven: SignIn, typed: str) -> None:
    answer = delete(proven(cast.ana), typed)
    assert "not the address of your account" in answer.content.decode()
    assert Reader.objects.count() == 6


def test_it_takes_a_form_of_ours_and_no_link(cast: Cast, proven: SignIn) -> None:
    client = proven(cast.ana)
    client.get("/account/delete/", {"address": cast.ana.email})
    assert client.put("/account/delete/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert delete(strict, cast.ana.email).status_code == 403
    assert Reader.objects.count() == 6


def test_the_last_superuser_stays(cast: Cast, proven: SignIn) -> None:
    answer = delete(proven(cast.irene), cast.irene.email)
    assert "the only one who looks after this paper" in answer.content.decode()
    with pytest.raises(deletion.LastSuperuser):
        deletion.delete_account(cast.irene, "en", timezone.now())
    people.reader("two@example.com", is_staff=True, is_superuser=True)
    assert delete(proven(cast.irene), cast.irene.email).status_code == 302


def test_a_closed_superuser_does_not_count(cast: Cast) -> None:
    people.reader("two@example.com", is_superuser=True, is_active=False)
    assert deletion.is_last_superuser(cast.irene)


def test_whoever_must_settle_something_is_asked_before_and_can_stop_it(cast: Cast) -> None:
    seen: list[bool] = []

    def settle(reader: Reader, **_: object) -> None:
        seen.append(Subscription.objects.filter(owner=reader).exists())
        raise RuntimeError("the till does not answer")

    account_deleting.connect(settle)
    try:
        with pytest.raises(RuntimeError):
            deletion.delete_account(cast.ana, "en", timezone.now())
    finally:
        account_deleting.disconnect(settle)
    assert seen == [True]
    assert Reader.objects.filter(pk=cast.ana.pk).exists()
    assert not Letter.objects.filter(kind="account_deleted").exists()


def test_an_old_subscription_is_not_at_stake(cast: Cast, proven: SignIn) -> None:
    past = people.plan("past", 1, Mode.ENFORCE)
    Subscription.objects.create(
        owner=cast.nora,
        plan=past,
        starts_at=timezone.now() - timedelta(days=9),
        ends_at=timezone.now() - timedelta(days=1),
    )
    assert (
        "Your subscription Past" not in proven(cast.nora).get("/account/delete/").content.decode()
    )
