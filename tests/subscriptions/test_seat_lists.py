"""A list of addresses: read in every dialect, looked at first, then carried out."""

import csv
import io
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.settings.django import OUR_RATES
from broadsheet.subscriptions import invitations, seat_imports, seating
from broadsheet.subscriptions.address_lists import (
    MOST_ROWS,
    Fault,
    Unreadable,
    neutral,
    read,
    read_text,
)
from broadsheet.subscriptions.models import Invitation, SeatImport, SeatImportRow, Subscription
from tests.people import Cast

PAGE = "/account/seats/"
ADDRESSES = ["eva@example.org", "pía@example.org", "noe@ñandú.es"]


def read_bytes(data: bytes) -> list[tuple[str, Fault | None]]:
    return [(row.email, row.fault) for row in read(io.BytesIO(data))]


# --- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    text = "eva@example.org\nnoe@ñandú.es\n"
    assert read_bytes(text.encode(encoding)) == [("eva@example.org", None), ("noe@ñandú.es", None)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_commas_semicolons_and_tabs_part_columns(separator: str, end: str) -> None:
    text = end.join(
        separator.join(cells)
        for cells in (["Name", "E-Mail", "Class"], ["Eva", "eva@example.org", "3"])
    )
    assert read_bytes(text.encode()) == [("eva@example.org", None)]


@pytest.mark.parametrize("name", ["E-mail", "EMAIL", "correo electrónico", "Dirección", "address"])
def test_the_column_is_found_by_its_name(name: str) -> None:
    text = f"contact@school.example,{name}\nother@example.org,eva@example.org\n"
    assert read_bytes(text.encode()) == [("eva@example.org", None)]


def test_without_a_header_the_first_cell_with_an_at_sign_is_taken() -> None:
    text = "Eva,eva@example.org\nPia,pia@example.org,other@example.org\n\n ,\n"
    assert [email for email, _ in read_bytes(text.encode())] == [
        "eva@example.org",
        "pia@example.org",
    ]


def test_a_name_before_an_address_is_left_away() -> None:
    assert read_bytes(b'"Eva, of 3b" <eva@example.org>\n"Eva <eva2@example.org>"\n')[-1] == (
        "eva2@example.org",
        None,
    )


@pytest.mark.parametrize(
    "cell", ["=1+1", '=HYPERLINK("mailto:a@example.org")', "+1", "-eva@example.org", "@SUM(A1)"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_refused(cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    assert read_bytes(f"{quoted}\n".encode()) == [(cell, Fault.FORMULA)]
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["\n=1+1", "\u00a0=1+1", "＝1+1", "\t1", "\v@SUM(A1)"])
def test_a_cell_is_neutral_whatever_stands_before_what_would_run(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


def test_no_row_is_read_slowly() -> None:
    """Five megabytes of opening brackets: as fast as anything else of that size."""
    begun = time.process_time()
    assert len(read_bytes((b"<" * 1000 + b"@\n") * 4900)) == 4900
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("cell", ["eva", "eva@", "eva@exa mple.org", "\x00@example.org"])
def test_what_is_not_an_address_is_said_to_be_none(cell: str) -> None:
    assert [fault for _, fault in read_bytes(f"a@b.example\n{cell}\n".encode())][1:] == [
        Fault.MALFORMED
    ]


def test_the_second_of_two_spellings_of_one_address_is_a_duplicate() -> None:
    rows = read_bytes(b"eva@example.org\nEVA@example.org\n")
    assert [fault for _, fault in rows] == [None, Fault.DUPLICATE]


def test_fifty_thousand_rows_are_read_and_one_more_is_not() -> None:
    lines = "".join(f"r{number}@example.org\n" for number in range(MOST_ROWS))
    assert sum(1 for _ in read_text(lines)) == MOST_ROWS
    with pytest.raises(Unreadable):
        list(read_text(lines + "one-more@example.org\n"))


@pytest.mark.parametrize(
    "data", [b'"' + b"x" * 200_000, bytes(range(256)) * 20, b"", b"\0", b"\xff\xfe\x00"]
)
def test_what_is_no_list_at_all_breaks_nothing(data: bytes) -> None:
    try:
        rows = read_bytes(data)
    except Unreadable:
        return  # and said so
    assert all(fault for _, fault in rows)


# --- looking at it, and carrying it out ------------------------------------------------------


@pytest.fixture
def group(cast: Cast) -> Subscription:
    return cast.olga.subscriptions.get()


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def signed_in(reader: Reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


def look_at(group: Subscription, *addresses: str) -> SeatImport:
    rows = read_text("\n".join(addresses))
    return seat_imports.look_at(rows, group, group.owner, "en", timezone.now())


def outcomes(of: SeatImport) -> list[str]:
    return list(of.rows.values_list("outcome", flat=True))


@pytest.mark.django_db
def test_nothing_is_done_before_the_owner_says_so(group: Subscription, cast: Cast) -> None:
    seating.seat(cast.luis, group)
    invitations.invite(group, cast.olga, "pia@example.org", "en", timezone.now())
    made = look_at(
        group, "eva@example.org", "=cmd", "eva", "EVA@example.org", "luis@example.com",
        "pia@example.org", "olga@example.com", "noe@example.org", "late@example.org",
    )  # fmt: skip
    assert outcomes(made) == [
        "invite", "formula", "malformed", "duplicate", "seated",
        "promised", "seated", "invite", "no_seat",
    ]  # fmt: skip
    assert (made.rows_count, made.to_invite) == (9, 2)
    assert Invitation.objects.count() == Letter.objects.count() == 1


@pytest.mark.django_db
def test_then_everybody_is_invited_once_however_often_it_runs(group: Subscription) -> None:
    made = look_at(group, "eva@example.org", "pia@example.org")
    assert seat_imports.start(made, timezone.now())
    assert not seat_imports.start(made, timezone.now())
    for _ in range(2):
        seat_imports.carry_out.call(made.pk)
    made.refresh_from_db()
    assert (made.state, made.handled, made.invited) == ("done", 2, 2)
    assert Letter.objects.filter(kind="invitation").count() == 2


@pytest.mark.django_db
def test_what_was_broken_off_goes_on_where_it_stopped(group: Subscription) -> None:
    made = look_at(group, "eva@example.org", "pia@example.org")
    seat_imports.start(made, timezone.now())
    first = made.rows.earliest("line")
    seat_imports._invite(first, made)
    later = timezone.now() + seat_imports.STALLED + timedelta(seconds=1)
    assert seat_imports.start(made, later)
    seat_imports.carry_out.call(made.pk)
    assert outcomes(made) == ["invited", "invited"]
    assert Letter.objects.count() == 2


@pytest.mark.django_db
def test_what_has_changed_meanwhile_is_respected(group: Subscription, cast: Cast) -> None:
    made = look_at(group, *[f"r{number}@example.org" for number in range(4)])
    seat_imports.start(made, timezone.now())
    seating.seat(cast.nora, group)
    seat_imports.carry_out.call(made.pk)
    assert outcomes(made) == ["invited", "invited", "invited", "no_seat"]


@pytest.mark.django_db
def test_who_does_not_look_after_the_seats_any_more_invites_nobody(
    group: Subscription, cast: Cast
) -> None:
    group.administrators.add(cast.nora)
    rows = read_text("eva@example.org")
    made = seat_imports.look_at(rows, group, cast.nora, "en", timezone.now())
    seat_imports.start(made, timezone.now())
    group.administrators.remove(cast.nora)
    seat_imports.carry_out.call(made.pk)
    assert outcomes(made) == ["failed"]


@pytest.mark.django_db(transaction=True)
def test_an_owner_gives_a_file_looks_starts_and_takes_the_results(
    olga: Client, group: Subscription
) -> None:
    file = SimpleUploadedFile("list.csv", "Correo\neva@example.org\n=1+1\n".encode("utf-16"))
    page = olga.post(f"{PAGE}{group.pk}/list/", {"file": file}, follow=True)
    made = SeatImport.objects.get()
    assert page.redirect_chain == [(f"{PAGE}list/{made.pk}/", 302)]
    assert "What will happen" in words(page)
    assert "Invite 1 reader" in words(page)
    assert not Invitation.objects.exists()
    running = olga.post(f"{PAGE}list/{made.pk}/start/", follow=True)
    assert "0 of 1 done" in words(running)
    seat_imports.carry_out.call(made.pk)
    assert "What became of the list" in words(olga.get(f"{PAGE}list/{made.pk}/"))
    answer = olga.get(f"{PAGE}list/{made.pk}/results.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert list(csv.reader(io.StringIO(lines))) == [
        ["line", "email", "outcome"],
        ["2", "eva@example.org", "invited"],
        ["3", "'=1+1", "formula"],
    ]
    olga.post(f"{PAGE}list/{made.pk}/throw-away/")
    assert not SeatImportRow.objects.exists()
    assert Invitation.objects.exists()


@pytest.mark.django_db
def test_addresses_may_be_pasted(olga: Client, group: Subscription) -> None:
    olga.post(f"{PAGE}{group.pk}/list/", {"text": "eva@example.org\r\npia@example.org"})
    assert SeatImport.objects.get().to_invite == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Choose a file, or paste addresses"),
        ({"text": "a@example.org", "file": b"b@example.org"}, "Choose a file, or paste addresses"),
        ({"file": b""}, "There is nothing in this file"),
        ({"file": b"x" * 5_000_001}, "larger than 5 MB"),
        ({"file": b'"' + b"x" * 200_000}, "Save it as CSV"),
        ({"file": b"r@example.org\n" * (MOST_ROWS + 1)}, "more than 50,000 rows"),
    ],
)
def test_a_list_that_cannot_be_taken_says_why(
    olga: Client, group: Subscription, form: dict[str, Any], said: str
) -> None:
    if "file" in form:
        form = {**form, "file": SimpleUploadedFile("list.csv", form["file"])}
    answer = olga.post(f"{PAGE}{group.pk}/list/", form)
    assert answer.status_code == 400
    assert said in words(answer)
    assert not SeatImport.objects.exists()


@pytest.mark.django_db
def test_what_is_far_too_large_is_refused_before_it_is_read(
    olga: Client, group: Subscription
) -> None:
    file = SimpleUploadedFile("list.csv", b"x" * 5_200_000)
    for form in ({"file": file}, {"text": "x" * 3_000_000}):
        answer = olga.post(f"{PAGE}{group.pk}/list/", form)
        assert answer.status_code == 413
        assert "at most 5 MB" in words(answer)


@pytest.mark.django_db
def test_the_form_needs_its_token(cast: Cast, group: Subscription) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olga)
    answer = client.post(f"{PAGE}{group.pk}/list/", {"text": "eva@example.org"})
    assert answer.status_code == 403
    assert not SeatImport.objects.exists()


@pytest.mark.django_db
def test_somebody_elses_list_is_not_found(group: Subscription, cast: Cast) -> None:
    made = look_at(group, "eva@example.org")
    nora = signed_in(cast.nora)
    for address in ("", "results.csv"):
        assert nora.get(f"{PAGE}list/{made.pk}/{address}").status_code == 404
    for verb in ("start", "throw-away"):
        assert nora.post(f"{PAGE}list/{made.pk}/{verb}/").status_code == 404
    made.refresh_from_db()
    assert made.state == "preview"


@pytest.mark.django_db
def test_lists_are_counted_apart_from_single_invitations(
    settings: Any, olga: Client, group: Subscription
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**OUR_RATES, "invite_list": "1/d/user"}
    cache.clear()
    address = f"{PAGE}{group.pk}/list/"
    assert olga.post(address, {"text": "eva@example.org"}).status_code == 302
    assert olga.post(address, {"text": "pia@example.org"}).status_code == 429
    form = {"email": "noe@example.org"}
    assert olga.post(f"{PAGE}{group.pk}/invite/", form).status_code == 302


@pytest.mark.django_db
def test_a_list_is_forgotten_after_30_days(group: Subscription) -> None:
    look_at(group, "eva@example.org")
    SeatImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    invitations.tidy_invitations.call()
    assert not SeatImportRow.objects.exists()
