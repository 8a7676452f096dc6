"""Every kind of page, put in front of a reader: for whoever tests, measures or photographs them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tests.journeys.devices import FIREFOX_ON_ANDROID, Device, Story, device
from tests.journeys.newcomers import Account
from tests.live import LivePaper

LAST_WORDS = """() => {
  const last = [...document.querySelectorAll("#story-text p")].at(-1);
  const words = [...last.childNodes].map((node) => node.textContent.trim());
  return words.sort((a, b) => b.length - a.length)[0].slice(-60);
}"""
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
HREFS = "(links) => links.map((link) => link.getAttribute('href'))"
FOR_SUBSCRIBERS = re.compile(r'id="story"[^>]*data-level="subscribers"')
SEARCH = "/us/search/?q="


@dataclass
class Scene:
    """What it takes to get a page in front of a reader. The page is the laptop's."""

    laptop: Device
    phone: Device
    paper: LivePaper
    stories: list[Story]
    """Two stories for subscribers that nobody in the scene has read."""
    account: Account
    """A subscriber whose seat nobody else uses."""
    signed_in: bool = False
    found: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        """What the reader sees."""
        return self.laptop.page

    def goes_to(self, address: str) -> None:
        """A page that is answered as it should be."""
        self.laptop.opens(address)

    def fails_at(self, address: str, status: int) -> None:
        """A page that says what is wrong."""
        answer = self.page.goto(self.laptop.url + address)
        assert answer
        assert answer.status == status, f"{address} answered {answer.status}"
        self.laptop.complaints.clear()  # the browser's, about the status

    def follows(self, start: str, links: str) -> None:
        """The first link of a kind on a page."""
        href = self.laptop.opens(start).page.locator(links).first.get_attribute("href")
        assert href
        self.laptop.opens(href)

    def signs_in(self) -> None:
        """The laptop's reader has come in, now or before."""
        if not self.signed_in:
            self.laptop.signs_in(self.account)
            self.signed_in = True

    def at_the_wall(self, kind: str) -> None:
        """A story that says what would open the rest of it."""
        levels = {"register": "registered", "subscribe": "subscribers"}
        self.laptop.opens(self.paper.article(levels[kind])).sees_the_wall(kind)

    def meter_spent(self) -> None:
        """A subscribers' story more than a visitor of the Spanish edition may read."""
        for link in spanish_stories(self.laptop)[:3]:
            self.laptop.opens(link)
        self.laptop.sees_the_wall("meter")

    def given(self) -> None:
        """A story that a subscriber gave by link."""
        self.phone.signs_in(self.account).opens(f"/gifts/story/?of={self.stories[0].path}")
        self.phone.page.get_by_role("button", name="Make a link").click()
        self.laptop.opens(self.phone.page.locator("#gift-link").input_value())

    def in_use(self) -> None:
        """The subscription speaks: somebody reads under the seat already."""
        self.phone.signs_in(self.account).opens(self.stories[0]).reads(self.stories[0])
        self.signs_in()
        self.laptop.opens(self.stories[0]).sees_the_dialog().asks_why()

    def with_the_message(self) -> None:
        """Two devices have gone on sharing one seat."""
        self.in_use()
        self.laptop.takes_over(self.stories[0])
        self.phone.takes_back(self.stories[0])
        self.laptop.takes_back(self.stories[0]).waits_for_the_message(self.stories[0])
        self.laptop.opens(self.stories[1]).carries_the_message("Firefox on Android")

    def finds(self, kind: str) -> None:
        """The first story of the edition that is of a kind: its words, or a part of its page."""
        if kind not in self.found:
            fitting = (link for link in self._stories() if KINDS[kind].search(self._text_of(link)))
            self.found[kind] = next(fitting, "")
        assert self.found[kind], f"no story is of this kind: {kind}"
        self.laptop.opens(self.found[kind])

    def _stories(self) -> list[str]:
        sections = self.laptop.opens("/us/").page.locator("nav.sections a").evaluate_all(HREFS)
        places = ("/us/", *sections)
        links = [link for place in places for link in headlines(self.laptop, place)]
        return [link for link in dict.fromkeys(links) if link.count("/") == 4]

    def _text_of(self, link: str) -> str:
        return str(self.laptop.context.request.get(self.laptop.url + link).text())


def stage(
    browser: Browser, paper: LivePaper, stories: list[Story], account: Account, **options: Any
) -> Scene:
    """A scene with new devices."""
    laptop = device(browser, "laptop", paper, viewport=LAPTOP, **options)
    phone = device(
        browser, "phone", paper, viewport=PHONE, has_touch=True, user_agent=FIREFOX_ON_ANDROID
    )
    return Scene(laptop, phone, paper, stories, account)


def subscribers_stories(browser: Browser, paper: LivePaper) -> list[Story]:
    """Two subscribers' articles of the United States edition, read once for their endings."""
    reader = paper.reader("owner")
    scout = device(browser, "scout", paper)
    scout.signs_in(Account(reader["email"], reader["password"]))
    found = [_story(scout, paper.article("subscribers", which)) for which in range(2)]
    scout.context.close()
    return found


