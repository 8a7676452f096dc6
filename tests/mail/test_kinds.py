"""Every kind of letter, in every language: complete, readable, and no more than it should be."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from broadsheet.mail import rendering
from broadsheet.mail.kinds import KINDS, UnknownKind, WrongContext, find
from tests.mail.letters import context, empty_context, hostile_context, links

LANGUAGES = [code for code, _ in settings.INTERFACE_LANGUAGES]
LARGEST = 60_000
"""Bytes; Gmail cuts letters off at 102 kB."""
UNFILLED = re.compile(r"\{\{|\{%|\{#|%\(\w+\)|None")

each = pytest.mark.parametrize(
    ("kind", "language"), [(kind, language) for kind in KINDS for language in LANGUAGES]
)


class Page(HTMLParser):
    """What a mail program makes of the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.buttons = 0
        self.lang: str | None = ""
        self.scheme = ""
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "a":
            self.addresses.append(given["href"] or "")
        if given.get("name") == "color-scheme":
            self.scheme = given["content"] or ""
        self.buttons += given.get("class") == "go"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _but_lines(tags: list[str]) -> list[str]:
    return [tag for tag in tags if tag not in ("br", "p")]


def words(kind: str, language: str, values: dict[str, object]) -> rendering.Words:
    known = find(kind)
    known.check(values)
    return rendering.render(kind, known, language, values)


@each
def test_a_letter_is_whole_in_both_its_parts(kind: str, language: str) -> None:
    given = context(kind)
    letter = words(kind, language, given)
    page = Page(letter.html)
    assert letter.subject
    assert "\n" not in letter.subject
    assert not UNFILLED.search(letter.subject + letter.text + letter.html)
    for link in links(given):
        assert link in page.addresses
        assert link in letter.text
    assert set(page.addresses) == {*links(given), settings.WAGTAILADMIN_BASE_URL}
    for part in (letter.text, "".join(page.words)):
        for value in given.values():
            if isinstance(value, str) and value not in links(given):
                assert all(line in part for line in value.split("\n")), value


@each
def test_a_letter_is_made_for_every_mail_program(kind: str, language: str) -> None:
    letter = words(kind, language, context(kind))
    page = Page(letter.html)
    assert len(letter.html.encode()) < LARGEST
    assert page.lang == language
    assert page.scheme == "light dark"
    assert "prefers-color-scheme: dark" in letter.html
    assert "max-width" in letter.html
    assert page.buttons <= 1
    assert not {"img", "script", "link", "iframe", "form"} & set(page.tags)
    assert "url(" not in letter.html
    assert "src=" not in letter.html


@each
def test_what_may_be_left_out_leaves_no_hole(kind: str, language: str) -> None:
    letter = words(kind, language, empty_context(kind))
    assert not UNFILLED.search(letter.subject + letter.text + letter.html)
    assert "\n\n\n" not in letter.text


@each
def test_what_somebody_typed_stays_text(kind: str, language: str) -> None:
    plain, hostile = words(kind, language, context(kind)), hostile_context(kind)
    letter = words(kind, language, hostile)
    page, usual = Page(letter.html), Page(plain.html)
    assert _but_lines(page.tags) == _but_lines(usual.tags)
    assert set(links(hostile)) <= set(page.addresses)
    assert len(letter.subject) <= rendering.LONGEST_SUBJECT
    assert not re.search(r"[\r\n\x00\u202e]", letter.subject)
    assert "\x00" not in letter.text + letter.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_in_a_template_is_a_value_of_its_kind(kind: str) -> None:
    known = {*KINDS[kind].values, "paper_name", "site_url", "contact", "language", "subject"}
    known |= {"line"} if kind == "receipt" or "message" in KINDS[kind].values else set()
    for part in ("mjml", "txt", "subject.txt"):
        source = (rendering.TEMPLATES / "mail" / f"{kind}.{part}").read_text()
        used = re.findall(r"\{\{ (\w+)", source) + re.findall(r"\{% if (\w+)", source)
        assert set(used) <= known


def test_english_and_spanish_differ_in_every_kind() -> None:
    for kind in KINDS:
        english, spanish = (words(kind, language, context(kind)) for language in ("en", "es"))
        assert english.text != spanish.text
        assert english.html != spanish.html


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": None},
        {"ends_on": "tomorrow"},
        {"plan": ""},
        {"plan": 3},
        {"keep_url": "/keep/"},
        {"keep_url": "javascript:alert(1)"},
        {"keep_url": "https://paper.example/\nBcc: x"},
        {"more": "than asked"},
    ],
)
def test_a_wrong_value_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(WrongContext, match=next(iter(wrong))):
        find("ending").check(context("ending") | wrong)


@pytest.mark.parametrize("name", ["plan", "ends_on", "keep_url"])
def test_a_value_that_was_forgotten_is_refused_by_name(name: str) -> None:
    given = context("ending")
    del given[name]
    with pytest.raises(WrongContext, match=name):
        find("ending").check(given)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKind):
        find("../../etc/passwd")


def test_docs_name_every_kind_and_its_values() -> None:
    lines = Path("docs/mail.md").read_text().splitlines()
    for name, kind in KINDS.items():
        row = next(line for line in lines if line.startswith(f"| `{name}` |"))
        assert all(f"`{value}`" in row for value in kind.values)
