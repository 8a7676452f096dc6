"""Lists of readers that come from elsewhere, and go elsewhere."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from broadsheet.newsletters import carrying_desk, joining
from broadsheet.newsletters.carrying import NoList, bring_in, take_out
from broadsheet.newsletters.models import Consent, Newsletter, Recipient
from broadsheet.web import roles
from tests.newsletters.conftest import SignUp, somebody

pytestmark = pytest.mark.django_db
MAILCHIMP = (
    "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME\n"
    "vera@example.com,Vera,2,2024-01-02 03:04:05,2024-01-02 03:05:06\n"
)
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at\n"
    "1,vera@example.com,Vera,,true,false,,2024-01-02T03:04:05.000Z\n"
    "2,gone@example.com,Gone,,false,false,,2024-01-02T03:04:05.000Z\n"
)


def bring(newsletter: Newsletter, text: str, *, dry: bool = False) -> tuple[int, int, list[str]]:
    outcome = bring_in(io.StringIO(text), newsletter, source="old.csv", dry=dry)
    return outcome.joined, outcome.known, [each.why for each in outcome.refused]


def test_mailchimp_s_and_ghost_s_files_come_in_once(weekly: Newsletter) -> None:
    assert bring(weekly, MAILCHIMP, dry=True) == (1, 0, [])
    assert not Recipient.objects.exists()
    assert bring(weekly, MAILCHIMP) == (1, 0, [])
    assert bring(weekly, MAILCHIMP) == (0, 1, [])
    consent = Consent.objects.get()
    assert (consent.act, consent.form, consent.at.year) == ("imported", "old.csv", 2024)
    assert bring(weekly, GHOST) == (0, 1, ["They do not get it there any more."])


@pytest.mark.parametrize(
    "row",
    [
        "no address,2024-01-02",
        "vera@example.com\nBcc: x,2024-01-02",
        "vera@example.com,",
        "vera@example.com,yesterday",
        "vera@example.com,2999-01-01",
        "vera@example.com,99999999999999999999",
        ",2024-01-02",
    ],
)
def test_a_row_that_is_not_good_is_refused_and_says_why(weekly: Newsletter, row: str) -> None:
    joined, _, refused = bring(weekly, f"email,at\n{row}\n")
    assert joined == 0
    assert refused
    assert all(refused)


def test_whoever_left_here_or_may_not_be_written_to_stays_away(
    weekly: Newsletter, sign_up: SignUp
) -> None:
    left, refused = sign_up(weekly, "a@example.com"), sign_up(weekly, "b@example.com")
    joining.leave(left, weekly, "/")
    Recipient.objects.filter(pk=refused.pk).update(refused="complained")
    text = (
        "email,at\na@example.com,2024-01-02\nb@example.com,2024-01-02\nA@example.com,2024-01-02\n"
    )
    joined, known, why = bring(weekly, text)
    assert (joined, known, len(why)) == (0, 0, 3)


@pytest.mark.parametrize(
    "text", ["", "name\nvera\n", "email\nvera@example.com\n", 'email,at\n"' + "x" * 20_000]
)
def test_what_is_no_list_says_so(weekly: Newsletter, text: str) -> None:
    with pytest.raises(NoList, match=r"\w"):
        bring(weekly, text)


def test_what_goes_out_comes_in_elsewhere(weekly: Newsletter, sign_up: SignUp) -> None:
    sign_up(weekly, "vera@example.com")
    Recipient.objects.create(email="=cmd@example.com", language="en", created_at="2024-01-01T00Z")
    joining.leave(sign_up(weekly, "gone@example.com"), weekly, "/")
    file = io.StringIO()
    assert take_out(weekly, file) == 2
    other = Newsletter.objects.create(edition=weekly.edition, name="Other", slug="other")
    assert bring(other, file.getvalue()) == (1, 0, ["They do not get it there any more."])


def test_an_address_is_no_formula(weekly: Newsletter, sign_up: SignUp) -> None:
    sign_up(weekly, "=1+1@example.com")
    file = io.StringIO()
    take_out(weekly, file)
    assert "\n'=1+1@example.com" in file.getvalue().replace("\r", "")


def test_the_command_says_what_was_refused(
    weekly: Newsletter, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/list.csv"
    with open(file, "w") as target:  # noqa: PTH123
        target.write("email,at\nvera@example.com,2024-01-02\nnobody,2024-01-02\n")
    with pytest.raises(SystemExit):
        call_command("newsletter_readers", "import", file, "us/fold")
    said = capsys.readouterr().out
    assert "line 3: nobody: " in said
    assert "Joined: 1. Known already: 0. Refused: 1." in said
    for bad in (
        ["import", file, "us/none"],
        ["import", f"{file}.not", "us/fold"],
        ["export", file, "us/fold"],
    ):
        with pytest.raises(CommandError):
            call_command("newsletter_readers", *bad)


# In the admin


def give(client: Client, newsletter: Newsletter, text: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("old.csv", text)
    address = f"/admin/newsletters/list/{newsletter.pk}/readers/"
    return client.post(address, {"file": file, **more})


def test_subscription_staff_bring_readers_in_and_are_told_who_was_refused(
    weekly: Newsletter,
) -> None:
    staff = somebody(roles.SUBSCRIPTION_STAFF)
    text = b"\xef\xbb\xbfemail,at\nvera@example.com,2024-01-02\nnobody,2024-01-02\n"
    page = give(staff, weekly, text, only_said="on")
    assert page.context["outcome"].joined == 1
    assert not Recipient.objects.exists()
    page = give(staff, weekly, text, source="At the fair")
    assert "This is not an e-mail address." in page.content.decode()
    assert Consent.objects.get().form == "At the fair"
    assert Recipient.objects.get().email == "vera@example.com"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"name\nvera\n", "names no column"),
        (b"x" * (carrying_desk.MOST_BYTES + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    weekly: Newsletter, text: bytes, said: str
) -> None:
    page = give(somebody(roles.SUBSCRIPTION_STAFF), weekly, text)
    assert page.status_code == 422
    assert said in page.content.decode()


def test_readers_go_out_to_those_who_may_see_them_alone(
    weekly: Newsletter, sign_up: SignUp
) -> None:
    sign_up(weekly)
    address = f"/admin/newsletters/list/{weekly.pk}/csv/"
    answer = somebody(roles.SUBSCRIPTION_STAFF).get(address)
    assert b"vera@example.com,joined" in answer.getvalue()
    assert "attachment" in answer["Content-Disposition"]
    editor = somebody(roles.EDITOR)
    assert editor.get(address).status_code == 302
    assert give(editor, weekly, b"email,at\n").status_code == 302
    assert Client().get(address).status_code == 302
