"""What a reader does with a story besides reading it."""

from playwright.sync_api import expect

from tests.journeys.devices import Device, Story, with_and_without_scripts
from tests.journeys.newcomers import Account

SAVED = "/account/saved/"
SPEAK = """() => {
  window.heard = [];
  const voice = { paused: false };
  voice.speak = (part) => window.heard.push(part);
  voice.cancel = voice.pause = voice.resume = () => {};
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
}"""
"""A voice that keeps what it would have read out: browsers without a screen have none."""


@with_and_without_scripts
def test_a_story_is_saved_for_later_and_found_in_the_account(
    laptop: Device, ana: Account, story: Story
) -> None:
    laptop.signs_in(ana).opens(story).reads(story)
    title = laptop.page.locator("#story h1").inner_text()
    if laptop.scripts:
        save = laptop.page.locator("#story-tools button", has_text="Save for later")
        save.click()
        expect(laptop.page.locator("#story-tools [aria-pressed=true]").first).to_have_text("Saved")
        laptop.has_come_to(story.path)  # and stays there
    else:
        laptop.page.get_by_role("link", name="Save for later").click()
        laptop.page.get_by_role("button", name="Save for later").click()
    laptop.opens(SAVED)
    expect(laptop.page.locator(".rows h2")).to_have_text(title)


def test_a_larger_text_stays_for_the_next_story_and_when_the_seat_comes_back(
    laptop: Device, phone: Device, ana: Account, story: Story, other_story: Story
) -> None:
    laptop.signs_in(ana).opens(story).reads(story)
    size = "(text) => parseFloat(getComputedStyle(text).fontSize)"
    before = laptop.text.evaluate(size)
    laptop.page.get_by_role("button", name="Largest text").click()
    larger = laptop.text.evaluate(size)
    assert larger > before
    laptop.opens(other_story).reads(other_story)
    assert laptop.text.evaluate(size) == larger
    phone.signs_in(ana).opens(story).sees_the_dialog().takes_over(story)
    laptop.takes_back(other_story)
    assert laptop.text.evaluate(size) == larger
    laptop.page.get_by_role("button", name="Normal text").click()
    assert laptop.text.evaluate(size) == before


def test_what_is_read_out_is_what_stands_on_the_page(
    laptop: Device, phone: Device, ana: Account, story: Story
) -> None:
    laptop.context.add_init_script(f"({SPEAK})()")
    laptop.signs_in(ana).opens(story).reads(story)
    laptop.page.get_by_role("button", name="Listen").click()
    heard = laptop.page.evaluate("heard[0].text + heard[0].lang")
    assert heard == laptop.page.locator("#story h1").inner_text() + "en-US"
    laptop.page.get_by_role("button", name="Pause").click()
    laptop.page.get_by_role("button", name="Go on").click()
    phone.signs_in(ana).opens(story).sees_the_dialog().takes_over(story)
    laptop.sees_the_dialog()
    # The text was taken out: nothing more of it is said.
    laptop.page.evaluate("heard.at(-1).onend()")
    assert laptop.page.evaluate("heard.length") == 1
    expect(laptop.page.locator('[data-tool="listen"]')).to_have_text("Listen")
