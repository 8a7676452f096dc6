"""Devices, and the words for what a reader does with one and sees on it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    APIResponse,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    Route,
    expect,
)

from tests.journeys.newcomers import Account
from tests.journeys.post import Postbox
from tests.live import LivePaper

PATIENCE = 15_000
"""Milliseconds a page may take on a busy machine before a journey fails."""
TOLD_WITHIN = 5.0
"""Seconds in which a displaced device must know, on a busy machine. The rule says one."""
SOON = 6.0
"""Seconds in which a seat that was let go of is free: less than a lease lasts."""

with_and_without_scripts = pytest.mark.parametrize(
    "scripts", [True, False], ids=["with scripts", "without scripts"]
)
without_scripts = pytest.mark.parametrize("scripts", [False], ids=["without scripts"])

FIREFOX_ON_ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
SAFARI_ON_IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
EXPECTED = re.compile(r"/-/seat/(beat|take-over)$")
"""Where 401, 409 and 410 are answers, which a browser's console reports as failures."""

BEAT = re.compile(r'data-beat="[^"]*"')
OUR_DOING = ("ERR_INTERNET_DISCONNECTED", "Service Worker registration blocked by Playwright")
"""What a console says of a device that was taken off the network, or may install nothing."""

expect.set_options(timeout=PATIENCE)

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  const state = hidden ? "hidden" : "visible";
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""A browser without a screen shows all its pages; this tells one that nobody looks at it."""
IN_VIEW = """(element) => {
  const box = element.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}"""


@dataclass(frozen=True)
class Story:
    """An article: where it is, and words of its last paragraph, which no preview has."""

    url: str
    ending: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass
class Device:
    """One browser of one reader."""

    name: str
    context: BrowserContext
    paper: LivePaper
    scripts: bool
    page: Page
    complaints: list[str] = field(default_factory=list)
    beats: int = 0
    """Beats of tabs while they were in front that were answered with a renewed lease."""

    @property
    def url(self) -> str:
        return self.paper.url

    # --- signing in and going places -----------------------------------------------------

    def signs_in(self, account: Account) -> Self:
        """With a code from the mail: a password takes long to check, on purpose."""
        postbox = Postbox(self.paper)
        self.posts("/account/login/code/", email=account.email)
        code = postbox.code_for(account.email)
        answer = self.posts("/account/login/code/confirm/", code=code)
        assert answer.url.endswith("/account/"), f"{account.email} could not sign in"
        return self

    def posts(self, address: str, **fields: str) -> APIResponse:
        """Send the form of a page of the site, with this device's cookies."""
        page = self.context.request.get(self.url + address)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text())
        assert token, f"{address} has no form"
        return self.context.request.post(
            self.url + address, form={"csrfmiddlewaretoken": token[1], **fields}
        )

    def opens(self, where: Story | str) -> Self:
        address = where.url if isinstance(where, Story) else where
        address = address if address.startswith("http") else self.url + address
        answer = self.page.goto(address, wait_until="load")
        assert answer
        assert answer.status < 400, f"{address} answered {answer.status}"
        return self

    def beats_every(self, seconds: int) -> Self:
        """Pages of this tab beat as seldom as those of a real paper."""

        def slow_down(route: Route) -> None:
            if route.request.resource_type != "document":
                return route.continue_()
            answer = route.fetch()
            page = BEAT.sub(f'data-beat="{seconds}"', answer.text())
            return route.fulfill(response=answer, body=page)

        self.page.route("**/*", slow_down)
        return self

    def opens_another_tab(self) -> Page:
        """The tab in front is the new one; what it leaves behind is returned."""
        before = self.page
        self.page = self.context.new_page()
        return before

    def is_put_away(self) -> Self:
        """The screen goes dark, or another program comes to the front."""
        with self.page.expect_request("**/-/seat/release"):
            self.page.evaluate(HIDE, True)
        return self

    def is_taken_up_again(self) -> Self:
        self.page.evaluate(HIDE, False)
        return self

    def closes_the_tab(self, tab: Page | None = None) -> Self:
        closing = tab or self.page
        with closing.expect_event("close"):
            closing.close(run_before_unload=True)
        return self

    def has_cookie(self, name: str) -> str:
        found = [one["value"] for one in self.context.cookies() if one["name"] == name]
        return found[0] if found else ""

    @property
    def epoch(self) -> str:
        return self.has_cookie("bs_lease")

    def has_come_to(self, path: str, part: str = "") -> Self:
        """The page in front is that of a path, at its named part if there is one."""
        self.page.wait_for_url(
            lambda url: urlsplit(url).path == path and urlsplit(url).fragment == part
        )
        return self

    # --- the story -----------------------------------------------------------------------

    @property
    def text(self) -> Locator:
        return self.page.locator("#story-text")

    @property
    def wall(self) -> Locator:
        return self.page.locator("#wall")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog#seat-dialog")

    @property
    def message(self) -> Locator:
        return self.page.locator("#sharing-message")

    def reads(self, story: Story) -> Self:
        """The whole story is here, and nothing is in front of it."""
        expect(self.page.locator("#story[data-access=full]")).to_be_visible()
        expect(self.text).to_contain_text(story.ending)
        expect(self.wall).to_have_count(0)
        expect(self.dialog).to_have_count(0)
        return self

    def has_nothing_of(self, story: Story) -> Self:
        """Not hidden: the response and the page do not have it at all."""
        expect(self.page.locator("#story[data-access=preview]")).to_be_visible()
        assert story.ending not in self.page.content()
        return self

    def sees_the_wall(self, kind: str) -> Self:
        expect(self.wall).to_have_attribute("data-wall", kind)
        expect(self.wall).to_be_visible()
        return self

    def sees_the_dialog(self, holder: str = "") -> Self:
        """What the paper says when the seat is in use; without scripts it stands in the page."""
        self.sees_the_wall("in_use")
        if self.scripts:
            expect(self.dialog).to_be_visible()
            expect(self.dialog.locator("#wall")).to_have_count(1)
        if holder:
            expect(self.wall.locator("#wall-title")).to_contain_text(holder)
        return self

    def sees_no_dialog(self) -> Self:
        expect(self.wall).to_have_count(0)
        expect(self.dialog).to_have_count(0)
        return self

    def asks_why(self) -> Self:
        expect(self.wall.locator("details p").first).to_be_hidden()
        self.wall.locator("summary").click()
        expect(self.wall.locator("details p").first).to_be_visible()
        return self

    @property
    def take_over_button(self) -> Locator:
        return self.wall.locator("form[action='/-/seat/take-over'] button")

    def takes_over(self, story: Story) -> Self:
        self.take_over_button.click()
        return self.reads(story)

    def takes_back(self, story: Story) -> Self:
        """Displaced, the reader chooses to read here after all."""
        if not self.scripts:
            self.opens(story)
        return self.sees_the_dialog().takes_over(story)

    def carries_the_message(self, other: str) -> Self:
        """The note of a sharing case, which names the other device, stands on the page."""
        expect(self.message).to_be_visible()
        expect(self.message).to_contain_text(other)
        return self

    # --- the devices page ----------------------------------------------------------------

    def row_of(self, label: str) -> Locator:
        """What the page of devices says of one."""
        return self.page.locator("main .rows > li").filter(has_text=label)

    def signs_out(self, label: str) -> Self:
        self.row_of(label).get_by_role("button").click()
        expect(self.page.get_by_role("status")).to_contain_text(f"{label} is signed out")
        return self

    # --- waiting -------------------------------------------------------------------------

    def is_heard(self, times: int = 1) -> Self:
        """The page's beats arrive, and renew the lease."""
        wanted = self.beats + times
        self.waits_until(lambda: self.beats >= wanted, "no beat was answered")
        return self

    def waits_until(self, true: Callable[[], bool], otherwise: str, patience: float = 15) -> None:
        end = time.monotonic() + patience
        while not true():
            assert time.monotonic() < end, f"{self.name}: {otherwise}"
            self.page.wait_for_timeout(50)

    def waits_for_the_message(self, story: Story) -> Self:
        """A sharing case is opened in the background, a moment after what made it one."""

        def sent() -> bool:
            return 'id="sharing-message"' in self.context.request.get(story.url).text()

        self.waits_until(sent, "no sharing case was opened")
        return self

    def waits_for_a_free_seat(self, patience: float = 15) -> Self:
        """The account's page says that nobody reads under the seat."""

        def free() -> bool:
            page = self.context.request.get(self.url + "/account/").text()
            return "In use now on" not in page

        self.waits_until(free, "the seat is still in use", patience)
        return self


