"""The doors that are not a story's page: lists, feeds, files, the editors' admin, errors."""

import re

import pytest

from broadsheet.access import Level
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.desk import Desk
from tests.leaks.marks import Marks
from tests.leaks.walking import along_links, every_address

USUAL = """
    rss rss/ feed feed/ feeds atom.xml rss.xml feed.xml feed.json index.xml index.json
    us/rss us/rss/ us/feed/ us/feed.xml us/world/feed/ us/world/rss.xml us/topic/china/feed/
    sitemap sitemap_index.xml sitemap-news.xml news-sitemap.xml sitemap.xml.gz
    humans.txt ads.txt .well-known/security.txt llms.txt llms-full.txt search search/
    search/?q=samovar us/search/?q=samovar ?s=samovar us/?q=samovar
    search/?query=samovar&format=json suggest?q=samovar autocomplete/?q=samovar api api/ api/v1/
    api/v2/ api/v2/pages/ api/v2/pages/?fields=* api/v2/pages/?fields=body
    api/v2/pages/?type=newsroom.Article&fields=* api/main/pages/ graphql graphql/
    graphql?query={a} wp-json/ wp-json/wp/v2/posts oembed oembed/ amp/ print/ openapi.json
    schema/ docs/ documents documents/ documents/1/ documents/1/x.pdf images/ images/1/ embeds/
    view_draft/ pages/ preview/ preview-on-panel/ userbar/ _util/ _util/login/ django-admin/
    __debug__/ debug/ metrics health healthz status server-status console trace.axd .git/config
    .git/HEAD .env broadsheet.toml data/paper.sqlite3 paper.sqlite3 seats.sqlite3 issue
    built.json facts.json data/built.json manifest.json staticfiles.json sw.js
    favicon.ico apple-touch-icon.png cgi-bin/ index.php wp-login.php admin.php
"""
"""Where people, machines and thieves look for a paper's text."""
MACHINES = """
    feeds/ us/feed.rss us/feed.atom us/feed.json us/world/feed.rss es/feed.json
    us/topic/china/feed.atom us/author/ines-calloway/feed.json robots.txt sitemap.xml
    us/sitemap-pages.xml us/sitemap-news.xml us/sitemap-stories-1.xml us/search/?q=the
    manifest.webmanifest us/manifest.webmanifest service-worker.js offline/ icon-192.png
"""
"""What the paper itself tells whoever looks."""
FILES = """
    /static/../paper.sqlite3 /static/%2e%2e/paper.sqlite3 /static/..%2fpaper.sqlite3
    /static/%2e%2e%2fpaper.sqlite3 /static/..%5cpaper.sqlite3 /static//etc/passwd
    /static/broadsheet/../../paper.sqlite3 /static/%00 /static/broadsheet/ /static/ /static
    /media/../paper.sqlite3 /media/%2e%2e/paper.sqlite3 /media/..%2fpaper.sqlite3
    /media/images/../../paper.sqlite3 /media/%2e%2e%2f%2e%2e%2fbroadsheet.toml
    /media/....//....//paper.sqlite3 /media//etc/passwd /media/%2fetc%2fpasswd /media/%00
    /media/images/ /media/ /media /media/images/%00.jpg /media/original_images/
    /media/..%c0%afpaper.sqlite3 /media/..;/paper.sqlite3 /media/C:%5cx
    /static/broadsheet/paper.css/../../../paper.sqlite3 /../paper.sqlite3
    /%2e%2e/%2e%2e/etc/passwd
"""
SHOWING_STORIES = re.compile(r"/admin/(api|pages|choose|search|reports|images|[a-z]*$)")
METERED = "metered; reason=meter"
SECRETS = ("SQLite format 3", "root:x:0", "secret_keys", "[core]")


def clean(answer: Answer, marks: Marks) -> bool:
    """Nothing hidden, nothing secret, nothing broken."""
    assert not marks.leak(answer.all_of_it), answer.heads
    assert not any(secret in answer.text for secret in SECRETS)
    assert answer.status < 500, answer.text
    return True


