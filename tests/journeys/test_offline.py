"""Without a network: one page of the paper's own, and nothing kept of what was read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.devices import Device, Story
from tests.journeys.newcomers import Account

KEPT = """async () => {
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().map((request) => new URL(request.url).pathname);
}"""


@pytest.fixture
def train(new_device: Callable[..., Device]) -> Device:
    """A device on the way into a tunnel."""
    return new_device("phone on a train", service_workers="allow")


def test_a_reader_in_a_tunnel_is_told_so_and_nothing_of_the_paper_is_kept(
    train: Device, ana: Account, story: Story
) -> None:
    train.signs_in(ana).opens(story).reads(story)
    train.page.evaluate("() => navigator.serviceWorker.ready.then(() => 1)")
    train.page.reload()  # from now on the worker stands between
    train.reads(story)
    assert train.page.evaluate("() => Boolean(navigator.serviceWorker.controller)")
    train.page.goto(train.url + "/us/world/")
    kept = train.page.evaluate(KEPT)
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
    assert len(kept) == 2
    train.context.set_offline(True)
    train.page.goto(story.url)
    expect(train.page.get_by_role("heading", level=1)).to_have_text("You are offline")
    expect(train.page.locator("body")).not_to_contain_text(story.ending)
    train.context.set_offline(False)
    train.page.goto(story.url)
    train.reads(story)
