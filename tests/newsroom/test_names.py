"""Bylines and credits, in words."""

import pytest
from django.utils import translation

from broadsheet.newsroom.bylines import credit, in_words
from broadsheet.newsroom.models import Article, Picture

from .conftest import Newsroom


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["Ann Poe"], "Ann Poe"),
        (["Ann Poe", "Bo Lee"], "Ann Poe and Bo Lee"),
        (["Ann Poe", "Bo Lee", "Cy Roe"], "Ann Poe, Bo Lee and Cy Roe"),
    ],
)
def test_names_are_joined_as_a_sentence_joins_them(names: list[str], text: str) -> None:
    with translation.override("en"):
        assert in_words(names) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("photographer", "agency", "text"),
    [
        ("Ann Poe", "Agency", "Ann Poe (via Agency)"),
        ("Ann Poe", "", "Ann Poe"),
        ("", "Agency", "Agency"),
        ("", "", ""),
    ],
)
def test_a_credit_names_whom_it_can(photographer: str, agency: str, text: str) -> None:
    with translation.override("en"):
        assert credit(photographer, agency) == text
        assert Picture(photographer=photographer, agency=agency).credit == text


def test_a_byline_keeps_the_order_the_editors_gave_it(newsroom: Newsroom) -> None:
    zoe, abe = newsroom.author("Zoe Quill"), newsroom.author("Abe Ink")
    article = newsroom.story("two-hands", authors=[zoe, abe])
    with translation.override("en"):
        assert article.byline_text == "Zoe Quill and Abe Ink"
    assert Article.objects.get(pk=article.pk).authors == [zoe, abe]
