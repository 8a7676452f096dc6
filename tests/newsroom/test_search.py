"""The search finds stories by what everybody may read of them, and by nothing else."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from modelsearch import index
from modelsearch.query import And, Not, Phrase, PlainText
from wagtail.models import PageViewRestriction

from broadsheet.access import Level
from broadsheet.newsroom import indexing
from broadsheet.newsroom.merging import merge
from broadsheet.newsroom.models import Article, ArticleAuthor
from broadsheet.newsroom.models.paper import PAGE_SIZE
from broadsheet.newsroom.word_index import MOST_WORDS, SearchBackend, tamed
from broadsheet.newsroom.wording import extract, folded, pieces

from .conftest import HIDDEN, Newsroom, paragraphs


def put(*stories: Article) -> None:
    for story in stories:
        index.insert_or_update_object(Article.objects.get(pk=story.pk))


def slugs(client: Client, **asked: str) -> list[str]:
    answer = client.get("/us/search/", asked)
    assert answer.status_code == 200, answer.content
    return [one.story.slug for one in answer.context.get("found") or ()]


def said(client: Client, **asked: str) -> str:
    return client.get("/us/search/", asked).content.decode()


@pytest.fixture
def story(newsroom: Newsroom) -> Article:
    made = newsroom.story(
        "harbin",
        title="A visit to Harbin",
        kicker="Diplomacy",
        standfirst="Two presidents in the snow.",
        authors=[newsroom.author("Ann Poe")],
        topics=[newsroom.topic("China")],
        body=[
            {"type": "paragraph", "value": "<p>The château, señor, is cold.</p>"},
            *paragraphs(),
        ],
    )
    put(made)
    return made


@pytest.mark.parametrize(
    "typed",
    ["harbin", "HARBIN visit", "diplomacy", "snow", "poe", "china", "chateau senor", "SEÑOR"],
)
def test_a_story_is_found_by_any_of_its_open_words(
    client: Client, story: Article, typed: str
) -> None:
    assert slugs(client, q=typed) == ["harbin"]


def test_every_word_has_to_be_there(client: Client, story: Article) -> None:
    assert slugs(client, q="harbin moscow") == []
    assert "0 stories with “harbin moscow”" in said(client, q="harbin moscow")


def test_the_words_are_marked_where_they_stand(client: Client, story: Article) -> None:
    page = said(client, q="harbin senor")
    assert "A visit to <mark>Harbin</mark>" in page
    assert "The château, <mark>señor</mark>, is cold." in page
    assert "1 story with “harbin senor”" in page


@pytest.mark.parametrize("word", ["subscriber", "words", HIDDEN])
def test_a_word_behind_the_wall_finds_nothing(client: Client, story: Article, word: str) -> None:
    assert slugs(client, q=word) == []
    assert HIDDEN not in said(client, q="open")


def test_the_whole_text_of_a_free_story_is_found_until_it_is_closed(
    client: Client, newsroom: Newsroom
) -> None:
    made = newsroom.story("open", access=Level.FREE.value)
    put(made)
    assert slugs(client, q="subscriber words") == ["open"]
    Article.objects.filter(pk=made.pk).update(access=Level.SUBSCRIBERS.value)
    assert slugs(client, q="subscriber words") == []  # before the index follows
    put(made)
    assert slugs(client, q="subscriber words") == []
    assert slugs(client, q="open paragraph") == ["open"]


def test_a_shorter_preview_hides_words_at_once_and_the_index_follows(
    client: Client,
    newsroom: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[tuple[str, int]] = []
    index_again = indexing.index_again.func
    queue = SimpleNamespace(enqueue=lambda *told: asked.append(told))
    monkeypatch.setattr(indexing, "index_again", queue)
    body = [{"type": "paragraph", "value": f"<p>Word{n}.</p>"} for n in range(5)]
    put(newsroom.story("short", body=body))
    assert slugs(client, q="word2") == ["short"]
    with django_capture_on_commit_callbacks(execute=True):
        newsroom.us.preview_paragraphs = 1
        newsroom.us.save()
    assert slugs(client, q="word2") == []
    assert asked == [("Edition", newsroom.us.pk)]
    index_again(*asked[0])
    assert not Article.objects.all().search("word2").count()
    assert Article.objects.all().search("word0").count() == 1


def test_a_new_name_of_an_author_is_found(
    client: Client, story: Article, django_capture_on_commit_callbacks: Any
) -> None:
    ann = story.authors[0]
    ann.name = "Ann Roe"
    ann.save()
    indexing.index_again.func("Author", ann.pk)
    assert slugs(client, q="roe") == ["harbin"]
    assert slugs(client, q="poe") == []


def test_the_stories_of_a_merged_topic_are_indexed_again(
    newsroom: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asked: list[tuple[str, int]] = []
    queue = SimpleNamespace(enqueue=lambda *told: asked.append(told))
    monkeypatch.setattr(indexing, "index_again", queue)
    old, new = newsroom.topic("Gas"), newsroom.topic("Energy")
    with django_capture_on_commit_callbacks(execute=True):
        merge(old, new)
    assert ("Topic", new.pk) in asked


def test_what_is_not_out_is_not_found(client: Client, newsroom: Newsroom) -> None:
    put(newsroom.story("secret-draft", live=False))
    later = timezone.now() + timedelta(hours=1)
    put(newsroom.story("secret-embargo", embargo=later))
    private = newsroom.section("private")
    put(newsroom.story("secret-private", private))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert slugs(client, q="secret") == []
    past = timezone.now() - timedelta(hours=1)
    put(newsroom.story("secret-no-more", embargo=past))
    assert slugs(client, q="secret") == ["secret-no-more"]


def test_the_search_is_narrowed_down(client: Client, newsroom: Newsroom) -> None:
    ann, china = newsroom.author("Ann Poe"), newsroom.topic("China")
    put(
        newsroom.story("one", authors=[ann], hours=1),
        newsroom.story("two", newsroom.opinion, topics=[china], hours=24 * 10),
    )
    day = (timezone.now() - timedelta(days=5)).date().isoformat()
    assert slugs(client, q="open") == ["one", "two"]
    assert slugs(client, q="open", section="opinion") == ["two"]
    assert slugs(client, q="open", topic="china") == ["two"]
    assert slugs(client, author="ann-poe") == ["one"]
    assert slugs(client, author="ANN POE") == ["one"]
    assert slugs(client, since=day) == ["one"]
    assert slugs(client, until=day) == ["two"]
    page = said(client, q="open", section="opinion", topic="China", until=day)
    for kept in ('value="open"', 'value="opinion" selected', 'value="China"', f'value="{day}"'):
        assert kept in page


def test_results_are_paged_and_the_pages_keep_the_question(
    client: Client, newsroom: Newsroom
) -> None:
    put(*(newsroom.story(f"story-{n}", hours=n) for n in range(PAGE_SIZE + 1)))
    assert len(slugs(client, q="open")) == PAGE_SIZE
    assert slugs(client, q="open", page="2") == [f"story-{PAGE_SIZE}"]
    assert "?q=open&amp;page=2" in said(client, q="open")


@pytest.mark.parametrize("page", ["999999", "0", "-1", "x", "", "\0", "9" * 400])
def test_a_page_that_there_is_not_is_not_found(client: Client, story: Article, page: str) -> None:
    assert client.get("/us/search/", {"q": "harbin", "page": page}).status_code == 404


CLUMSY = {
    "far too long": "a" * 10_000,
    "far too many": "a " * 100,
    "nul": "har\0bin",
    "operators": '* " ( - ^',
    "emoji": "😀😀",
    "dots": "../../",
}


@pytest.mark.parametrize("typed", CLUMSY.values(), ids=CLUMSY.keys())
def test_what_cannot_be_looked_for_is_answered_in_words(
    client: Client, story: Article, typed: str
) -> None:
    answer = client.get("/us/search/", {"q": typed})
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "AND",
        "AND OR NOT",
        "NEAR(harbin visit)",
        'x" OR title:"harbin',
        'x" OR "harbin',
        "har*",
        "title : x OR harbin",
        "{title} : x",
        "x NOT harbin",
        "-nothing",
        "^x",
        "%s %d %(x)s",
        "'; DROP TABLE x; --",
        "שלום",
        "مرحبا",
        "\u202eharbin",
        "哈尔滨",
        "\ud7ff",
        "ﬁ",
    ],
)
def test_nothing_typed_is_an_operator(client: Client, story: Article, typed: str) -> None:
    answer = client.get("/us/search/", {"q": typed})
    assert answer.status_code in (200, 400)
    found = [one.story.slug for one in answer.context.get("found") or ()]
    assert found == (["harbin"] if typed == "\u202eharbin" else [])


def test_nothing_asked_is_no_fault(client: Client, newsroom: Newsroom) -> None:
    for asked in ({}, {"q": ""}, {"q": "   "}, {"section": "", "page": "7"}):
        answer = client.get("/us/search/", asked)
        assert answer.status_code == 200
        assert "found" not in answer.context


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"since": "2026-02-31"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"since": "99999-01-01"},
        {"since": "2026-02-02", "until": "2026-02-01"},
        {"section": "../"},
        {"section": "none"},
        {"topic": "none"},
        {"topic": "\0"},
        {"author": "nobody"},
        {"author": "x" * 500},
    ],
)
def test_what_cannot_be_narrowed_to_is_told_at_its_field(
    client: Client, story: Article, asked: dict[str, str]
) -> None:
    answer = client.get("/us/search/", {"q": "harbin", **asked})
    assert answer.status_code == 400
    assert 'class="errorlist"' in answer.content.decode()


def test_bytes_that_are_no_text_are_no_fault_of_the_paper(client: Client, story: Article) -> None:
    assert client.get("/us/search/?q=%FF%FE&since=%00").status_code == 400


def test_what_was_typed_cannot_become_markup(client: Client, story: Article) -> None:
    page = said(client, q="<script>alert(1)</script> harbin")
    assert "<script>alert" not in page


def test_no_name_that_is_offered_tells_of_a_story_to_come(
    client: Client, newsroom: Newsroom, story: Article
) -> None:
    newsroom.story(
        "resigns",
        live=False,
        topics=[newsroom.topic("A resignation")],
        authors=[newsroom.author("Somebody New")],
    )
    page = said(client)
    assert '<option value="China">' in page
    assert '<option value="Ann Poe">' in page
    assert "A resignation" not in page
    assert "Somebody New" not in page


def test_a_search_costs_few_queries(client: Client, newsroom: Newsroom) -> None:
    put(
        *(
            newsroom.story(f"story-{n}", hours=n, authors=[newsroom.author(f"Author {n}")])
            for n in range(PAGE_SIZE)
        )
    )
    client.get("/us/search/?q=open")
    with CaptureQueriesContext(connection) as queries:
        assert len(slugs(client, q="open")) == PAGE_SIZE
    assert len(queries) <= 20


def test_the_search_page_is_not_for_search_engines(client: Client, newsroom: Newsroom) -> None:
    assert '<meta name="robots" content="noindex">' in said(client)


def test_no_section_can_take_the_searchs_address(newsroom: Newsroom) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="taken"):
        newsroom.section("search").clean()


@pytest.mark.parametrize("typed", ['"', 'a" OR "b', "((((", "*", "NOT", "a" * 500, "b " * 5000])
def test_editors_may_type_anything_in_the_admins_search(
    client: Client, story: Article, django_user_model: Any, typed: str
) -> None:
    client.force_login(django_user_model.objects.create_superuser("irene@example.com", "words"))
    assert client.get("/admin/pages/search/", {"q": typed}).status_code == 200
    assert client.get(f"/admin/pages/{story.get_parent().pk}/", {"q": typed}).status_code == 200


def test_editors_find_a_story_by_its_kicker(
    client: Client, story: Article, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create_superuser("irene@example.com", "words"))
    assert "A visit to Harbin" in client.get("/admin/pages/search/?q=diplom").content.decode()


def test_the_backend_is_asked_for_words_alone() -> None:
    query = And([PlainText('a" b'), Not(Phrase('c" OR d')), PlainText('"')])
    assert repr(tamed(query)) == repr(And([PlainText("a b"), Not(Phrase("c OR d"))]))
    assert tamed(PlainText("* ^")) is None
    many = tamed(PlainText("a " * 5000))
    assert isinstance(many, PlainText)
    assert len(many.query_string.split()) == MOST_WORDS


def test_the_paper_uses_that_backend() -> None:
    from modelsearch.backends import get_search_backend

    assert isinstance(get_search_backend(), SearchBackend)


def test_an_extract_is_cut_between_words_round_the_first_hit() -> None:
    line = "before " * 60 + "the harbour froze " + "after " * 60
    cut = "".join(piece.text for piece in extract("no\n" + line, ["harbour"]))
    assert cut.startswith("… before")
    assert cut.endswith("after …")
    assert "harbour froze" in cut
    assert len(cut) < 300
    assert extract("nothing here", ["harbour"]) == []
    assert extract("x" * 5000 + " harbour " + "y" * 5000, ["harbour"])


def test_pieces_are_the_text_again() -> None:
    text = "Él vio el ÉBANO—ébano."
    cut = pieces(text, [folded("ebano")])
    assert "".join(piece.text for piece in cut) == text
    assert [piece.text for piece in cut if piece.hit] == ["ÉBANO", "ébano"]


def test_a_draft_of_a_published_story_is_not_found(client: Client, story: Article) -> None:
    story.title = "Zebra"
    story.save_revision()
    put(story)
    assert slugs(client, q="zebra") == []
    assert slugs(client, q="harbin") == ["harbin"]


def test_a_byline_is_indexed_with_its_story(client: Client, newsroom: Newsroom) -> None:
    made = newsroom.story("plain")
    made.byline = [ArticleAuthor(author=newsroom.author("Bo Lee"))]
    made.save()
    put(made)
    assert slugs(client, q="bo lee") == ["plain"]
