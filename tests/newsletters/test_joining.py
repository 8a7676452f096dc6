"""How somebody gets on a list and off it, by what they do in a browser and in their mailbox."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.signals import email_changed, email_confirmed
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.newsletters import joining
from broadsheet.newsletters.links import Asked, Mail, seal_asked, seal_mail
from broadsheet.newsletters.models import Consent, Membership, Newsletter, Recipient
from broadsheet.readers.models import Reader
from tests.newsletters.conftest import SignUp
from tests.people import reader
from tests.shelf.conftest import signed_in

VERA = "vera@example.com"
pytestmark = pytest.mark.django_db


def ask(weekly: Newsletter, email: str = VERA, **more: Any) -> Any:
    form = {"newsletters": weekly.pk, "email": email, "next": "/us/world/a-story/"}
    headers = more.pop("headers", {})
    return Client().post("/newsletters/join/", form | more, headers=headers)


def link_in_the_letter() -> str:
    found = re.search(r"http://[^/]+(/newsletters/confirm/\S+)", Letter.objects.get().text)
    assert found is not None
    return found[1]


def state(weekly: Newsletter, email: str = VERA) -> str:
    return Membership.objects.get(recipient__email=email, newsletter=weekly).state


def test_a_visitor_gets_it_once_they_pressed_the_button_in_their_mailbox(
    weekly: Newsletter,
) -> None:
    answer = ask(weekly)
    assert answer.status_code == 302
    assert answer["Location"] == "/newsletters/asked/"
    assert state(weekly) == "asked"
    page = Client().get(link_in_the_letter())
    assert "The Fold" in page.content.decode()
    assert state(weekly) == "asked"  # programs that open links confirm nobody
    done = Client().post(link_in_the_letter())
    assert done.status_code == 200
    assert state(weekly) == "joined"
    asked, confirmed = Consent.objects.order_by("pk")
    assert (asked.act, asked.form) == ("asked", "/us/world/a-story/")
    assert (confirmed.act, confirmed.form) == ("confirmed", "/newsletters/confirm/")
    assert "by the link in every mail" in confirmed.wording
    assert confirmed.version == joining.VERSION


def test_a_signed_in_reader_needs_no_letter(weekly: Newsletter) -> None:
    answer = signed_in(reader("ana@example.com")).post(
        "/newsletters/join/", {"newsletters": weekly.pk, "next": "/us/"}
    )
    assert "/newsletters/preferences/" in answer["Location"]
    assert state(weekly, "ana@example.com") == "joined"
    assert not Letter.objects.exists()


def test_an_account_leads_to_its_newsletters(weekly: Newsletter) -> None:
    stranger = Client().get("/account/newsletters/")
    assert stranger["Location"].startswith("/account/login/")
    vera = signed_in(reader(VERA))
    assert "/account/newsletters/" in vera.get("/account/").content.decode()
    page = vera.get("/account/newsletters/", follow=True).content.decode()
    assert "The Fold" in page
    assert not Membership.objects.exists()


def test_an_account_whose_address_nobody_confirmed_needs_the_letter(weekly: Newsletter) -> None:
    unconfirmed = Reader.objects.create_user("ana@example.com", "x")
    answer = signed_in(unconfirmed).post(
        "/newsletters/join/", {"newsletters": weekly.pk, "email": "ana@example.com"}
    )
    assert answer["Location"] == "/newsletters/asked/"
    assert state(weekly, "ana@example.com") == "asked"
    assert Letter.objects.get().to == "ana@example.com"


def test_an_address_on_lists_becomes_the_account_s(weekly: Newsletter, sign_up: SignUp) -> None:
    before = sign_up(weekly, "ana@example.com")
    ana = reader("ana@example.com")
    assert joining.recipient_of(ana) == before
    before.refresh_from_db()
    assert before.reader == ana


def test_lists_follow_an_account_s_address(weekly: Newsletter, sign_up: SignUp) -> None:
    ana = reader("ana@example.com")
    joining.join(ana, weekly, "/")
    ana.email = "ana@new.example"
    ana.save()
    email_changed.send(sender=Reader, request=None, user=ana)
    assert Recipient.objects.get().email == "ana@new.example"
    sign_up(weekly, "luis@example.com")
    luis = reader("luis@example.com")
    confirmed = luis.emailaddress_set.get()  # type: ignore[attr-defined]
    email_confirmed.send(sender=Reader, request=None, email_address=confirmed)
    assert luis.recipient.email == "luis@example.com"
    luis.delete()
    assert Recipient.objects.count() == 1


def test_what_nobody_confirms_is_forgotten(weekly: Newsletter, sign_up: SignUp) -> None:
    ask(weekly, "nobody@example.com")
    sign_up(weekly)
    joining.forget_unconfirmed.call()
    assert Recipient.objects.count() == 2
    Recipient.objects.update(created_at=timezone.now() - timedelta(days=15))
    joining.forget_unconfirmed.call()
    assert Recipient.objects.get().email == VERA


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param("", id="none"),
        pytest.param("vera", id="no address"),
        pytest.param("vera@example", id="no domain"),
        pytest.param("vera@example.com\nBcc: all@example.com", id="another header"),
        pytest.param("vera@example.com\r\nBcc: all@example.com", id="another header, CRLF"),
        pytest.param("vera@" + "x" * 400 + ".com", id="too long"),
        pytest.param("vérá@example.com", id="a name few servers take"),
        pytest.param("a@b@example.com", id="two at signs"),
    ],
)
def test_what_is_no_address_is_said_to_be_none(weekly: Newsletter, bad: str) -> None:
    answer = ask(weekly, bad)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Recipient.objects.exists()
    assert not Letter.objects.exists()


def test_a_domain_in_any_script_is_written_as_mail_servers_want_it(weekly: Newsletter) -> None:
    ask(weekly, "vera@bücher.example")
    assert Letter.objects.get().to == "vera@xn--bcher-kva.example"


def test_nobody_learns_who_is_on_a_list(weekly: Newsletter, sign_up: SignUp) -> None:
    sign_up(weekly)
    known, unknown = ask(weekly), ask(weekly, "nobody@example.com")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert state(weekly) == "joined"


def test_one_address_gets_one_letter_however_often_it_is_entered(weekly: Newsletter) -> None:
    for _ in range(3):
        assert ask(weekly).status_code == 302
    assert Letter.objects.count() == 1


def test_a_robot_that_fills_in_everything_has_nothing_done(weekly: Newsletter) -> None:
    answer = ask(weekly, website="https://robot.example")
    assert answer["Location"] == "/newsletters/asked/"
    assert not Recipient.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
def test_another_site_s_form_joins_nobody(weekly: Newsletter, headers: dict[str, str]) -> None:
    assert ask(weekly, headers=headers).status_code == 403
    assert not Recipient.objects.exists()


def test_a_list_that_is_not_offered_cannot_be_asked_for(weekly: Newsletter) -> None:
    Newsletter.objects.update(offered=False)
    assert ask(weekly).status_code == 422
    assert ask(weekly, newsletters="99").status_code == 422
    assert ask(weekly, newsletters="9" * 30).status_code == 422
    assert ask(weekly, newsletters="x").status_code == 422


def test_what_reports_us_as_unwanted_is_never_written_to(
    weekly: Newsletter, sign_up: SignUp
) -> None:
    vera = sign_up(weekly)
    joining.refuse(vera, Recipient.Refused.COMPLAINED, timezone.now())
    assert state(weekly) == "left"
    assert ask(weekly).status_code == 302
    assert not Letter.objects.exists()
    assert joining.confirm(Asked(vera.key, (weekly.pk,)), "/") == []


# Links


@pytest.mark.parametrize("page", ["confirm", "leave", "preferences", "to"])
@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 3000, "%00", "é"])
def test_a_link_that_we_did_not_sign_does_nothing(page: str, token: str) -> None:
    for ask_it in (Client().get, Client().post):
        assert ask_it(f"/newsletters/{page}/{token}/").status_code in (404, 405)


def test_a_link_that_is_cut_off_or_changed_does_nothing(
    weekly: Newsletter, sign_up: SignUp
) -> None:
    vera, other = sign_up(weekly), sign_up(weekly, "olga@example.com")
    good = seal_mail(Mail(vera.key, weekly.pk))
    for bad in (good[:-1], good[1:], good.replace(vera.key.hex, other.key.hex)):
        assert Client().post(f"/newsletters/leave/{bad}/").status_code == 404
    assert state(weekly, "olga@example.com") == "joined"


def test_a_sign_up_is_confirmed_within_a_week(
    weekly: Newsletter, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = seal_asked(Asked(sign_up(weekly).key, (weekly.pk,)))
    monkeypatch.setattr("broadsheet.newsletters.links.CONFIRMED_WITHIN", -1)
    answer = Client().post(f"/newsletters/confirm/{token}/")
    assert answer.status_code == 410
    assert "too old" in answer.content.decode()


def test_a_link_for_one_thing_does_no_other(weekly: Newsletter, sign_up: SignUp) -> None:
    vera = sign_up(weekly)
    asked = seal_asked(Asked(vera.key, (weekly.pk,)))
    assert Client().post(f"/newsletters/leave/{asked}/").status_code == 404
    mail = seal_mail(Mail(vera.key, weekly.pk))
    assert Client().post(f"/newsletters/confirm/{mail}/").status_code == 404


# Leaving


def leave_url(recipient: Recipient, newsletter: Newsletter) -> str:
    return f"/newsletters/leave/{seal_mail(Mail(recipient.key, newsletter.pk))}/"


def test_opening_the_link_leaves_nothing_and_its_button_does(
    weekly: Newsletter, sign_up: SignUp
) -> None:
    url = leave_url(sign_up(weekly), weekly)
    assert Client().get(url).status_code == 200
    assert Client().head(url).status_code == 200
    assert state(weekly) == "joined"
    page = Client().post(url)
    assert "no longer" in page.content.decode()
    assert state(weekly) == "left"
    assert Consent.objects.first().act == "left"  # type: ignore[union-attr]


def test_a_mail_program_s_own_button_needs_no_sign_in(weekly: Newsletter, sign_up: SignUp) -> None:
    """RFC 8058, section 3.2."""
    url = leave_url(sign_up(weekly), weekly)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(url, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
    assert state(weekly) == "left"


def test_whoever_leaves_twice_has_left(weekly: Newsletter, sign_up: SignUp) -> None:
    url = leave_url(sign_up(weekly), weekly)
    assert [Client().post(url).status_code for _ in range(2)] == [200, 200]
    assert Consent.objects.filter(act="left").count() == 1


# Choosing


def preferences(recipient: Recipient) -> str:
    return "/" + joining.preferences_url(recipient).split("/", 3)[3]


def test_a_pause_ends_by_itself(weekly: Newsletter, sign_up: SignUp) -> None:
    vera = sign_up(weekly)
    Client().post(preferences(vera), {"newsletter": weekly.pk, "do": "pause"})
    assert state(weekly) == "paused"
    joining.end_pauses(timezone.now() + timedelta(days=29))
    assert state(weekly) == "paused"
    joining.end_pauses(timezone.now() + timedelta(days=31))
    assert state(weekly) == "joined"


def test_the_page_of_choices_joins_leaves_and_goes_on(
    newsroom: Any, weekly: Newsletter, sign_up: SignUp
) -> None:
    other = Newsletter.objects.create(edition=newsroom.us, name="Other", slug="other")
    page = preferences(sign_up(weekly))
    for do, newsletter, then in (
        ("pause", weekly, "paused"),
        ("go_on", weekly, "joined"),
        ("leave", weekly, "left"),
        ("join", weekly, "joined"),
        ("join", other, "joined"),
    ):
        assert Client().post(page, {"newsletter": newsletter.pk, "do": do}).status_code == 302
        assert state(newsletter) == then
    shown = Client().get(page).content.decode()
    assert "v…@example.com" in shown
    assert VERA not in shown  # mail is forwarded, and this link with it


def test_a_link_joins_no_list_that_is_not_offered(
    newsroom: Any, weekly: Newsletter, sign_up: SignUp
) -> None:
    page = preferences(sign_up(weekly))
    hidden = Newsletter.objects.create(
        edition=newsroom.us, name="Inside", slug="inside", offered=False
    )
    form = {"newsletter": hidden.pk, "do": "join"}
    assert Client().post(page, form).status_code == 404
    assert "Inside" not in Client().get(page).content.decode()
    Newsletter.objects.update(offered=False)
    own = {"newsletter": weekly.pk, "do": "leave"}
    assert Client().post(page, own).status_code == 302  # whoever is on one still leaves it
    assert state(weekly) == "left"


def test_any_number_of_lists_is_confirmed_at_once(newsroom: Any, weekly: Newsletter) -> None:
    lists = [
        Newsletter.objects.create(edition=newsroom.us, name=f"N{n}", slug=f"n{n}")
        for n in range(150)
    ]
    ask(weekly, newsletters=[each.pk for each in lists])
    assert Client().post(link_in_the_letter()).status_code == 200
    assert Membership.objects.filter(state="joined").count() == 150


def test_whoever_never_confirmed_joins_nothing_by_a_link(weekly: Newsletter) -> None:
    ask(weekly)
    stranger = Recipient.objects.get()
    Client().post(preferences(stranger), {"newsletter": weekly.pk, "do": "join"})
    assert state(weekly) == "asked"


@pytest.mark.parametrize(
    "form", [{}, {"newsletter": "x"}, {"newsletter": "1" * 40}, {"do": "leave"}]
)
def test_a_form_that_is_none_of_ours_is_not_found(
    weekly: Newsletter, sign_up: SignUp, form: dict[str, str]
) -> None:
    assert Client().post(preferences(sign_up(weekly)), form).status_code == 404
    assert state(weekly) == "joined"
