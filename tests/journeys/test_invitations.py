"""An owner gives a seat to somebody who has no account yet, and both read."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.conftest import LivePaper
from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Newcomers
from tests.journeys.post import Postbox, text_of

LINK = re.compile(r"https?://[^\s/]+(/invitation/[\w-]+/)(?!decline)")


@pytest.fixture
def postbox(paper: LivePaper) -> Postbox:
    return Postbox(paper)


def invitation_for(postbox: Postbox, address: str) -> str:
    """The path of the link in the letter that has come for an address."""
    found = LINK.search(text_of(postbox.letter_for(address)))
    assert found, f"no invitation in the mail for {address}"
    return found[1]


@with_and_without_scripts
def test_an_owner_invites_somebody_without_an_account_and_both_read(
    laptop: Device, phone: Device, newcomers: Newcomers, postbox: Postbox, story: Story
) -> None:
    owner, member = newcomers.subscribe("premium")
    address = f"{uuid.uuid4()}@example.com"

    page = laptop.signs_in(owner).opens(f"/account/seats/?next={story.path}").page
    laptop.row_of(member.email).get_by_role("link", name="Take this seat back").click()
    page.get_by_role("button", name="Take the seat back").click()
    expect(page.get_by_role("status")).to_contain_text(f"{member.email} is free again")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(f"{address} is invited")
    expect(laptop.row_of(address)).to_contain_text("the seat is kept until")
    page.get_by_role("link", name="Back to the story").click()
    laptop.has_come_to(story.path).reads(story)

    page = phone.opens(invitation_for(postbox, address)).page
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("Email")).to_have_value(address)
    page.get_by_label("Password").fill("a-long-enough-one-3")
    page.get_by_role("button", name="Create an account", exact=True).click()
    page.get_by_label("Code").fill(postbox.code_for(address))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are invited")
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("The seat is yours")

    phone.opens(story).reads(story)
    laptop.opens(story).reads(story).sees_no_dialog()
    phone.sees_no_dialog()


@with_and_without_scripts
def test_a_reader_finds_an_invitation_in_their_account_without_the_letter(
    laptop: Device, phone: Device, newcomers: Newcomers, story: Story
) -> None:
    owner, member = newcomers.subscribe("premium")
    (invited,) = newcomers.subscribe("free")
    page = laptop.signs_in(owner).opens("/account/seats/").page
    laptop.row_of(member.email).get_by_role("link", name="Take this seat back").click()
    page.get_by_role("button", name="Take the seat back").click()
    page.get_by_label("E-mail address").fill(invited.email)
    page.get_by_role("button", name="Invite", exact=True).click()

    page = phone.signs_in(invited).opens("/account/").page
    page.get_by_role("button", name=re.compile("Accept")).click()
    expect(page.get_by_role("status")).to_contain_text("The seat is yours")
    phone.opens(story).reads(story)
