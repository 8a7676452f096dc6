"""What staff see of the mail, and what they may do."""

import pytest
from django.test import Client

from broadsheet.mail.models import Letter
from tests.people import Cast

LIST = "/admin/snippets/mail/letter/"
AGAIN = "/admin/bulk/mail/letter/send_again/"


@pytest.fixture
def staff(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.irene)
    return client


def test_staff_see_what_went_and_why_not_but_never_the_body(staff: Client, letter: Letter) -> None:
    Letter.objects.update(error="550 No such user here", text="SECRET-CODE", html="SECRET-CODE")
    for path in (LIST, f"{LIST}inspect/{letter.pk}/"):
        page = staff.get(path)
        assert page.status_code == 200
        assert "550 No such user here" in page.content.decode()
        assert letter.to in page.content.decode()
        assert "SECRET-CODE" not in page.content.decode()


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_nobody_writes_or_deletes_letters_by_hand(staff: Client, letter: Letter, what: str) -> None:
    assert staff.get(f"{LIST}add/").status_code != 200
    assert staff.get(f"{LIST}{what}/{letter.pk}/").status_code != 200
    staff.post(f"{LIST}delete/{letter.pk}/")
    staff.post(f"/admin/bulk/mail/letter/delete/?id={letter.pk}")
    assert Letter.objects.exists()


def test_staff_send_again_what_did_not_go(staff: Client, letter: Letter) -> None:
    Letter.objects.update(due_at=None, attempts=6, error="550")
    asked = staff.get(f"{AGAIN}?id={letter.pk}&next={LIST}")
    assert asked.status_code == 200
    assert letter.to in asked.content.decode()
    staff.post(f"{AGAIN}?id={letter.pk}&next={LIST}")
    again = Letter.objects.get()
    assert again.due_at
    assert (again.attempts, again.error) == (0, "")


def test_what_went_is_left_alone(staff: Client, letter: Letter) -> None:
    Letter.objects.update(due_at=None, sent_at=letter.created_at, text="")
    staff.post(f"{AGAIN}?id={letter.pk}&next={LIST}")
    assert Letter.objects.get().due_at is None


def test_readers_see_no_letters(cast: Cast, letter: Letter) -> None:
    client = Client()
    client.force_login(cast.ana)
    assert client.get(LIST).status_code != 200
    client.post(f"{AGAIN}?id={letter.pk}")
    assert client.get(f"{LIST}inspect/{letter.pk}/").status_code != 200
