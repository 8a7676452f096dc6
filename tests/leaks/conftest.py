"""A served paper with readers and stories of these tests' own, so that no other test meets them."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from secrets import token_hex
from typing import Any

import pytest

from broadsheet.access import Level
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.store import seat_store
from tests.conftest import SHORT, LivePaper
from tests.leaks import marks as marking
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks
from tests.leaks.walking import along_links
from tests.newsroom.conftest import newsroom  # noqa: F401 (a fixture)
from tests.people import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TOKEN = re.compile(r'name="token" value="([^"]+)"')


@pytest.fixture(scope="session")
def server(paper: LivePaper) -> Server:
    return Server.at(paper.url)


@pytest.fixture(scope="session")
def marks() -> Marks:
    return marking.gather()


@pytest.fixture(scope="session")
def closed(marks: Marks) -> str:
    """The address of a subscribers' story of an edition without a meter."""
    (path,) = [path for path in marks.by_path if "putin-visits-harbin" in path]
    return path


@pytest.fixture(scope="session")
def for_accounts(marks: Marks) -> str:
    """The address of a story for everybody with an account."""
    return next(path for path in marks.paths(Level.REGISTERED) if path.startswith("/us/"))


@pytest.fixture(scope="session")
def metered(marks: Marks) -> list[str]:
    """The addresses of the subscribers' stories of the edition with a meter."""
    return [path for path in marks.paths(Level.SUBSCRIBERS) if path.startswith("/es/")]


@pytest.fixture
def visitor(server: Server) -> Browser:
    return Browser(server)


@pytest.fixture(scope="session")
def walk(server: Server) -> dict[str, Answer]:
    """Everything a visitor can reach by links."""
    return along_links(Browser(server), ["/", "/us/", "/es/"], but=lambda target: False)


@pytest.fixture(scope="session")
def desk(paper: LivePaper) -> Iterator[Desk]:
    """What editors and staff do, done by another process of the same host."""
    desk = Desk(str(paper.folder / "broadsheet.toml"), paper.url, SHORT)
    yield desk
    desk.close()


class Readers:
    """Makes readers of the served paper, and signs them in."""

    def __init__(self, desk: Desk, server: Server, known: str) -> None:
        self._desk = desk
        self._server = server
        self._known = known
        self._numbers = count(1)
        self._run = token_hex(4)  # a run that broke off leaves its readers behind
        self.made: list[str] = []

    def new(self, plan: str = "", owner: str = "") -> str:
        """Somebody on this plan (none: an account alone); their e-mail address."""
        email = f"{self._run}-{next(self._numbers)}@leaks.example"
        self._desk("reader", email, self._known, plan, owner)
        self.made.append(email)
        return email

    def sign_in(self, email: str, agent: str = FIREFOX) -> Browser:
        """A new device on which they are signed in."""
        cookies = self._desk("sign_in", email, agent)
        return Browser(self._server, cookies, {"User-Agent": agent})

    def device(self, plan: str = "") -> Browser:
        """A device of somebody new."""
        return self.sign_in(self.new(plan))

    def pair(self) -> tuple[str, Browser, Browser]:
        """A new subscriber with two devices."""
        email = self.new("basic")
        other = self.sign_in(email, FIREFOX.replace("X11; Linux", "Windows"))
        return email, self.sign_in(email), other


def login(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> Answer:
    """The sign-in form, filled in and sent."""
    page = browser.ask("/account/login/")
    fields = {"csrfmiddlewaretoken": csrf(page), "login": email, "password": password, **more}
    return browser.post("/account/login/", fields)


def csrf(page: Answer) -> str:
    """The form token of a page of the site."""
    found = CSRF.search(page.text)
    assert found, page.text
    return found[1]


def token(page: Answer) -> str:
    """The takeover token of a wall."""
    found = TOKEN.search(page.text)
    assert found, page.text
    return found[1]


@pytest.fixture(scope="session")
def readers(desk: Desk, server: Server, paper: LivePaper) -> Iterator[Readers]:
    readers = Readers(desk, server, paper.reader("basic")["email"])
    yield readers
    for email in readers.made:
        desk("remove", email)


@pytest.fixture(scope="session")
def ana(readers: Readers) -> Browser:
    """A subscriber's one device."""
    return readers.device("basic")


@pytest.fixture(scope="session")
def nora(readers: Readers) -> Browser:
    """The device of somebody who has an account and no subscription."""
    return readers.device()


@pytest.fixture(scope="session")
def _couple(readers: Readers) -> tuple[str, Browser, Browser]:
    return readers.pair()


@pytest.fixture(scope="session")
def email_of_pair(_couple: tuple[str, Browser, Browser]) -> str:
    return _couple[0]


@pytest.fixture
def pair(_couple: tuple[str, Browser, Browser], desk: Desk) -> tuple[Browser, Browser]:
    """Two devices of one subscriber, on neither of which anything is read yet."""
    email, here, there = _couple
    desk("free", email)
    return here.copy(), there.copy()


@pytest.fixture(scope="session")
def irene(readers: Readers) -> Browser:
    """The device of somebody on the staff."""
    return readers.device("staff")


@pytest.fixture
def write(desk: Desk) -> Iterator[Callable[..., str]]:
    """Publishes a story of a level (`the-ferry-office`, for subscribers), and takes it back."""
    written: list[str] = []

    def publish(
        slug: str = "the-ferry-office", access: str = "subscribers", section: str = "us/world"
    ) -> str:
        written.append(slug)
        return str(desk("story", slug, section, access))

    yield publish
    for slug in written:
        desk("delete", slug)


# In this very process


@pytest.fixture
def house(db: None, settings: Any) -> Iterator[None]:
    """The test's own data folder, with nobody on any seat."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    for name in ("seats.sqlite3", "meters.sqlite3"):
        for file in PAPER.data_dir.glob(f"{name}*"):
            file.unlink()
    seat_store.cache_clear()
    yield
    seat_store.cache_clear()
