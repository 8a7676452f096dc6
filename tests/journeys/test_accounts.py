"""Becoming a reader, signing in each way there is, and looking after one's devices."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.conftest import LivePaper
from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Account
from tests.journeys.post import Postbox

PASSKEYS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A phone or laptop that knows its owner's finger."""


@pytest.fixture
def postbox(paper: LivePaper) -> Postbox:
    return Postbox(paper)


@pytest.fixture
def for_readers(paper: LivePaper) -> str:
    """An article that any account opens."""
    return paper.article("registered")


def signs_in_by_the_page(device: Device, account: Account) -> None:
    page = device.page
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def path_of(url: str, paper: LivePaper) -> str:
    return url.removeprefix(paper.url)


# --- coming in -----------------------------------------------------------------------------


@with_and_without_scripts
def test_a_visitor_becomes_a_reader_with_a_code_from_the_mail_and_is_back_at_the_story(
    phone: Device, paper: LivePaper, postbox: Postbox, for_readers: str
) -> None:
    address = f"{uuid.uuid4()}@example.com"
    page = phone.opens(for_readers).sees_the_wall("register").page
    phone.wall.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill("a-long-enough-one-3")
    page.get_by_role("button", name="Create an account", exact=True).click()
    page.get_by_label("Code").fill(postbox.code_for(address))
    page.get_by_role("button", name="Confirm").click()
    phone.has_come_to(path_of(for_readers, paper)).sees_no_dialog()
    expect(page.locator("#story[data-access=full]")).to_be_visible()


@with_and_without_scripts
def test_a_subscriber_signs_in_by_password_from_the_wall_and_is_back_at_the_story(
    phone: Device, ana: Account, story: Story
) -> None:
    phone.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
    phone.wall.get_by_role("link", name="Sign in").click()
    signs_in_by_the_page(phone, ana)
    phone.has_come_to(story.path).reads(story)


def test_a_wrong_password_is_said_and_lets_nobody_in(
    phone: Device, ana: Account, story: Story
) -> None:
    phone.opens("/account/login/")
    signs_in_by_the_page(phone, Account(ana.email, "not-this-one"))
    expect(phone.page.locator("main")).to_contain_text("not correct")
    phone.opens(story).sees_the_wall("subscribe").has_nothing_of(story)


@with_and_without_scripts
def test_a_subscriber_signs_in_with_a_code_from_the_mail(
    phone: Device, ana: Account, postbox: Postbox, story: Story
) -> None:
    page = phone.opens(story).page
    phone.wall.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Send me a code by e-mail").click()
    page.get_by_label("Email").fill(ana.email)
    page.get_by_role("button", name=re.compile("code", re.IGNORECASE)).click()
    page.get_by_label("Code").fill(postbox.code_for(ana.email))
    page.get_by_role("button", name="Confirm").click()
    phone.has_come_to(story.path).reads(story)


def test_a_passkey_is_made_and_then_signs_its_reader_in(
    phone: Device, ana: Account, story: Story
) -> None:
    page = phone.page
    wallet = phone.context.new_cdp_session(page)
    wallet.send("WebAuthn.enable")
    made = wallet.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
    phone.signs_in(ana).opens("/account/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(ana.password)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label(re.compile("passwordless|passkey", re.IGNORECASE)).check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile(r"/account/2fa/(?!webauthn/add)"))
    kept = wallet.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert [one["isResidentCredential"] for one in kept["credentials"]] == [True]
    phone.posts("/account/logout/")
    phone.opens(story).sees_the_wall("subscribe")
    phone.wall.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    phone.has_come_to(story.path).reads(story)


@with_and_without_scripts
def test_signing_out_ends_reading_here_and_frees_the_seat_at_once(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    phone.opens("/account/").page.locator("main").get_by_role("button", name="Sign out").click()
    phone.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
    laptop.opens(story).reads(story)


# --- devices -------------------------------------------------------------------------------


@with_and_without_scripts
def test_the_devices_page_tells_them_apart_and_says_which_one_reads(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens("/account/devices/")
    expect(laptop.page.locator("main .rows > li")).to_have_count(2)
    expect(laptop.row_of("Firefox on Android")).to_contain_text("Reading now")
    expect(laptop.row_of("Firefox on Android")).not_to_contain_text("This device")
    expect(laptop.row_of("Chrome on Linux")).to_contain_text("This device")
    expect(laptop.row_of("Chrome on Linux")).not_to_contain_text("Reading now")


@with_and_without_scripts
def test_one_device_can_be_signed_out_from_another(
    phone: Device, laptop: Device, tablet: Device, ana: Account, story: Story
) -> None:
    tablet.signs_in(ana)
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens("/account/devices/").signs_out("Firefox on Android")
    expect(laptop.row_of("Firefox on Android")).to_have_count(0)
    if phone.scripts:
        phone.sees_the_wall("subscribe").has_nothing_of(story)
    phone.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
    tablet.opens(story).reads(story)
    laptop.opens("/account/").has_come_to("/account/")


@with_and_without_scripts
def test_every_other_device_can_be_signed_out_at_once(
    phone: Device, laptop: Device, tablet: Device, ana: Account, story: Story
) -> None:
    tablet.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    page = laptop.signs_in(ana).opens("/account/devices/").page
    page.get_by_role("button", name="Sign out every other device").click()
    expect(page.get_by_role("status")).to_contain_text("2 other devices are signed out")
    expect(page.locator("main .rows > li")).to_have_count(1)
    laptop.opens(story).reads(story)
    for other in (phone, tablet):
        other.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