def device(
    browser: Browser, name: str, paper: LivePaper, *, scripts: bool = True, **options: Any
) -> Device:
    """A new browser, with nothing in it, whose faults are noted."""
    options.setdefault("locale", "en-US")
    # Its installing in the background would be counted as the page's own doing.
    options.setdefault("service_workers", "block")
    context = browser.new_context(java_script_enabled=scripts, **options)
    context.set_default_timeout(PATIENCE)
    made = Device(name, context, paper, scripts, page=None)  # type: ignore[arg-type]
    context.on("console", lambda said: _console(made, said))
    context.on("weberror", lambda error: made.complaints.append(f"script: {error.error}"))
    context.on("request", lambda asked: _request(made, asked))
    context.on("response", lambda answer: _response(made, answer))
    made.page = context.new_page()
    return made


def _console(device: Device, said: ConsoleMessage) -> None:
    at = said.location["url"].partition("?")[0]
    expected = EXPECTED.search(at) or any(words in said.text for words in OUR_DOING)
    if said.type in ("error", "warning") and not expected:
        device.complaints.append(f"console: {said.text} ({at})")


def _request(device: Device, asked: Request) -> None:
    ours = (f"{device.url}/", f"{device.paper.told['till']}/")
    if asked.url.startswith(("http", "ws")) and not asked.url.startswith(ours):
        device.complaints.append(f"asked elsewhere: {asked.url}")


def _response(device: Device, answer: Response) -> None:
    if answer.url.endswith("/-/seat/beat") and answer.status == 200:
        device.beats += answer.frame.page is device.page
    if answer.status >= 400 and not EXPECTED.search(answer.url):
        device.complaints.append(f"{answer.status}: {answer.url}")
