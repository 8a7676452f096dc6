"""Tables in stories: named, read line by line, and as wide as they like within their frame."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from wagtail.blocks.stream_block import StreamBlockValidationError

from broadsheet.newsroom.blocks import StoryBody, plain_text
from broadsheet.newsroom.extrablocks import MOST_COLUMNS, MOST_LINES
from tests.newsroom.conftest import Newsroom

ROWS = [["", "2023", "2024"], ["Wheat", "240.1", "−3"], ["Rye", "12", ""]]


def table(
    rows: list[list[Any]] | None = None,
    *,
    headers: str = "both",
    caption: str = "Prices",
    source: str = "The Exchange",
) -> list[dict[str, Any]]:
    stored = {
        "data": ROWS if rows is None else rows,
        "table_caption": caption,
        "table_header_choice": headers,
        "first_row_is_table_header": headers in ("row", "both"),
        "first_col_is_header": headers in ("column", "both"),
    }
    return [{"type": "table", "value": {"table": stored, "source": source}}]


def printed(client: Client, newsroom: Newsroom, body: list[dict[str, Any]]) -> str:
    page = client.get(newsroom.story("prices", body=body, access="free").url).content.decode()
    found = re.search(r'<figure class="data-table">.*?</figure>', page, re.DOTALL)
    assert found
    return re.sub(r">\s+<", "><", found[0])


def test_it_has_a_caption_headers_and_a_source(client: Client, newsroom: Newsroom) -> None:
    page = printed(client, newsroom, table())
    assert "<caption>Prices</caption>" in page
    assert '<td></td><th scope="col" class="number">2023</th>' in page
    assert '<tr><th scope="row">Wheat</th><td class="number">240.1</td>' in page
    assert "Source: The Exchange" in page


def test_its_frame_can_be_moved_by_keys_and_has_a_name(client: Client, newsroom: Newsroom) -> None:
    page = printed(client, newsroom, table())
    assert '<div class="table-frame" role="region" tabindex="0" aria-label="Prices">' in page


@pytest.mark.parametrize(
    ("headers", "columns", "lines"), [("row", 2, 0), ("column", 0, 3), ("neither", 0, 0)]
)
def test_headers_are_where_the_editor_says(
    headers: str, columns: int, lines: int, client: Client, newsroom: Newsroom
) -> None:
    page = printed(client, newsroom, table(headers=headers))
    assert page.count('scope="col"') == columns
    assert page.count('scope="row"') == lines


def test_cells_are_words_and_never_markup(client: Client, newsroom: Newsroom) -> None:
    page = printed(client, newsroom, table([["a", "b"], ["<script>x</script>", None], [1, 2.5]]))
    assert "<script" not in page
    assert "2.5" in page


def test_its_words_are_the_storys(newsroom: Newsroom) -> None:
    (child,) = StoryBody().to_python(table())
    assert plain_text(child) == "Prices 2023 2024 Wheat 240.1 −3 Rye 12"


REFUSED = {
    "Give the table a caption": table(caption=" "),
    "The table is empty": table([["", ""], ["", None]]),
    "Say whether the first row": table(headers="neither"),
    f"up to {MOST_LINES} rows": table([["a", "b"]] * (MOST_LINES + 1)),
    f"and {MOST_COLUMNS} columns": table([["a"] * (MOST_COLUMNS + 1)] * 2),
    "A cell holds up to": table([["a", "b"], ["x" * 301, "c"]]),
    "required": table(source=""),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_readers_could_not_use_is_refused(why: str) -> None:
    block = StoryBody()
    with translation.override("en"), pytest.raises(StreamBlockValidationError) as refused:
        block.clean(block.to_python(REFUSED[why]))
    assert why in str(refused.value.as_json_data())


@pytest.mark.parametrize(
    "stored", [None, {}, {"data": None}, {"data": [[]]}, {"data": [["a"], []]}]
)
def test_what_was_stored_wrong_still_prints(
    stored: Any, client: Client, newsroom: Newsroom
) -> None:
    body = [{"type": "table", "value": {"table": stored}}]
    article = newsroom.story("prices", body=body, access="free")
    assert client.get(article.url).status_code == 200
