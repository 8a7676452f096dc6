"""A pass is no good from the request after its right has gone, copies of it included."""

import pytest

from tests.leaks.client import Answer, Browser
from tests.leaks.conftest import Readers, csrf, token
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks
from tests.people import PASSWORD

NEW_PASSWORD = "a-better-word-9"


def stolen(browser: Browser) -> Browser:
    """The pass and the device alone, copied before anything happened."""
    return browser.copy(bs_session="")


def closed_to(answer: Answer, marks: Marks) -> bool:
    assert answer.status == 200
    assert answer.access.startswith("preview; "), answer.access
    assert not marks.leak(answer.content)
    return True


def change_password(browser: Browser) -> Answer:
    page = browser.ask("/account/password/change/")
    fields = {
        "csrfmiddlewaretoken": csrf(page),
        "oldpassword": PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }
    return browser.post("/account/password/change/", fields)


def test_a_device_that_signs_out_keeps_nothing(readers: Readers, closed: str, marks: Marks) -> None:
    browser = readers.device("basic")
    assert browser.ask(closed).whole
    before, copied = stolen(browser), browser.copy()
    page = browser.ask("/account/logout/")
    browser.post("/account/logout/", {"csrfmiddlewaretoken": csrf(page)})
    assert "bs_pass" not in browser.cookies
    assert "bs_lease" not in browser.cookies
    for one in (browser, before, copied):
        assert closed_to(one.ask(closed), marks)


def test_a_device_signed_out_from_another_keeps_nothing(
    readers: Readers, closed: str, for_accounts: str, marks: Marks
) -> None:
    _, here, there = readers.pair()
    assert there.ask(closed).whole
    before = stolen(there)
    page = here.ask("/account/devices/")
    here.post("/account/devices/sign-out-others/", {"csrfmiddlewaretoken": csrf(page)})
    for path in (closed, for_accounts):
        assert closed_to(there.copy().ask(path), marks)
        assert closed_to(before.copy().ask(path), marks)
    assert here.ask(closed).access == "granted; reason=lease"


def test_a_new_password_closes_the_paper_on_every_other_device(
    readers: Readers, closed: str, for_accounts: str, marks: Marks
) -> None:
    _, here, there = readers.pair()
    assert there.ask(closed).whole
    before = stolen(there)
    assert change_password(here).status == 302
    for path in (closed, for_accounts):
        assert closed_to(there.copy().ask(path), marks)
        assert closed_to(before.copy().ask(path), marks)
    assert here.ask(closed).access == "granted; reason=lease"


def test_a_password_set_by_staff_closes_the_paper_on_every_device(
    readers: Readers, desk: Desk, closed: str, marks: Marks
) -> None:
    email = readers.new("basic")
    browser = readers.sign_in(email)
    assert browser.ask(closed).whole
    before = stolen(browser)
    desk("password", email, NEW_PASSWORD)
    for one in (before, browser):
        assert closed_to(one.ask(closed), marks)


def test_a_seat_that_was_taken_away_opens_nothing(
    readers: Readers, desk: Desk, closed: str, for_accounts: str, marks: Marks
) -> None:
    owner = readers.new("premium")
    member = readers.new("premium", owner)
    browser = readers.sign_in(member)
    assert browser.ask(closed).whole
    before = stolen(browser)
    desk("take_seat", member)
    for one in (before, browser):
        assert closed_to(one.ask(closed), marks)
    assert browser.ask(for_accounts).access == "granted; reason=registered"
    desk("give_seat", member, owner)
    assert browser.ask(closed).access == "granted; reason=lease"


def test_a_subscription_that_has_ended_opens_nothing(
    readers: Readers, desk: Desk, closed: str, marks: Marks
) -> None:
    email = readers.new("basic")
    browser = readers.sign_in(email)
    assert browser.ask(closed).whole
    before = stolen(browser)
    desk("end_subscription", email)
    for one in (before, browser):
        assert closed_to(one.ask(closed), marks)


@pytest.mark.parametrize("plan", ["basic", "", "premium"])
def test_an_account_that_staff_have_closed_opens_nothing(
    readers: Readers, desk: Desk, closed: str, for_accounts: str, marks: Marks, plan: str
) -> None:
    owner = readers.new("premium") if plan == "premium" else ""
    email = readers.new(plan, owner)
    browser = readers.sign_in(email)
    assert browser.ask(for_accounts).whole
    assert browser.ask(closed).whole == bool(plan)
    before = stolen(browser)
    desk("close_account", email)
    for path in (closed, for_accounts):
        assert closed_to(before.copy().ask(path), marks), path
        assert closed_to(browser.copy().ask(path), marks), path


@pytest.mark.parametrize("plan", ["basic", "", "premium"])
def test_an_account_that_was_deleted_opens_nothing(
    readers: Readers, desk: Desk, closed: str, for_accounts: str, marks: Marks, plan: str
) -> None:
    owner = readers.new("premium") if plan == "premium" else ""
    email = readers.new(plan, owner)
    browser = readers.sign_in(email)
    assert browser.ask(for_accounts).whole
    assert browser.ask(closed).whole == bool(plan)
    before = stolen(browser)
    desk("remove", email)
    for path in (closed, for_accounts):
        assert closed_to(before.copy().ask(path), marks), path
        assert closed_to(browser.copy().ask(path), marks), path


def test_a_displaced_device_has_the_preview_and_no_304(
    pair: tuple[Browser, Browser], closed: str, marks: Marks
) -> None:
    """Its browser may still hold the whole page: it must not be told that it is current."""
    here, there = pair
    whole = here.ask(closed)
    held = [("If-None-Match", whole.get("etag"))]
    assert here.ask(closed, heads=held).status == 304
    wall = there.ask(closed)
    assert there.script("take-over", token=token(wall), next=closed).status == 200
    assert there.ask(closed).whole
    displaced = here.ask(closed, heads=held)
    assert displaced.access == "preview; reason=in-use"
    assert closed_to(displaced, marks)


def test_a_lease_cookie_of_ones_own_making_gives_no_lease(
    pair: tuple[Browser, Browser], closed: str, marks: Marks
) -> None:
    here, there = pair
    assert here.ask(closed).whole
    for epoch in ("1", "2", "999999", "-1", "x"):
        assert closed_to(there.copy(bs_lease=epoch).ask(closed), marks)
        assert there.script("beat", epoch=epoch).status in (400, 410)
    assert here.ask(closed).access == "granted; reason=lease"
