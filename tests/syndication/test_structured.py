"""Structured data: what schema.org and Google ask of it, and no word of the text."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from broadsheet.access import Facts, Level, decide
from broadsheet.gate.pages import Kind, Standing, face_for
from broadsheet.newsroom import printing
from broadsheet.newsroom.models import Article
from broadsheet.syndication import structured
from tests.newsroom.conftest import HIDDEN, Newsroom

from . import rules
from .conftest import moment

SITE = "http://127.0.0.1:8000"
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def told(page: str) -> list[dict[str, Any]]:
    found = [json.loads(text) for text in SCRIPT.findall(page)]
    for data in found:
        assert data["@context"] == "https://schema.org"
    return found


def of(client: Client, path: str) -> dict[str, Any]:
    """The data of a page by its type."""
    return {data["@type"]: data for data in told(client.get(path).content.decode())}


def whole(article: Article) -> str:
    """The page with the full text, as the gate prints it for those who may read it."""
    decision = decide(Facts(Level.FREE))
    face = face_for(decision, Standing(signed_in=True), "en")
    assert face.kind is Kind.FULL
    return printing.sheet(article, face).decode()


def test_a_story_is_told_as_google_wants_it(client: Client, story: Article) -> None:
    data = of(client, story.get_url())["AnalysisNewsArticle"]
    assert data["headline"] == "A <visit> to Harbin & back"
    assert data["description"] == story.standfirst
    assert moment(data["datePublished"]) <= moment(data["dateModified"])
    assert data["inLanguage"] == "en-US"
    assert data["articleSection"] == "World"
    assert data["keywords"] == ["China"]
    assert data["genre"] == "Analysis"
    for author in data["author"]:
        assert author["@type"] == "Person"
        rules.address(author["url"])
    assert [author["name"] for author in data["author"]] == ["Ann Poe", "Bo Lee"]
    assert data["publisher"]["name"] == "The Test Sheet"
    rules.address(data["publisher"]["logo"]["url"])
    assert len(data["image"]) == 3
    for image in data["image"]:
        rules.address(image)
    assert data["mainEntityOfPage"] == f"{SITE}/us/world/harbin/"
    (correction,) = data["correction"]
    assert (correction["@type"], correction["text"]) == ("CorrectionComment", "It was Tuesday.")


def test_pictures_come_in_three_ratios(story: Article) -> None:
    made = {
        form: story.lead_picture.get_rendition(f"{form}|format-jpeg") for form in structured.RATIOS
    }
    ratios = [round(one.width / one.height, 2) for one in made.values()]
    assert ratios == pytest.approx([1.0, 4 / 3, 16 / 9], abs=0.02)


@pytest.mark.parametrize("face", ["preview", "whole"])
def test_what_is_closed_is_marked_in_the_page_and_told(
    client: Client, story: Article, face: str
) -> None:
    page = whole(story) if face == "whole" else client.get(story.get_url()).content.decode()
    data = told(page)[0]
    assert data["isAccessibleForFree"] is False
    assert data["hasPart"] == {
        "@type": "WebPageElement",
        "isAccessibleForFree": False,
        "cssSelector": ".story-closed",
    }
    open_part, _, closed = page.partition('<div class="story-closed">')
    assert HIDDEN not in open_part
    assert "Open paragraph 1." in open_part
    assert bool(closed) == (HIDDEN in closed) == (face == "whole")


def test_the_closed_part_is_closed_again(story: Article) -> None:
    page = whole(story)
    text = page[page.index('<div id="story-text">') : page.index("</article>")]
    assert len(re.findall(r"<div\b", text)) == len(re.findall(r"</div>", text))


def test_a_free_story_has_no_closed_part(client: Client, newsroom: Newsroom) -> None:
    free = newsroom.story("open", access="free")
    assert "story-closed" not in whole(free)
    data = of(client, free.get_url())["NewsArticle"]
    assert data["isAccessibleForFree"] is True
    assert "hasPart" not in data


def test_no_word_of_the_text_is_told(story: Article) -> None:
    for data in told(whole(story)):
        said = json.dumps(data)
        assert HIDDEN not in said
        assert "Open paragraph" not in said


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "NewsArticle"),
        ({"genre": "news"}, "NewsArticle"),
        ({"genre": "interview"}, "NewsArticle"),
        ({"genre": "opinion"}, "OpinionNewsArticle"),
        ({"genre": "review"}, "ReviewNewsArticle"),
        ({"genre": "opinion", "sponsor": "Acme"}, "AdvertiserContentArticle"),
    ],
)
def test_each_kind_of_piece_has_its_type(
    newsroom: Newsroom, fields: dict[str, str], kind: str
) -> None:
    assert structured.type_of(newsroom.story("piece", **fields)) == kind


def test_the_way_to_a_story_is_told(client: Client, story: Article) -> None:
    items = of(client, story.get_url())["BreadcrumbList"]["itemListElement"]
    assert [item["position"] for item in items] == [1, 2, 3]
    assert [item["name"] for item in items] == ["United States", "World", story.title]
    assert [item["item"] for item in items][-1] == f"{SITE}/us/world/harbin/"


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/us/", "WebPage"), ("/us/world/", "CollectionPage"), ("/us/topic/china/", "CollectionPage")],
)
def test_lists_are_told_with_their_publisher(
    client: Client, story: Article, path: str, kind: str
) -> None:
    data = of(client, path)[kind]
    assert data["url"] == SITE + path
    assert data["publisher"]["@type"] == "NewsMediaOrganization"
    assert data["inLanguage"] == "en-US"


def test_an_author_is_told_as_a_person(client: Client, story: Article) -> None:
    page = of(client, "/us/author/ann-poe/")["ProfilePage"]
    assert page["mainEntity"]["@type"] == "Person"
    assert page["mainEntity"]["name"] == "Ann Poe"
    assert page["mainEntity"]["worksFor"]["name"] == "The Test Sheet"


def test_the_search_and_other_pages_tell_nothing(client: Client, story: Article) -> None:
    assert of(client, "/us/search/") == {}
    assert of(client, "/plans/") == {}


def test_nothing_can_end_the_element_that_tells(client: Client, newsroom: Newsroom) -> None:
    title = "</script><script>alert(1)</script> \u2028 & <!--"
    odd = newsroom.story("odd")
    Article.objects.filter(pk=odd.pk).update(title=title)
    page = client.get(odd.get_url()).content.decode()
    assert "<script>alert" not in page
    assert told(page)[0]["headline"] == title
    written = SCRIPT.findall(page)[0]
    for letter in "<>&\u2028":
        assert letter not in written


def test_a_long_headline_is_cut_at_a_word(newsroom: Newsroom) -> None:
    long = newsroom.story("long", title="word " * 40 + "end")
    said = structured.story(long)["headline"]
    assert len(said) <= 110
    assert said.endswith("word…")


def test_the_picture_for_sharing_is_named(client: Client, story: Article) -> None:
    page = client.get(story.get_url()).content.decode()
    found = re.search(r'<meta property="og:image" content="([^"]+)">', page)
    assert found
    rules.address(found[1])
    assert client.get(found[1].removeprefix(SITE)).headers["Content-Type"] == "image/jpeg"
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    alt = '<meta property="og:image:alt" content="A &lt;visit&gt; to Harbin &amp; back">'
    assert alt in page


def test_a_story_without_a_picture_is_told_with_the_one_for_sharing(newsroom: Newsroom) -> None:
    (image,) = structured.images(newsroom.story("plain"))
    assert "/us/story-" in image
