"""What robots may read, and whom to tell of a weakness."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

from broadsheet.newsroom.models import Article
from broadsheet.syndication import robots
from tests.newsroom.conftest import Newsroom

from .conftest import moment

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def parser(client: Client, story: Article) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(client.get("/robots.txt").content.decode().splitlines())
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/us/",
        "/us/world/harbin/",
        "/us/topic/china/",
        "/us/feed.rss",
        "/media/x.jpg",
        "/static/broadsheet/paper.css",
        "/us/story-1-0123456789ab.jpg",
        "/plans/",
        "/sitemap.xml",
    ],
)
def test_robots_may_read_the_paper(parser: RobotFileParser, path: str) -> None:
    assert parser.can_fetch("Googlebot", SITE + path)


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/login/",
        "/admin/",
        "/us/search/?q=x",
        "/-/seat/beat",
        "/gifts/abc/",
        "/card/abc/",
        "/join/x/",
        "/language/es/?next=/",
        "/subscribe/basic/",
    ],
)
def test_robots_keep_out_of_what_is_readers_own(parser: RobotFileParser, path: str) -> None:
    assert not parser.can_fetch("Googlebot", SITE + path)


def test_robots_are_told_of_the_sitemap(parser: RobotFileParser) -> None:
    assert parser.site_maps() == [f"{SITE}/sitemap.xml"]


def test_without_a_contact_there_is_no_security_txt(client: Client, newsroom: Newsroom) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_security_txt_is_as_the_rfc_has_it(
    client: Client, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robots.PAPER, "security_contact", "mailto:safe@paper.example")
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:safe@paper.example"
    assert lines["Canonical"] == f"{SITE}/.well-known/security.txt"
    assert lines["Preferred-Languages"] == "en, es"
    now = datetime.now(UTC)
    assert now + timedelta(days=90) < moment(lines["Expires"]) < now + timedelta(days=365)


def test_the_address_for_a_new_password_is_the_well_known_one(client: Client, db: None) -> None:
    answer = client.get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/password/change/")
