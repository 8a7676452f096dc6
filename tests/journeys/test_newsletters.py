"""From the box in a story to the mail, and out of it again."""

import re
import uuid

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import LivePaper
from tests.journeys import books
from tests.journeys.devices import Device, with_and_without_scripts
from tests.journeys.newcomers import Account
from tests.journeys.post import Postbox, text_of

TWO_MINUTES = 120.0
"""Issues begin with the minute, and mails leave in the background."""


@pytest.fixture
def postbox(paper: LivePaper) -> Postbox:
    return Postbox(paper)


def box_of(page: Page) -> Locator:
    return page.locator("form.newsletter-form").first


def link_to(letter: str, page: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/newsletters/{page}/\S+)", letter)
    assert found, letter
    return found[1]


def shows(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


@with_and_without_scripts
def test_a_visitor_joins_by_the_box_in_a_story_and_the_button_behind_the_letter_s_link(
    phone: Device, paper: LivePaper, postbox: Postbox
) -> None:
    address = f"{uuid.uuid4()}@example.com"
    page = phone.opens(paper.article("free")).page
    box_of(page).get_by_label("E-mail address").fill(address)
    page.keyboard.press("Enter")
    shows(page, "Look into your mailbox")
    letter = text_of(postbox.letter_for(address))
    phone.opens(link_to(letter, "confirm"))
    page.get_by_role("button", name="Yes, send it to me").click()
    shows(page, "You are on the list")


@with_and_without_scripts
def test_a_signed_in_reader_joins_by_one_button_pauses_goes_on_and_leaves(
    laptop: Device, ana: Account, paper: LivePaper
) -> None:
    page = laptop.signs_in(ana).opens(paper.article("free")).page
    box_of(page).get_by_role("button", name="Send it to me").click()
    shows(page, "Your newsletters")
    laptop.opens("/account/").page.get_by_role("link", name="See your newsletters").click()
    row = page.locator(".rows > li").filter(has=page.get_by_role("button", name="Leave it"))
    for button, next_one in (
        ("Pause for a month", "Send it again"),
        ("Send it again", "Pause for a month"),
    ):
        row.get_by_role("button", name=button).click()
        expect(row.get_by_role("button", name=next_one)).to_be_visible()
    row.get_by_role("button", name="Leave it").click()
    expect(page.get_by_role("button", name="Leave it")).to_have_count(0)


def test_an_editor_approves_an_issue_and_its_reader_leaves_by_its_link(
    laptop: Device, phone: Device, ana: Account, paper: LivePaper, postbox: Postbox
) -> None:
    editor = Account(f"{uuid.uuid4()}@example.com")
    draft = books.write(paper.folder, "issue_book", editor.email, ana.email)
    desk = f"/admin/newsletters/issue/{draft}/"
    page = laptop.signs_in(editor).opens(desk).page
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("main")).to_contain_text("Approved. It goes at its time.")
    mail = postbox.letter_for(ana.email, patience=TWO_MINUTES)
    assert mail["Subject"] == "What we know by noon"
    reader = phone.opens(link_to(text_of(mail), "leave")).page
    shows(reader, "Leave From the desk?")
    reader.get_by_role("button", name="Leave it").click()
    shows(reader, "You get From the desk no longer")
    laptop.opens(desk)
    expect(page.locator("main")).to_contain_text("Left by its link")
