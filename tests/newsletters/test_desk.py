"""What editors and staff do with an issue."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from broadsheet.newsletters import course, growth, joining
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Recipient
from broadsheet.newsletters.tally import KEPT, forget_mails
from broadsheet.web import roles
from tests.newsletters.conftest import SignUp, somebody
from tests.people import reader
from tests.shelf.conftest import signed_in

pytestmark = pytest.mark.django_db


def do(client: Client, issue: Issue, what: str) -> Any:
    return client.post(f"/admin/newsletters/issue/{issue.pk}/act/", {"do": what}, follow=True)


def test_an_editor_looks_at_it_approves_stops_and_goes_on(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    sign_up(weekly)
    editor = somebody(roles.EDITOR)
    do(editor, issue, "back")
    assert Issue.objects.get().state == "draft"
    assert do(editor, issue, "approve").status_code == 200
    assert Issue.objects.get().state == "approved"
    course.begin(issue, timezone.now())
    for what, state in (("stop", "stopped"), ("go_on", "sending")):
        page = do(editor, issue, what)
        assert Issue.objects.get().state == state
        assert "0 of 1" in page.content.decode()


@pytest.mark.parametrize("face", ["visitor", "account", "subscriber", "nobody-knows"])
def test_it_is_looked_at_as_mail_programs_show_it(issue: Issue, face: str) -> None:
    editor = somebody(roles.EDITOR)
    address = f"/admin/newsletters/issue/{issue.pk}/look/{face}/"
    page = editor.get(address)
    assert "A bridge opens" in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "prefers-color-scheme: dark" not in editor.get(address, {"dark": ""}).content.decode()
    assert editor.get(address, {"text": ""})["Content-Type"].startswith("text/plain")
    assert not Recipient.objects.exists()  # looking puts nobody on anything


def test_a_test_goes_to_whoever_asked_alone(
    settings: Any, weekly: Newsletter, issue: Issue, sign_up: SignUp, mailoutbox: list[Any]
) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    sign_up(weekly)
    do(somebody(roles.EDITOR), issue, "test")
    (mail,) = mailoutbox
    assert mail.to == ["editor@example.com"]
    assert not Delivery.objects.exists()


def test_an_issue_that_mail_programs_would_cut_off_is_not_approved(
    newsroom: Any, weekly: Newsletter, issue: Issue
) -> None:
    course.back_to_draft(issue)
    issue.body = [("text", "<p>" + "word " * 30_000 + "</p>")]
    issue.save()
    page = do(somebody(roles.EDITOR), issue, "approve")
    assert "100 kB" in page.content.decode()
    assert Issue.objects.get().state == "draft"


@pytest.mark.parametrize("who", [roles.REPORTER, None])
def test_nobody_else_gets_there(issue: Issue, who: str | None) -> None:
    client = somebody(who) if who else Client()
    for address in ("", "look/visitor/"):
        answer = client.get(f"/admin/newsletters/issue/{issue.pk}/{address}")
        assert answer.status_code in (302, 403)
    do(client, issue, "back")
    assert Issue.objects.get().state == "approved"


def test_the_admin_lists_and_forms_open(weekly: Newsletter, issue: Issue, sign_up: SignUp) -> None:
    sign_up(weekly)
    course.back_to_draft(issue)
    admin = signed_in(reader("irene@example.com", is_staff=True, is_superuser=True))
    for model in ("newsletter", "issue", "recipient"):
        assert admin.get(f"/admin/snippets/newsletters/{model}/").status_code == 200
    assert admin.get(f"/admin/snippets/newsletters/issue/edit/{issue.pk}/").status_code == 200
    assert admin.get("/admin/snippets/newsletters/newsletter/add/").status_code == 200
    assert admin.get("/admin/snippets/newsletters/recipient/add/").status_code in (302, 403)


def test_what_readers_have_is_not_deleted_by_any_door(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    admin = signed_in(reader("irene@example.com", is_staff=True, is_superuser=True))
    Issue.objects.update(began_at=timezone.now())
    sign_up(weekly)
    for model, kept in (("newsletter", weekly), ("issue", issue)):
        bulk = f"/admin/bulk/newsletters/{model}/delete/?id={kept.pk}"
        for address in (f"/admin/snippets/newsletters/{model}/delete/{kept.pk}/", bulk):
            admin.post(address)
            assert type(kept).objects.filter(pk=kept.pk).exists(), address
    Issue.objects.update(began_at=None)
    admin.post(f"/admin/snippets/newsletters/issue/delete/{issue.pk}/")
    assert not Issue.objects.exists()


@pytest.mark.parametrize("state", ["approved", "sending", "sent"])
def test_what_is_approved_is_not_changed_unseen(issue: Issue, state: str) -> None:
    Issue.objects.update(state=state)
    issue.subject = "Something else"
    with pytest.raises(ValidationError, match="back to a draft"):
        issue.clean()
    Issue.objects.update(state="stopped")
    issue.clean()


def test_staff_see_how_a_list_grows(weekly: Newsletter, issue: Issue, sign_up: SignUp) -> None:
    vera = sign_up(weekly)
    sign_up(weekly, "olga@example.com")
    joining.leave(vera, weekly, "/")
    now = timezone.now()
    assert [count for _, count in growth.weeks(weekly, now)] == [0] * (growth.WEEKS - 1) + [1]
    page = somebody(roles.SUBSCRIPTION_STAFF).get(f"/admin/newsletters/list/{weekly.pk}/")
    assert "<svg" in page.content.decode()


def test_after_three_months_the_rows_of_mails_go_and_their_counts_stay(
    weekly: Newsletter, issue: Issue, sign_up: SignUp
) -> None:
    for name in ("vera", "olga", "nora"):
        sign_up(weekly, f"{name}@example.com")
    course.begin(issue, timezone.now())
    Delivery.objects.update(state=Delivery.State.SENT, subject=0)
    Delivery.objects.filter(recipient__email="vera@example.com").update(ended="left")
    course.end(issue, timezone.now())
    staff = somebody(roles.SUBSCRIPTION_STAFF)
    pages = [f"/admin/newsletters/issue/{issue.pk}/", f"/admin/newsletters/list/{weekly.pk}/"]
    before = [shown(staff, page) for page in pages]
    forget_mails.call()
    assert Delivery.objects.count() == 3
    Issue.objects.update(ended_at=timezone.now() - KEPT)
    for _ in range(2):
        forget_mails.call()
        assert not Delivery.objects.exists()
        assert [shown(staff, page) for page in pages] == before
    assert before[0] == ["<td>3</td>", "<td>1</td>", "<td>0.0 %</td>"]


def shown(client: Client, page: str) -> list[str]:
    """The figures of a page."""
    return re.findall(r"<td>[^<]*</td>", client.get(page).content.decode())
