"""A copy of what the paper knows of a reader: all of theirs, nothing of others, for them alone."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.mail import post
from broadsheet.mail.models import Letter
from broadsheet.readers import export_jobs
from broadsheet.readers.export import chapter, chapters
from broadsheet.readers.export_jobs import EnoughForToday, ask, make, tidy_exports
from broadsheet.readers.models import Device, Export, Reader
from broadsheet.subscriptions.models import SeatContest
from tests.people import Cast
from tests.readers.conftest import SignIn

NOW = timezone.now


def made(reader: Reader, language: str = "en") -> Export:
    export = ask(reader, language, NOW())
    make.call(export.pk)
    export.refresh_from_db()
    return export


def opened(export: Export) -> dict[str, str]:
    assert export.file is not None
    with zipfile.ZipFile(io.BytesIO(export.file)) as archive:
        return {name.split("/")[1]: archive.read(name).decode() for name in archive.namelist()}


def device(reader: Reader, label: str, key: str) -> Device:
    times = dict.fromkeys(("first_seen", "last_seen", "signed_in_at"), NOW())
    return Device.objects.create(reader=reader, label=label, key=key, **times)


def test_it_holds_a_page_all_data_and_a_file_for_each_chapter(cast: Cast) -> None:
    files = opened(made(cast.ana))
    names = {f"{one.name}.json" for one in chapters()}
    assert files.keys() == {"index.html", "data.json"} | names
    data = json.loads(files["data.json"])
    assert data["account"]["email"] == cast.ana.email
    assert data["subscriptions"][0]["plan"] == "Basic"
    assert json.loads(files["account.json"]) == data["account"]
    assert "password" not in {key for key in data["account"] if key != "has_password"}


def test_it_tells_devices_and_contests_of_the_reader_by_name_and_nothing_of_others(
    cast: Cast,
) -> None:
    device(cast.luis, "Luis's phone", "l" * 32)
    device(cast.marta, "Marta's laptop", "m" * 32)
    device(cast.ana, "Ana's tablet", "a" * 32)
    seat = cast.luis.seats.get()
    SeatContest.objects.create(seat=seat, kind="refused", device="l" * 32, other="m" * 32, at=NOW())
    text = opened(made(cast.luis))["data.json"]
    data = json.loads(text)
    assert [one["label"] for one in data["devices"]] == ["Luis's phone"]
    assert [(one["device"], one["other"]) for one in data["contests"]] == [("Luis's phone", "")]
    for foreign in ("Marta's laptop", "Ana's tablet", cast.marta.email, cast.ana.email, "m" * 32):
        assert foreign not in text


def test_the_owner_sees_whom_they_gave_seats_to(cast: Cast) -> None:
    data = json.loads(opened(made(cast.marta))["data.json"])
    assert data["subscriptions"][0]["readers"] == [cast.marta.email, cast.luis.email]


def test_it_lists_letters_by_their_heads(cast: Cast) -> None:
    values = {"title": "Hello", "text": "Secret words", "account_url": "http://testserver/"}
    post.send("notice", cast.ana.email, "en", values)
    post.send("notice", cast.nora.email, "en", values)
    text = opened(made(cast.ana))["letters.json"]
    assert [one["subject"] for one in json.loads(text)] == ["Hello"]
    assert "Secret words" not in text


def test_the_page_shows_everything_as_text_and_needs_no_script(cast: Cast) -> None:
    cast.ana.first_name = '<script>alert("x")</script>'
    cast.ana.save()
    device(cast.ana, "<img src=x onerror=alert(1)>", "a" * 32)
    page = opened(made(cast.ana))["index.html"]
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_the_page_speaks_the_readers_language(cast: Cast) -> None:
    assert 'lang="es"' in opened(made(cast.ana, "es"))["index.html"]


def test_a_chapter_cannot_be_added_twice() -> None:
    with pytest.raises(ValueError, match="account"):
        chapter("account", "Account")(lambda reader: {})


def test_two_requests_at_once_make_one_export(cast: Cast) -> None:
    first = ask(cast.ana, "en", NOW())
    assert ask(cast.ana, "es", NOW()) == first
    make.call(first.pk)
    make.call(first.pk)
    assert Letter.objects.filter(kind="export_ready").count() == 1


def test_a_few_a_day_are_made(cast: Cast) -> None:
    for _ in range(export_jobs.A_DAY):
        made(cast.ana)
    with pytest.raises(EnoughForToday):
        ask(cast.ana, "en", NOW())
    ask(cast.ana, "en", NOW() + timedelta(days=1, seconds=1))


def test_what_fails_can_be_asked_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(export_jobs.export_page, "write", fail)
        assert made(cast.ana).state == "failed"
    assert made(cast.ana).state == "ready"


def test_after_seven_days_it_is_deleted(cast: Cast) -> None:
    export = made(cast.ana)
    tidy_exports.call()
    assert opened(Export.objects.get(pk=export.pk))
    Export.objects.update(changed_at=NOW() - timedelta(days=7, minutes=1))
    tidy_exports.call()
    assert not Export.objects.exists()


def test_lists_of_exports_do_not_fetch_the_files(cast: Cast) -> None:
    made(cast.ana)
    assert "file" in Export.objects.get().get_deferred_fields()


def test_what_was_broken_off_is_given_up(cast: Cast) -> None:
    asked = ask(cast.ana, "en", NOW())
    Export.objects.update(state="making", changed_at=NOW() - timedelta(hours=2))
    tidy_exports.call()
    asked.refresh_from_db()
    assert asked.state == "failed"


def test_the_page_says_how_far_it_is(cast: Cast, proven: SignIn) -> None:
    client = proven(cast.ana)
    assert "Make a copy" in client.get("/account/export/").content.decode()
    client.post("/account/export/")
    page = client.get("/account/export/").content.decode()
    assert "Asked for." in page
    assert 'http-equiv="refresh"' in page
    export = Export.objects.get()
    make.call(export.pk)
    page = client.get("/account/export/").content.decode()
    assert f'href="/account/export/{export.pk}/"' in page
    assert "refresh" not in page


def test_its_reader_fetches_it_and_nobody_keeps_it_on_the_way(cast: Cast, proven: SignIn) -> None:
    export = made(cast.ana)
    answer = proven(cast.ana).get(f"/account/export/{export.pk}/")
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert zipfile.is_zipfile(io.BytesIO(body))
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "no-store" in answer.headers["cache-control"]


def test_nobody_else_fetches_it(cast: Cast, proven: SignIn, signed_in: SignIn) -> None:
    export = made(cast.ana)
    address = f"/account/export/{export.pk}/"
    for other in (cast.nora, cast.marta, cast.irene):
        assert proven(other).get(address).status_code == 404
    assert signed_in(cast.ana).get(address).status_code == 302
    assert Client().get(address).status_code == 302
    for trick in ("my-data.zip", "../1", "%2e%2e%2f1", "1.zip", "-1", "9" * 30):
        assert proven(cast.nora).get(f"/account/export/{trick}/").status_code == 404
    for public in (f"/media/exports/{export.pk}.zip", f"/exports/{export.pk}.zip"):
        assert Client().get(public).status_code == 404


def test_asking_takes_a_form_of_ours(cast: Cast, proven: SignIn) -> None:
    client = proven(cast.ana)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/account/export/").status_code == 403
    client.get("/account/export/")
    assert not Export.objects.exists()


def test_one_that_is_not_ready_or_whose_file_is_gone_is_not_there(
    cast: Cast, proven: SignIn
) -> None:
    client, waiting = proven(cast.ana), ask(cast.ana, "en", NOW())
    assert client.get(f"/account/export/{waiting.pk}/").status_code == 404
    make.call(waiting.pk)
    Export.objects.update(file=None)
    assert client.get(f"/account/export/{waiting.pk}/").status_code == 404
