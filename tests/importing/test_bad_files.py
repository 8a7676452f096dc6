"""Files that are broken, hostile, huge or strange: a clear word, nothing lost, nothing run."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from broadsheet.importing import fetching, picture_files
from broadsheet.importing.runs import FileRefused
from broadsheet.newsroom.models import Article, Topic
from tests.importing.conftest import Operator, report, text_of
from tests.importing.files import ghost, item, jpeg, post, wxr
from tests.newsroom.conftest import Newsroom

type Story = Callable[..., Article]


def test_a_file_that_ends_in_the_middle_gives_what_is_whole(operator: Operator) -> None:
    whole = wxr(item(1, "One"), item(2, "Two"), item(3, "Three"))
    run = operator.imports(whole[: whole.index("Three") + 200])
    assert sorted(Article.objects.values_list("slug", flat=True)) == ["one", "two"]
    assert (run.made, run.failed) == (2, 1)
    assert "Three: The file is broken here (line " in report(run)


def test_after_a_broken_place_it_goes_on_with_the_next_item(operator: Operator) -> None:
    broken = item(2, "Two").replace("</wp:post_id>", "</wp:post_ID>")
    run = operator.imports(wxr(item(1, "One"), broken, item(3, "Three"), item(4, "Four")))
    assert sorted(Article.objects.values_list("slug", flat=True)) == ["four", "one", "three"]
    assert run.failed == 1
    assert "mismatched tag" in report(run)


def test_a_broken_ghost_file_gives_what_is_whole(operator: Operator) -> None:
    whole = ghost([post("1" * 24, "One"), post("2" * 24, "Two")])
    run = operator.imports(whole[: whole.index('"Two"') + 20], "g.json")
    assert list(Article.objects.values_list("slug", flat=True)) == ["one"]
    assert "about byte" in report(run)
    assert "The last whole story before it: One" in report(run)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<rss><channel><item><title>&b;</title></item></channel></rss>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss><channel><item><title>&x;</title></item></channel></rss>"
)


@pytest.mark.parametrize("bomb", [BOMB, OUTSIDE])
def test_entities_of_a_file_s_own_are_refused(operator: Operator, bomb: str) -> None:
    with pytest.raises(FileRefused, match="entities"):
        operator.imports(bomb)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xml"),
        (b"\x00\xff\xfe\x00PK", "a.xml"),
        (b"<html><p>Not this</html>", "a.xml"),
        (b"<rss><channel></channel></rss>", "a.xml"),
        (b"{}", "a.json"),
        (b'{"db": 5', "a.json"),
        (b"[1, 2", "a.json"),
        (b"name,phone\nx,1\n", "a.csv"),
        (b"", "a.csv"),
    ],
)
def test_what_is_no_export_is_refused(operator: Operator, content: bytes, name: str) -> None:
    with pytest.raises(FileRefused):
        operator.imports(content, name)


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8-sig"),
        ("UTF-8", "latin-1"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-1", "utf-8"),
        ("UTF-16", "utf-16"),
        ("UTF-8", "utf-16-le"),
        ("no-such-thing", "utf-8"),
        ("rot13", "latin-1"),
    ],
)
def test_any_encoding_is_read(
    operator: Operator, story: Story, declared: str, written: str
) -> None:
    operator.imports(wxr(item(1, "Año", slug="ano"), encoding=declared).encode(written))
    assert story("ano").title == "Año"


def test_a_wrong_encoding_is_told(operator: Operator) -> None:
    run = operator.imports(wxr(item(1, "Año")).encode("latin-1"))
    assert "not written as the file says" in report(run)


def test_nul_bytes_and_other_controls_become_spaces(operator: Operator, story: Story) -> None:
    run = operator.imports(wxr(item(1, "A\x00 b\x08ridge", slug="x")))
    assert story("x").title == "A b ridge"
    assert "cannot be printed" in report(run)
    operator.imports(ghost([post(title="Nul\u0000 and \ud800", slug="y")]), "g.json")
    assert story("y").title.startswith("Nul and")


def test_scripts_never_reach_a_page(operator: Operator, story: Story) -> None:
    body = (
        '<p onclick="x()">Hi <a href="javascript:x()">there</a></p><script>x()</script>'
        '<img src=x onerror="x()"><svg onload=x()><iframe srcdoc="<script>x()</script>"></iframe>'
    )
    run = operator.imports(wxr(item(1, "<script>x()</script>A <b>title</b>", body, slug="t")))
    assert story().title == "A title"
    page = Client().get("/us/world/t/").content.decode()
    for words in ("x()", "onclick", "javascript:", "srcdoc"):
        assert words not in page
    assert "Scripts or styles" in report(run)


@pytest.mark.parametrize("slug", ["../admin", "admin", "topic", "%2e%2e%2fadmin", "a/b", "", "-"])
def test_a_slug_stays_within_its_section(operator: Operator, story: Story, slug: str) -> None:
    operator.imports(wxr(item(1, "T", slug=slug, link=f"https://old.example/{slug}")))
    made = story()
    assert made.url == f"/us/world/{made.slug}/"
    assert "/" not in made.slug
    assert Client().get(made.url).status_code == 200
    assert Client().get("/admin/").status_code == 302


@pytest.mark.parametrize("date", ["0000-00-00 00:00:00", "0000-01-01 00:00:00", "x", "9999-99-99"])
def test_impossible_dates_do_not_stop_a_story(operator: Operator, story: Story, date: str) -> None:
    operator.imports(wxr(item(1, date=date)))
    assert story().published_at.year == 2024  # by the feed's own date


def test_endless_titles_and_missing_elements(operator: Operator, story: Story) -> None:
    run = operator.imports(
        wxr(
            item(1, "long " * 20_000, slug="long"),
            "<item></item>",
            "<item><content:encoded>Only words here.</content:encoded></item>",
        )
    )
    assert len(story("long").title) <= 255
    assert "It was cut." in report(run)
    assert run.failed == 0
    assert Article.objects.filter(title="Only words here.").count() == 1


def test_words_the_gate_would_fill_in_are_made_harmless(operator: Operator, story: Story) -> None:
    operator.imports(wxr(item(1, "A %%token%% title", "Body %%token%%.", slug="t")))
    assert "%%token%%" not in story().title + str(text_of(story()))


def test_the_same_slug_twice_and_the_same_id_twice(operator: Operator) -> None:
    run = operator.imports(wxr(item(1, "Same"), item(2, "Same"), item(2, "Same")))
    assert sorted(Article.objects.values_list("slug", flat=True)) == ["same", "same-2"]
    assert run.same == 1


def test_ten_thousand_categories_make_only_the_topics_that_are_used(operator: Operator) -> None:
    round_ = "".join(
        f"<wp:category><wp:category_nicename>c{n}</wp:category_nicename>"
        f"<wp:category_parent>c{(n + 1) % 10_000}</wp:category_parent>"
        f"<wp:cat_name>C{n}</wp:cat_name></wp:category>"
        for n in range(10_000)
    )
    labels = [("category", f"c{n}", f"C{n}") for n in range(20)]
    operator.imports(wxr(round_, item(1, labels=labels)))
    assert Topic.objects.count() == 20


@pytest.mark.parametrize("key", [None, 5, [], {}, "x" * 5000])
def test_rows_of_other_kinds_than_expected(operator: Operator, key: object) -> None:
    row = dict.fromkeys(post(), key)
    run = operator.imports(
        ghost([row, post()], tags=[row, 5], users=[None], posts_tags=[row]), "g.json"
    )
    assert run.made >= 1
    assert Article.objects.filter(slug="a-bridge-opens").exists()


def test_pictures_are_never_looked_for_outside(operator: Operator, tmp_path: Path) -> None:
    jpeg(tmp_path / "secret.jpg")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    folder = picture_files.Folder(inside)
    for address in ("../secret.jpg", "/uploads/../../secret.jpg", "link.jpg", str(tmp_path), "%00"):
        assert not folder.has(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:10.0.0.1]/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://0x7f000001/a.jpg",
        "http://192.168.1.1:22/a.jpg",
        "http://a:b@1.1.1.1/a.jpg",
        "file:///etc/passwd",
        "ftp://1.1.1.1/a.jpg",
        "http://[bad/a.jpg",
    ],
)
def test_nothing_is_fetched_from_inside(address: str) -> None:
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(address)


def test_a_site_that_answers_drop_by_drop_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside, outside = socket.socketpair()
    inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ndrop")
    outside.settimeout(5)
    monkeypatch.setattr(fetching, "public_address", lambda _host, _port: "192.0.2.1")
    monkeypatch.setattr(fetching.socket, "create_connection", lambda *_: outside)
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1.0)
    with inside, pytest.raises(fetching.NotFetched, match="too slowly"):
        fetching.fetch("http://old.example/a.jpg")


def test_nothing_is_fetched_unasked(
    operator: Operator, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return jpeg(operator.folder / "x.jpg").read_bytes()

    monkeypatch.setattr(fetching, "fetch", fetch)
    file = wxr(item(1, body='<img src="/wp-content/uploads/a.jpg" alt="A">'))
    operator.imports(file)
    assert asked == []
    operator.imports(file, fetch_images=True)
    assert asked == ["https://old.example/wp-content/uploads/a.jpg"]
    assert [kind for kind, _ in text_of(story())] == ["picture"]


def test_a_picture_that_is_none_is_told(operator: Operator, newsroom: Newsroom) -> None:
    (operator.folder / "uploads").mkdir()
    (operator.folder / "uploads/a.jpg").write_bytes(b"<script>")
    run = operator.imports(wxr(item(1, body='<img src="/uploads/a.jpg" alt="A">')))
    assert (run.made, run.failed) == (1, 0)
    assert "not a picture" in report(run)


def test_deep_and_huge_markup(operator: Operator, story: Story) -> None:
    deep = json.dumps({"root": {"children": []}}).replace(
        "[]", '[{"children":' * 20_000 + "[]" + "}]" * 20_000
    )
    run = operator.imports(
        ghost(
            [
                post("1" * 24, "Deep", html="<div>" * 50_000 + "still here"),
                post("2" * 24, "Lexical", lexical=deep, html="<p>as html</p>"),
            ]
        ),
        "g.json",
    )
    assert run.failed == 0
    assert "still here" in str(text_of(story("deep")))
    assert "as html" in str(text_of(story("lexical")))
