"""The demonstration's mailbox: there for whoever sits at its machine, and for nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from broadsheet.mail import delivery, files, post
from broadsheet.settings.django import PAPER
from broadsheet.settings.paper import DEMONSTRATION
from tests.mail.letters import context

pytestmark = pytest.mark.django_db
REFUSED = 404


@pytest.fixture
def demonstration(settings: Any) -> Iterator[Path]:
    """This is a demonstration, and a letter was sent."""
    mark, folder = PAPER.data_dir / DEMONSTRATION, PAPER.data_dir / "mail"
    mark.touch()
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(folder)}}}
    post.send("gift", "ana@example.com", "en", context("gift") | {"message": "<b>Hello</b>"})
    delivery.sweep.call()
    yield folder
    mark.unlink()
    for path in folder.glob("*"):
        path.unlink()


def test_letters_are_listed_and_shown_in_a_frame_without_powers(demonstration: Path) -> None:
    [letter] = files.newest_first(demonstration)
    client = Client()
    listed = client.get("/mailbox/").content.decode()
    assert f"/mailbox/{letter.name}/" in listed
    assert "ana@example.com" in listed
    shown = client.get(f"/mailbox/{letter.name}/").content.decode()
    assert "&lt;b&gt;Hello" in shown
    assert f'src="/mailbox/{letter.name}.html"' in shown
    assert "allow-scripts" not in shown
    page = client.get(f"/mailbox/{letter.name}.html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "no-store" in page.headers["cache-control"]


def test_the_colophon_leads_there_and_says_whose_it_is(demonstration: Path) -> None:
    colophon = Client().get("/terms/").content.decode()
    assert 'href="/mailbox/"' in colophon
    assert "The demonstration" in colophon


def pages(folder: Path) -> list[str]:
    name = files.newest_first(folder)[0].name
    return ["/mailbox/", f"/mailbox/{name}/", f"/mailbox/{name}.html"]


@pytest.mark.parametrize(
    "stranger",
    [
        {"REMOTE_ADDR": "192.0.2.9"},
        {"REMOTE_ADDR": "10.0.0.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.9"},
        {"HTTP_FORWARDED": "for=192.0.2.9"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_a_stranger_finds_nothing(demonstration: Path, stranger: dict[str, str]) -> None:
    for path in pages(demonstration):
        assert Client(**stranger).get(path).status_code == REFUSED


@pytest.mark.parametrize(
    "changed",
    [
        {"site_url": "https://paper.example"},
        {"site_url": "http://192.168.1.4:8000"},
        {"site_url": "http://localhost.paper.example"},
        {"site_url": "http://0.0.0.0:8000"},
        {"smtp_url": "smtp://mail.example"},
        {"mail_backend": "anymail.backends.postmark.EmailBackend"},
    ],
)
def test_a_paper_with_readers_has_no_mailbox(
    demonstration: Path, changed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in changed.items():
        monkeypatch.setattr(PAPER, name, value)
    for path in pages(demonstration):
        assert Client().get(path).status_code == REFUSED
    assert "/mailbox/" not in Client().get("/terms/").content.decode()


def test_a_paper_that_is_no_demonstration_has_no_mailbox() -> None:
    assert Client().get("/mailbox/").status_code == REFUSED
    assert "/mailbox/" not in Client().get("/terms/").content.decode()


@pytest.mark.parametrize("name", ["../paper.sqlite3", "..%2f..%2fetc%2fpasswd", "none.0"])
def test_only_letters_are_shown(demonstration: Path, name: str) -> None:
    assert Client().get(f"/mailbox/{name}/").status_code == REFUSED
    assert Client().get(f"/mailbox/{name}.html").status_code == REFUSED