def signed_out(target: str) -> bool:
    return "logout" in target or "/language/" in target


def test_nothing_that_a_visitor_can_reach_by_links_has_a_hidden_word(
    walk: dict[str, Answer], marks: Marks
) -> None:
    stories = set(marks.by_path) & walk.keys()
    assert stories == set(marks.by_path), "the walk must come past every story"
    assert {"/us/world/", "/us/topic/china/", "/us/author/ines-calloway/"} <= walk.keys()
    assert any(target.startswith("/media/") for target in walk)
    assert any(target.startswith("/static/") for target in walk)
    for target, answer in walk.items():
        if answer.access != METERED:
            assert clean(answer, marks), target
            assert answer.status < 400 or target == "/admin/", (target, answer.status)


def test_nothing_that_a_reader_with_an_account_can_reach_has_a_subscribers_word(
    nora: Browser, marks: Marks
) -> None:
    theirs = set().union(*(marks.by_path[path] for path in marks.paths(Level.REGISTERED)))
    others = Marks({"": marks.all - theirs}, marks.levels, marks.open)
    spanish = nora.copy(bs_language="es", bs_meter="")
    found = along_links(spanish, ["/us/", "/account/"], but=signed_out)
    assert set(marks.by_path) & found.keys()
    for target, answer in found.items():
        if answer.access != METERED:
            assert clean(answer, others), target


def test_nowhere_that_people_look_for_text_is_there_any(server: Server, marks: Marks) -> None:
    for target in USUAL.split():
        answer = server.ask(f"/{target}")
        assert clean(answer, marks), target
        assert answer.status != 200 or "?" in target, target


def test_what_machines_are_told_has_no_hidden_word(server: Server, marks: Marks) -> None:
    for target in MACHINES.split():
        answer = server.ask(f"/{target}")
        assert clean(answer, marks), target
        assert answer.status == 200, target


@pytest.mark.parametrize("target", FILES.split())
def test_no_file_but_pictures_and_style_leaves_the_server(
    server: Server, marks: Marks, target: str
) -> None:
    answer = server.ask(target)
    assert clean(answer, marks)
    assert answer.status in (301, 400, 404)


def test_no_address_of_the_site_has_a_hidden_word_for_a_visitor(
    server: Server, desk: Desk, closed: str, marks: Marks
) -> None:
    slug = closed.strip("/").split("/")[-1]
    addresses = every_address(desk("number", slug), slug)
    assert len(addresses) > 250
    for target in addresses:
        answer = server.ask(target)
        assert clean(answer, marks), target
        if target.startswith("/admin/"):
            sign_in = "/login/?next=" in answer.get("location")
            open_doors = ("password_reset", "jsi18n", "logout", "sprite")
            assert sign_in or any(word in target for word in open_doors), (target, answer.status)


def test_no_address_of_the_site_has_a_hidden_word_for_a_subscriber(
    ana: Browser, desk: Desk, closed: str, marks: Marks
) -> None:
    """Who may read the story at its own address may not read it through the editors' doors."""
    slug = closed.strip("/").split("/")[-1]
    for target in every_address(desk("number", slug), slug):
        if SHOWING_STORIES.match(target):
            assert clean(ana.copy().ask(target), marks), target


@pytest.mark.parametrize(
    "door", ["edit/", "edit/preview/", "view_draft/", "history/", "copy/", "move/", "delete/"]
)
@pytest.mark.parametrize("who", ["nora", "ana"])
def test_an_editors_door_leads_readers_to_a_sign_in(
    request: pytest.FixtureRequest, desk: Desk, closed: str, marks: Marks, door: str, who: str
) -> None:
    reader: Browser = request.getfixturevalue(who)
    number = desk("number", closed.strip("/").split("/")[-1])
    for query in ("", "?mode=", "?in_preview_panel=true", "?mode=preview"):
        for method in ("GET", "POST"):
            target = f"/admin/pages/{number}/{door}{query}"
            answer = reader.copy().ask(target, method=method)
            assert clean(answer, marks), target
            assert answer.status in (302, 403), target


