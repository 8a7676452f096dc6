"""The paper on a device's screen, and what is shown without a network."""

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from broadsheet.newsroom.models import Article
from broadsheet.settings.django import PACKAGE
from tests.newsroom.conftest import HIDDEN, Newsroom

ICONS = {"/icon-192.png": 192, "/icon-512.png": 512, "/icon-maskable-512.png": 512}


def test_an_edition_can_be_put_on_a_screen(client: Client, newsroom: Newsroom) -> None:
    newsroom.edition("es", title="España", language="es-ES")
    answer = client.get("/es/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json; charset=utf-8"
    told = answer.json()
    assert told["name"] == "The Test Sheet: España"
    assert (told["lang"], told["dir"]) == ("es-ES", "ltr")
    assert (told["start_url"], told["scope"]) == ("/es/", "/")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        side = ICONS[icon["src"]]
        assert icon["sizes"] == f"{side}x{side}"


def test_the_paper_has_a_manifest_too(client: Client, newsroom: Newsroom) -> None:
    assert client.get("/manifest.webmanifest").json()["start_url"] == "/"
    assert client.get("/none/manifest.webmanifest").status_code == 404
    assert 'href="/us/manifest.webmanifest"' in client.get("/us/").content.decode()


def test_an_edition_from_right_to_left_says_so(client: Client, newsroom: Newsroom) -> None:
    newsroom.edition("ar", language="ar")
    assert client.get("/ar/manifest.webmanifest").json()["dir"] == "rtl"


@pytest.mark.parametrize(("path", "side"), ICONS.items())
def test_icons_are_drawn_from_the_mark(client: Client, db: None, path: str, side: int) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "image/png"
    picture = Image.open(BytesIO(answer.content)).convert("L")
    assert picture.size == (side, side)
    dark = sum(picture.histogram()[:128]) / side**2
    assert 0.1 < dark < 0.6
    if "maskable" in path:  # a circle of four fifths is what a device leaves of it
        edge = round(side * 0.1)
        assert picture.crop((0, 0, side, edge)).getextrema() == (255, 255)


def test_there_is_no_other_icon(client: Client, newsroom: Newsroom) -> None:
    assert client.get("/icon-64.png").status_code == 404


def test_the_service_worker_keeps_the_offline_page_and_nothing_else(
    client: Client, story: Article
) -> None:
    answer = client.get("/service-worker.js")
    script = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=0"
    assert 'const PAGE = "/offline/"' in script
    assert "paper.css" in script
    assert script.count("addAll") == 1
    assert "put(" not in script
    assert len(script) < 1500
    assert "&" not in script.replace("&&", "")


def test_the_service_worker_changes_with_the_page_it_shows(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.web.views import installing

    before = client.get("/service-worker.js").content
    assert client.get("/service-worker.js").content == before
    monkeypatch.setattr(installing, "static", lambda path: "/static/other.css")
    assert client.get("/service-worker.js").content != before


def test_the_offline_page_has_nothing_of_a_reader(client: Client, story: Article) -> None:
    page = client.get("/offline/").content.decode()
    assert "You are offline" in page
    assert HIDDEN not in page


def test_the_script_that_registers_it_is_tiny() -> None:
    script: Path = PACKAGE / "web/static/broadsheet/offline.js"
    assert script.stat().st_size < 300


def test_pages_may_load_workers_and_manifests_of_the_paper_alone(
    client: Client, newsroom: Newsroom
) -> None:
    policy = client.get("/us/").headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
