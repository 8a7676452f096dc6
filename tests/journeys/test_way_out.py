"""The way out that the dialog offers: from two devices on one seat to two readers reading."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import expect

from tests.conftest import LivePaper
from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Account
from tests.journeys.post import Postbox, text_of

NEARLY_FIVE = re.compile(r"\$(5\.00|4\.99)")
LINK = re.compile(r"https?://\S+/invitation/\S+")
GOOD_CARD, DECLINED_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"


def pays_with(device: Device, card: str) -> None:
    """Fill in the till's form, and send it."""
    typed = {"name": "Ana Pérez", "number": card, "expiry": "12 / 40", "cvc": "123"}
    for name, value in typed.items():
        device.page.locator(f"[name={name}]").fill(value)
    device.page.locator("button[value=pay]").click()


def test_a_reader_on_basic_moves_to_premium_invites_a_second_and_both_read(
    paper: LivePaper,
    phone: Device,
    laptop: Device,
    tablet: Device,
    story: Story,
    other_story: Story,
    record_property: Callable[[str, object], None],
) -> None:
    ana = Account(paper.reader("basic")["email"])
    phone.signs_in(ana).opens(story).reads(story)
    laptop.signs_in(ana).opens(story).sees_the_dialog()
    began = time.monotonic()

    laptop.wall.get_by_role("link", name="Add a reader").click()
    laptop.has_come_to("/subscribe/premium/")
    # For the rest of a period that began when this paper was built, minutes ago.
    expect(laptop.page.locator(".bill-today")).to_contain_text(NEARLY_FIVE)
    postbox = Postbox(paper)
    laptop.page.get_by_label("Who reads with you?").fill("bea@broadsheet.example")
    laptop.page.get_by_label("I agree to the terms").check()
    laptop.page.get_by_role(
        "button", name=re.compile(rf"Change, and pay {NEARLY_FIVE.pattern}")
    ).click()
    laptop.has_come_to(story.path)

    invitation = postbox.letter_for("bea@broadsheet.example")
    found = LINK.search(text_of(invitation))
    assert found
    accept_invitation(tablet, postbox, found[0], "bea@broadsheet.example")
    record_property("seconds from the dialog to the second reader's seat", time.monotonic() - began)

    tablet.opens(other_story).reads(other_story)
    phone.opens(story).reads(story)
    tablet.opens(story).reads(story)
    phone.is_heard().reads(story)


def accept_invitation(device: Device, postbox: Postbox, link: str, address: str) -> None:
    """Somebody without an account: sign up, prove the address, take the seat."""
    page = device.opens(link).page
    page.get_by_role("link", name="Create an account").click()
    expect(page.locator("[name=email]")).to_have_value(address)
    page.locator("[name=password1]").fill("eleven-hands-on-one-loom")
    page.locator("main form button[type=submit]").first.click()
    page.locator("[name=code]").fill(postbox.code_for(address))
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("button", name=re.compile("Accept|Take")).first.click()
    expect(page.get_by_role("status")).to_be_visible()


@with_and_without_scripts
def test_whoever_has_nothing_to_change_pays_at_the_till_and_comes_back_to_the_story(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    phone.signs_in(ana).opens(story).reads(story)
    laptop.signs_in(ana).opens(story).sees_the_dialog()
    laptop.wall.get_by_role("link", name="Add a reader").click()
    laptop.has_come_to("/subscribe/premium/")
    expect(laptop.page.locator(".bill-today")).to_contain_text("$0.00")
    laptop.page.get_by_label("I agree to the terms").check()
    laptop.page.get_by_role("button", name="On to the demonstration till").click()
    expect(laptop.page.locator("body")).to_contain_text("Demonstration till")
    pays_with(laptop, GOOD_CARD)
    laptop.has_come_to(story.path)
    laptop.opens("/account/seats/")
    expect(laptop.page.locator("main")).to_contain_text("2 seats")


def test_a_declined_card_takes_nothing_and_another_one_can_be_tried(
    laptop: Device, ana: Account
) -> None:
    laptop.signs_in(ana).opens("/subscribe/basic/?period=year")
    laptop.page.get_by_label("I agree to the terms").check()
    laptop.page.get_by_role("button", name="On to the demonstration till").click()
    pays_with(laptop, DECLINED_CARD)
    expect(laptop.page.locator("[role=alert]")).to_be_visible()
    laptop.complaints.clear()  # the till answers 402
    pays_with(laptop, GOOD_CARD)
    laptop.has_come_to("/account/subscription/")
    expect(laptop.page.locator("main")).to_contain_text("$90.00 a year")


def test_where_the_reader_was_is_where_they_come_back_to(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana).opens(story).reads(story)
    laptop.page.evaluate("scrollTo({ top: 900, behavior: 'instant' })")
    phone.signs_in(ana).opens(story).sees_the_dialog().takes_over(story)
    laptop.sees_the_dialog().wall.get_by_role("link", name="Add a reader").click()
    laptop.page.get_by_label("I agree to the terms").check()
    laptop.page.get_by_role("button", name="On to the demonstration till").click()
    phone.closes_the_tab()
    laptop.waits_for_a_free_seat()
    pays_with(laptop, GOOD_CARD)
    laptop.has_come_to(story.path)
    laptop.reads(story)
    laptop.waits_until(
        lambda: abs(laptop.page.evaluate("scrollY") - 900) < 60, "the reader's place was lost"
    )