def _story(scout: Device, url: str) -> Story:
    ending = scout.opens(url).page.evaluate(LAST_WORDS)
    assert len(ending) > 20
    assert not set("&<>") & set(ending)
    return Story(url, ending)


def headlines(scout: Device, place: str) -> list[str]:
    """Where the headlines of a page lead."""
    links = scout.opens(place).page.locator("main :is(h2, h3) a")
    return [str(link) for link in links.evaluate_all(HREFS)]


def spanish_stories(scout: Device) -> list[str]:
    """The subscribers' stories of the Spanish edition, found as a reader would: by its links."""
    pages = ["/es/", *scout.opens("/es/").page.locator("nav.sections a").evaluate_all(HREFS)]
    links = {link for page in pages for link in headlines(scout, page)}
    return [link for link in sorted(links) if _for_subscribers(scout, link)]


def _for_subscribers(scout: Device, link: str) -> bool:
    page = scout.context.request.get(scout.url + link).text()
    return FOR_SUBSCRIBERS.search(page) is not None


KINDS = {
    "interview": re.compile(r'<p class="genre">Interview'),
    "live": re.compile(r'id="live"|class="live-count"'),
    "chart": re.compile(r'<figure class="chart'),
    "sponsored": re.compile(
        r'<header class="story-head">(?:(?!</header>).)*class="sponsored"', re.DOTALL
    ),
}

type Setting = Callable[[Scene], None]


def _at(address: str) -> Setting:
    return lambda scene: scene.goes_to(address)


def _failing(address: str, status: int) -> Setting:
    return lambda scene: scene.fails_at(address, status)


def _of_kind(kind: str) -> Setting:
    return lambda scene: scene.finds(kind)


def _own(address: str) -> Setting:
    def setting(scene: Scene) -> None:
        scene.signs_in()
        scene.goes_to(address)

    return setting


VISITORS: dict[str, Setting] = {
    "front": _at("/us/"),
    "front in Spanish": _at("/es/"),
    "section": _at("/us/world/"),
    "topic": lambda scene: scene.follows(scene.stories[0].url, "a[rel=tag]"),
    "author": lambda scene: scene.follows(scene.stories[0].url, "a[rel=author]"),
    "free story": lambda scene: scene.goes_to(scene.paper.article("free")),
    "interview": _of_kind("interview"),
    "story with a chart": _of_kind("chart"),
    "sponsored story": _of_kind("sponsored"),
    "wall: register": lambda scene: scene.at_the_wall("register"),
    "wall: subscribe": lambda scene: scene.at_the_wall("subscribe"),
    "search": _at("/us/search/"),
    "search: found": _at(SEARCH + "town"),
    "search: nothing found": _at(SEARCH + "xylophones"),
    "feeds": _at("/feeds/"),
    "newsletters": _at("/newsletters/"),
    "newsletter": _at("/newsletters/us/saturday-fold/"),
    "newsletter: sample": _at("/newsletters/us/saturday-fold/sample/"),
    "newsletter: asked": _at("/newsletters/asked/"),
    "newsletter: old link": _failing("/newsletters/leave/old/", 404),
    "plans": _at("/plans/"),
    "terms": _at("/terms/"),
    "accessibility": _at("/accessibility/"),
    "sign in": _at("/account/login/"),
    "sign up": _at("/account/signup/"),
    "sign in by code": _at("/account/login/code/"),
    "forgotten password": _at("/account/password/reset/"),
    "mailbox": _at("/mailbox/"),
    "offline": _at("/offline/"),
    "403": _failing("/-/problem/form/", 403),
    "404": _failing("/us/nothing-here/", 404),
    "503": _failing("/-/problem/till-away/", 503),
}
"""Pages that anybody may open."""

READERS: dict[str, Setting] = {
    "full story": lambda scene: (scene.signs_in(), scene.goes_to(scene.stories[0].url))[-1],
    "live story": lambda scene: (scene.signs_in(), scene.finds("live"))[-1],
    "account": _own("/account/"),
    "subscription": _own("/account/subscription/"),
    "seats": _own("/account/seats/"),
    "subscribing": _own("/subscribe/premium/"),
    "giving": _own("/gifts/give/"),
    "given subscriptions": _own("/gifts/"),
    "given stories": _own("/gifts/story/"),
    "redeeming": _own("/gifts/redeem/"),
    "saved": _own("/account/saved/"),
    "following": _own("/account/following/"),
    "history": _own("/account/history/"),
    "own newsletters": _own("/account/newsletters/"),
    "recommended": _own("/account/recommended/"),
    "invoices": _own("/account/invoices/"),
    "own data": _own("/account/export/"),
    "deleting": _own("/account/delete/"),
    "devices": _own("/account/devices/"),
    "password": _own("/account/password/change/"),
    "e-mail address": _own("/account/email/"),
    "passkeys": _own("/account/2fa/"),
    "signing out": _own("/account/logout/"),
}
"""Pages of a subscriber."""

TOGETHER: dict[str, Setting] = {
    "wall: meter": Scene.meter_spent,
    "given story": Scene.given,
    "dialog": Scene.in_use,
    "message": Scene.with_the_message,
}
"""Pages that need a past of their own: each wants new devices and a new account."""