def test_the_editors_api_tells_readers_nothing(
    ana: Browser, nora: Browser, server: Server, desk: Desk, closed: str, marks: Marks
) -> None:
    number = desk("number", closed.strip("/").split("/")[-1])
    for target in (
        "/admin/api/main/pages/?fields=*&type=newsroom.Article",
        f"/admin/api/main/pages/{number}/?fields=*",
        f"/admin/api/main/pages/{number}/action/copy/",
        f"/admin/pages/{number}/edit/preview/?in_preview_panel=true&mode=",
        "/admin/pages/search/?q=samovar",
        "/admin/choose-page/search/?q=samovar",
        "/admin/reports/site-history/",
    ):
        for browser in (ana, nora, Browser(server)):
            answer = browser.copy().ask(target, heads=[("Accept", "application/json")])
            assert clean(answer, marks), target
            assert answer.status in (302, 403, 404), target


def test_an_editors_preview_shows_staff_the_whole_story_and_the_readers_preview_does_not(
    irene: Browser, desk: Desk, closed: str, marks: Marks
) -> None:
    """That staff see it here shows that the search above looked at the right doors."""
    number = desk("number", closed.strip("/").split("/")[-1])
    draft = irene.ask(f"/admin/pages/{number}/view_draft/")
    assert draft.status == 200
    assert marks.leak(draft.content)
    assert "no-store" in draft.get("cache-control") or "no-cache" in draft.get("cache-control")
    shown = irene.ask(f"/admin/pages/{number}/view_draft/?mode=preview")
    assert shown.status == 200


def test_staff_without_a_subscription_meet_the_wall_on_the_storys_page(
    irene: Browser, closed: str, marks: Marks
) -> None:
    answer = irene.ask(closed)
    assert clean(answer, marks)
    assert answer.access == "preview; reason=subscription-required"


def test_the_search_of_the_admin_finds_no_story_by_its_hidden_words(
    irene: Browser, closed: str
) -> None:
    by_headline = irene.ask("/admin/pages/search/?q=Harbin")
    assert closed.strip("/").split("/")[-1] in by_headline.text
    assert closed.strip("/").split("/")[-1] not in irene.ask("/admin/pages/search/?q=samovar").text


@pytest.mark.parametrize("language", ["en", "es"])
def test_error_pages_have_no_hidden_word_and_say_what_to_do(
    server: Server, closed: str, marks: Marks, language: str
) -> None:
    asked = [("Accept-Language", language)]
    for target, status in (
        ("/nothing/", 404),
        (f"{closed}x/", 404),
        (f"{closed[:-2]}/", 404),
        ("/us/world/?page=99", 404),
        ("/-/problem/form/", 403),
        ("/-/problem/elsewhere/", 403),
        ("/-/problem/method/", 405),
        ("/-/problem/too-large/", 413),
        ("/media/images/none.jpg", 404),
    ):
        answer = server.ask(target, heads=asked)
        assert clean(answer, marks)
        assert answer.status == status, target
        assert f'<html lang="{language}"' in answer.text
        assert 'href="/"' in answer.text  # a way on


@pytest.mark.parametrize("name", ["events", "beat", "release", "take-over", "both-mine", "x", ""])
def test_the_seats_desk_never_sends_a_word_of_a_story(
    ana: Browser, nora: Browser, server: Server, closed: str, marks: Marks, name: str
) -> None:
    for browser in (ana, nora, Browser(server)):
        if name != "events" or browser is not ana:  # hers stays open: see test_streams
            for method in ("GET", "POST", "OPTIONS"):
                answer = browser.copy().ask(
                    f"/-/seat/{name}?next={closed}", method=method, body=b"next=" + closed.encode()
                )
                assert clean(answer, marks)


def test_beats_and_takeovers_carry_only_what_the_page_needs(ana: Browser, closed: str) -> None:
    assert ana.ask(closed).whole
    beat = ana.script("beat", epoch=ana.cookies["bs_lease"])
    assert set(beat.json) == {"epoch", "expires"}
    assert ana.script("release", epoch=ana.cookies["bs_lease"]).json == {}
