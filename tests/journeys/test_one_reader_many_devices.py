"""A seat's day: put away, closed, taken over, slept through, and read in two tabs."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.devices import SOON, Device, Story, with_and_without_scripts, without_scripts
from tests.journeys.newcomers import Account

PRESS = """(button) => { setTimeout(() => button.click(), 0); }"""
"""Press, and do not wait for what happens then."""


# --- one person, one device after the other ------------------------------------------------


def test_a_phone_that_was_put_away_is_in_nobodys_way(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    phone.is_put_away()
    laptop.waits_for_a_free_seat(SOON).opens(story).reads(story)


def test_a_phone_taken_up_again_meanwhile_is_told_that_the_laptop_reads(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_put_away()
    laptop.waits_for_a_free_seat(SOON).opens(story).reads(story)
    phone.is_taken_up_again().sees_the_dialog("Chrome on Linux").has_nothing_of(story)
    laptop.is_heard(2).reads(story)


def test_a_phone_looked_away_from_for_a_moment_keeps_its_seat(
    phone: Device, ana: Account, story: Story
) -> None:
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    epoch = phone.epoch
    phone.is_put_away().is_taken_up_again()
    phone.is_heard(3).reads(story)
    assert phone.epoch == epoch


def test_a_phone_taken_up_after_long_reads_on_when_nobody_else_does(
    phone: Device, ana: Account, story: Story
) -> None:
    phone.signs_in(ana).opens(story).reads(story).is_put_away()
    phone.waits_for_a_free_seat(SOON).is_taken_up_again()
    phone.is_heard(2).reads(story)


@pytest.mark.parametrize("leaving", ["closes the tab", "goes to the front page"])
def test_a_story_that_was_left_is_in_nobodys_way(
    phone: Device, laptop: Device, ana: Account, story: Story, leaving: str
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    if leaving == "closes the tab":
        phone.closes_the_tab()
    else:
        phone.opens("/us/")
    laptop.waits_for_a_free_seat(SOON).opens(story).reads(story)


@without_scripts
def test_without_scripts_a_seat_is_free_when_its_lease_has_run_out(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    phone.opens("/us/")
    laptop.waits_for_a_free_seat().opens(story).reads(story)


# --- from story to story, from tab to tab --------------------------------------------------


def test_going_from_story_to_story_keeps_the_lease(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    epoch = phone.epoch
    phone.opens(other_story).reads(other_story)
    phone.is_heard(3)  # past the time at which a released lease ends
    assert phone.epoch == epoch
    phone.page.go_back()
    phone.reads(story).is_heard(3)
    assert phone.epoch == epoch
    laptop.opens(story).sees_the_dialog("Firefox on Android")


@without_scripts
def test_without_scripts_going_from_story_to_story_keeps_the_lease(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    epoch = phone.epoch
    phone.opens(other_story).reads(other_story)
    assert phone.epoch == epoch
    laptop.opens(story).sees_the_dialog("Firefox on Android")


def test_two_tabs_share_the_lease_and_closing_one_does_not_lose_it(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    epoch = phone.epoch
    first = phone.opens_another_tab()
    phone.beats_every(60).opens(other_story).reads(other_story).is_heard()
    # Its next beat would come too late, were it not told that the other tab let go.
    phone.closes_the_tab(first).is_heard().reads(other_story)
    assert phone.epoch == epoch
    laptop.opens(story).sees_the_dialog("Firefox on Android")


def test_going_from_a_tab_behind_to_the_one_in_front_keeps_the_lease(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard().is_put_away()
    epoch = phone.epoch
    phone.opens_another_tab()
    phone.opens(other_story).reads(other_story).is_heard(3)
    assert phone.epoch == epoch
    laptop.opens(story).sees_the_dialog("Firefox on Android")


def test_a_takeover_covers_every_tab_of_the_other_device(
    phone: Device, laptop: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    first = phone.opens_another_tab()
    phone.opens(other_story).reads(other_story).is_heard()
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(other_story)
    expect(first.locator("#story")).to_have_attribute("data-access", "preview")
    assert story.ending not in first.content()


# --- taking over, and back -----------------------------------------------------------------


def test_a_displaced_device_takes_its_seat_back_where_the_reader_was(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    phone.page.evaluate("() => scrollTo(0, 1500)")
    place = phone.page.evaluate("() => scrollY")
    assert place == 1500
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(story)
    assert phone.page.evaluate("() => scrollY") == place
    phone.takes_over(story)
    assert phone.page.evaluate("() => scrollY") == place
    phone.is_heard(2).reads(story)
    laptop.sees_the_dialog("Firefox on Android").has_nothing_of(story)


@without_scripts
def test_without_scripts_a_displaced_device_takes_its_seat_back(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.opens(story).sees_the_dialog("Chrome on Linux").takes_over(story)
    laptop.opens(story).sees_the_dialog("Firefox on Android").has_nothing_of(story)


@with_and_without_scripts
def test_being_displaced_signs_nobody_out(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog().takes_over(story)
    phone.opens("/account/").has_come_to("/account/")
    expect(phone.page.locator("main")).to_contain_text("In use now on Chrome on Linux")


@with_and_without_scripts
def test_of_three_devices_the_last_that_chose_to_read_reads(
    phone: Device, laptop: Device, tablet: Device, ana: Account, story: Story
) -> None:
    for each in (laptop, tablet):
        each.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog("Firefox on Android").takes_over(story)
    tablet.opens(story).sees_the_dialog("Chrome on Linux").takes_over(story)
    for other in (phone, laptop):
        if not other.scripts:
            other.opens(story)
        other.sees_the_dialog().has_nothing_of(story)
    laptop.sees_the_dialog("Safari on iOS")
    tablet.reads(story)


@with_and_without_scripts
def test_of_two_takeovers_at_once_one_wins_and_the_other_is_told(
    phone: Device, laptop: Device, tablet: Device, ana: Account, story: Story
) -> None:
    rivals = [laptop.signs_in(ana), tablet.signs_in(ana)]
    phone.signs_in(ana).opens(story).reads(story)
    for rival in rivals:
        rival.opens(story).sees_the_dialog("Firefox on Android")
    for rival in rivals:
        if rival.scripts:
            rival.take_over_button.evaluate(PRESS)
        else:
            rival.take_over_button.click(no_wait_after=True)
    for rival in rivals:
        rival.waits_until(lambda: _settled(rivals), "nobody won")
    winner, loser = sorted(rivals, key=lambda one: one.wall.count())
    winner.reads(story)
    loser.sees_the_dialog("Safari on iOS" if winner is tablet else "Chrome on Linux")
    loser.has_nothing_of(story)
    if phone.scripts:
        phone.sees_the_dialog().has_nothing_of(story)
    phone.opens(story).sees_the_dialog().has_nothing_of(story)


def _settled(rivals: list[Device]) -> bool:
    return sorted(one.page.locator("#wall").count() for one in rivals) == [0, 1]


@with_and_without_scripts
def test_a_question_left_open_until_the_seat_was_free_is_answered_by_reading(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story)
    laptop.opens(story).sees_the_dialog()
    phone.opens("/us/")
    laptop.waits_for_a_free_seat().takes_over(story)


# --- sleep ---------------------------------------------------------------------------------


@pytest.fixture
def asleep(phone: Device, ana: Account, story: Story) -> Callable[[], None]:
    """The phone reads, then sleeps until its lease has run out; call to wake it."""
    clock = phone.page.clock
    clock.install()
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    clock.pause_at(datetime.now() + timedelta(seconds=1))  # noqa: DTZ005 (what clocks show)
    phone.context.set_offline(True)

    def wake() -> None:
        phone.context.set_offline(False)
        clock.resume()
        clock.fast_forward("10:00")
        phone.page.mouse.move(100, 200)

    return wake


def test_back_after_sleep_the_phone_is_told_that_another_device_reads(
    asleep: Callable[[], None], phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana).waits_for_a_free_seat().opens(story).reads(story)
    asleep()
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(story)
    laptop.is_heard(2).reads(story)
    phone.takes_over(story)
    laptop.sees_the_dialog("Firefox on Android")


def test_back_after_sleep_the_phone_reads_on_when_nobody_else_does(
    asleep: Callable[[], None], phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana).waits_for_a_free_seat()
    asleep()
    phone.is_heard(2).reads(story)
    laptop.opens(story).sees_the_dialog("Firefox on Android")


def test_a_phone_without_network_keeps_the_story_and_is_told_when_it_is_back(
    phone: Device, laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana)
    phone.signs_in(ana).opens(story).reads(story).is_heard()
    phone.context.set_offline(True)
    laptop.waits_for_a_free_seat().opens(story).reads(story)
    phone.reads(story)
    phone.context.set_offline(False)
    phone.sees_the_dialog("Chrome on Linux").has_nothing_of(story)
