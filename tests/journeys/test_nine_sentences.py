"""What the paper says when one subscription is open on two devices, sentence by sentence."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.devices import (
    IN_VIEW,
    TOLD_WITHIN,
    Device,
    Story,
    with_and_without_scripts,
    without_scripts,
)
from tests.journeys.newcomers import Account, Newcomers

# 1 -----------------------------------------------------------------------------------------


@with_and_without_scripts
def test_the_paper_knows_within_seconds_that_two_devices_read_and_says_which_and_since_when(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    phone.signs_in(ana)
    laptop.signs_in(ana)
    opened = time.time()
    phone.opens(story).reads(story)
    laptop.opens(story).sees_the_dialog("Firefox on Android")
    assert time.time() - opened < 2 * TOLD_WITHIN
    laptop.has_nothing_of(story)
    since = laptop.wall.locator("#wall-title time")
    at = datetime.fromisoformat(since.get_attribute("datetime") or "")
    assert abs(at.timestamp() - opened) < TOLD_WITHIN
    local = at.astimezone(ZoneInfo("America/New_York"))
    expect(since).to_have_text(f"{local:%H:%M}")


def test_the_device_that_reads_is_not_disturbed_by_the_question(
    contested: Story, phone: Device
) -> None:
    phone.is_heard(2).reads(contested)


# 2 -----------------------------------------------------------------------------------------


@with_and_without_scripts
def test_adding_a_reader_is_offered_first_and_leads_to_premium(
    contested: Story, laptop: Device
) -> None:
    first = laptop.wall.locator("a, button, summary").first
    expect(first).to_have_text("Add a reader")
    first.click()
    laptop.has_come_to("/subscribe/premium/")
    expect(laptop.page.get_by_role("heading", level=1)).to_contain_text("Premium")
    expect(laptop.page.locator(".bill-today")).to_contain_text("To pay today")
    expect(laptop.page.get_by_label("Who reads with you?")).to_be_visible()
    laptop.page.get_by_role("link", name="Back to the story").click()
    laptop.has_come_to(contested.path)


# 3 -----------------------------------------------------------------------------------------


@with_and_without_scripts
def test_the_button_says_beforehand_what_it_does_to_the_other_device(
    contested: Story, laptop: Device
) -> None:
    line = laptop.wall.locator("form[action='/-/seat/take-over']")
    expect(line.get_by_role("button")).to_have_text("Read here")
    expect(line).to_contain_text("Firefox on Android can no longer read")


def test_taking_over_tells_the_other_device_within_a_second(
    phone: Device,
    laptop: Device,
    ana: Account,
    story: Story,
    record_property: Callable[[str, object], None],
) -> None:
    laptop.signs_in(ana)
    phone.beats_every(60).signs_in(ana).opens(story).reads(story).is_heard()
    laptop.opens(story).sees_the_dialog()
    pressed = time.monotonic()
    laptop.take_over_button.click()
    phone.dialog.wait_for(state="visible")
    took = time.monotonic() - pressed
    record_property("told_after_seconds", round(took, 2))
    assert took < TOLD_WITHIN
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(story)
    laptop.reads(story).is_heard(2).reads(story)


def test_where_no_stream_of_events_comes_through_the_next_beat_tells(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.page.add_init_script("delete window.EventSource")
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(story)


@without_scripts
def test_without_scripts_the_other_device_is_told_at_its_next_page(
    contested: Story, phone: Device, laptop: Device, other_story: Story
) -> None:
    laptop.takes_over(contested)
    phone.reads(contested)  # what stands there cannot be taken back; the next page can
    phone.opens(other_story).sees_the_dialog("Chrome on Linux").has_nothing_of(other_story)


# 4, 5, 6 -----------------------------------------------------------------------------------


@with_and_without_scripts
def test_why_opens_and_says_one_device_at_a_time_premium_and_an_address_for_each(
    contested: Story, laptop: Device
) -> None:
    laptop.asks_why()
    why = laptop.wall.locator("details")
    expect(why).to_contain_text(re.compile("one device at a time", re.IGNORECASE))
    expect(why).to_contain_text("Two browsers on one computer count as two devices")
    expect(why).to_contain_text(re.compile(r"Premium.*second reader"))
    expect(why).to_contain_text("your own e-mail address")
    expect(why).to_contain_text("a note stands above every story on both")


def test_two_readers_of_premium_read_at_the_same_time_and_never_see_the_dialog(
    phone: Device, laptop: Device, newcomers: Newcomers, stories: list[Story]
) -> None:
    owner, member = newcomers.subscribe("premium")
    phone.signs_in(owner).opens(stories[0]).reads(stories[0])
    laptop.signs_in(member).opens(stories[0]).reads(stories[0])
    phone.is_heard(2)
    laptop.is_heard(2)
    for each in (phone, laptop):
        each.reads(stories[0])
        each.opens(stories[1]).reads(stories[1]).is_heard().sees_no_dialog()


# 7 -----------------------------------------------------------------------------------------


def changes_the_password(device: Device, account: Account, new: str) -> None:
    """By the link in the wall, and the form behind it."""
    device.wall.get_by_role("link", name="Change your password").click()
    page = device.page
    page.get_by_label("Current Password").fill(account.password)
    page.get_by_label("New Password", exact=True).fill(new)
    page.get_by_label("New Password (again)").fill(new)
    page.get_by_role("button", name="Change Password").click()
    device.has_come_to("/account/devices/")


@with_and_without_scripts
def test_a_new_password_ends_the_other_devices_session_lease_and_pass_at_once(
    contested: Story,
    phone: Device,
    laptop: Device,
    ana: Account,
    story: Story,
    new_device: Callable[..., Device],
) -> None:
    copied = phone.context.storage_state()
    changes_the_password(laptop, ana, "quite-another-one-8")
    said = laptop.page.get_by_role("status")
    expect(said).to_contain_text("One other device was signed out")
    laptop.opens(story).reads(story)  # the lease is over: nothing to ask
    if phone.scripts:
        phone.sees_the_wall("subscribe").has_nothing_of(story)
    phone.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
    thief = new_device("copy of the phone", storage_state=copied)
    thief.opens(story).sees_the_wall("subscribe").has_nothing_of(story)
    phone.opens("/account/").has_come_to("/account/login/")


# 8 -----------------------------------------------------------------------------------------


@with_and_without_scripts
def test_two_overlaps_are_not_yet_sharing(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.takes_back(story)
    if laptop.scripts:
        laptop.sees_the_dialog("Firefox on Android")  # its page asked by itself: nobody contested
        phone.is_heard(2)
    for each in (other_story, story, other_story):
        phone.opens(each).reads(each)
        expect(phone.message).to_have_count(0)


@with_and_without_scripts
def test_after_three_overlaps_a_message_stands_on_both_devices_on_every_story(
    shared: Story, phone: Device, laptop: Device, other_story: Story
) -> None:
    laptop.opens(other_story).reads(other_story)
    laptop.carries_the_message("Firefox on Android")
    laptop.opens(shared).reads(shared)
    laptop.carries_the_message("Firefox on Android")
    phone.opens(other_story).sees_the_dialog()
    phone.carries_the_message("Chrome on Linux")
    phone.takes_over(other_story)
    phone.opens(shared).reads(shared)
    phone.carries_the_message("Chrome on Linux")


def test_the_message_cannot_be_dismissed_and_does_not_cover_the_text(
    shared: Story, laptop: Device, other_story: Story
) -> None:
    laptop.opens(other_story).reads(other_story)
    laptop.carries_the_message("Firefox on Android")
    expect(laptop.message.get_by_role("button")).to_have_text(["Both devices are mine"])
    laptop.page.keyboard.press("Escape")
    laptop.carries_the_message("Firefox on Android")
    note, text = laptop.message.bounding_box(), laptop.text.bounding_box()
    assert note
    assert text
    assert note["y"] + note["height"] <= text["y"]
    laptop.page.evaluate("() => scrollTo(0, document.body.scrollHeight / 2)")
    assert not laptop.message.evaluate(IN_VIEW)


@with_and_without_scripts
def test_the_message_is_gone_when_the_sharing_has_ended(
    shared: Story, phone: Device, laptop: Device, other_story: Story
) -> None:
    laptop.opens(other_story)
    laptop.carries_the_message("Firefox on Android")
    laptop.opens("/account/devices/")
    laptop.signs_out("Firefox on Android")
    laptop.opens(other_story).reads(other_story)
    expect(laptop.message).to_have_count(0)


@with_and_without_scripts
def test_the_message_is_not_shown_after_both_devices_are_mine(
    shared: Story, phone: Device, laptop: Device, other_story: Story
) -> None:
    laptop.opens(other_story)
    laptop.carries_the_message("Firefox on Android")
    laptop.message.get_by_role("button", name="Both devices are mine").click()
    laptop.reads(other_story)
    expect(laptop.message).to_have_count(0)
    laptop.opens(shared).reads(shared)
    expect(laptop.message).to_have_count(0)
    phone.opens(other_story).sees_the_dialog("Chrome on Linux")  # they still take turns
    expect(phone.message).to_have_count(0)


@with_and_without_scripts
def test_both_devices_are_mine_may_be_said_before_the_message_ever_comes(
    contested: Story, phone: Device, laptop: Device, other_story: Story
) -> None:
    laptop.wall.get_by_role("button", name="Both devices are mine").click()
    laptop.has_come_to(contested.path).sees_the_dialog("Firefox on Android")
    for device in (laptop, phone, laptop, phone):
        device.takes_back(contested)
    for each in (other_story, contested, other_story):
        phone.opens(each).reads(each)
        expect(phone.message).to_have_count(0)


# 9 -----------------------------------------------------------------------------------------


@with_and_without_scripts
def test_the_terms_can_be_read_from_the_dialog(contested: Story, laptop: Device) -> None:
    laptop.wall.get_by_role("link", name="Terms of the digital subscription").click()
    laptop.has_come_to("/terms/")
    expect(laptop.page.locator("main")).to_contain_text("One device at a time")
