"""HTML becomes blocks: whatever it is, it raises nothing, runs nothing and keeps every word."""

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.importing.story_blocks import TAGS, convert, plain
from broadsheet.importing.wordpress.bodies import as_html
from broadsheet.newsroom.blocks import StoryBody
from broadsheet.newsroom.storytext import clean

TAG_NAMES = sorted(TAGS - {"iframe", "object", "video", "audio", "input", "source", "embed"})
WORDS = st.integers(0, 999).map(lambda n: f" word{n}x ")
HTML = st.recursive(
    WORDS,
    lambda inside: st.tuples(st.sampled_from(TAG_NAMES), st.lists(inside, max_size=4)).map(
        lambda both: f"<{both[0]}>{''.join(both[1])}</{both[0]}>"
    ),
    max_leaves=12,
)
SIGNS = (
    *(f"<{tag}>" for tag in TAG_NAMES),
    *(f"</{tag}>" for tag in TAG_NAMES),
    *("<script>", "</script>", "<!--", "-->", "<!--more-->", "<![CDATA[", "]]>", "&#0;"),
    *("<img src=x onerror=alert(1)>", "<a href='javascript:x'>", '<a href="http://x">'),
    *("[caption]", "[/caption]", "[gallery ids='1']", "[x y='z']", "\n\n", "<svg>", "\0"),
)
MESS = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=8)), max_size=30).map("".join)


class _Found(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}


def paragraphs(html: str) -> list[str]:
    return [value for kind, value in convert(html).blocks if kind == "paragraph"]


def everything(html: str) -> str:
    return " ".join(str(value) for _kind, value in convert(html).blocks)


@given(HTML)
@settings(max_examples=150)
def test_every_word_is_kept(html: str) -> None:
    words = sorted(re.findall(r"word\d+x", html))
    assert sorted(re.findall(r"word\d+x", everything(html))) == words


@given(MESS)
@settings(max_examples=250)
def test_whatever_it_is_only_emphasis_and_links_come_out(html: str) -> None:
    for made in paragraphs(as_html(html, {})):
        found = _Found()
        found.feed(made)
        assert found.tags <= {"p", "b", "i", "a", "br"}
        assert found.attributes <= {"href"}
        assert "javascript:" not in re.sub(r">[^<]*<", "><", made)
        printed = clean(made)  # and no word is lost there
        assert re.findall(r"\w+", plain([printed])) == re.findall(r"\w+", plain([made]))


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_no_text_makes_it_fail(text: str) -> None:
    known = set(StoryBody().child_blocks)
    assert {kind for kind, _value in convert(as_html(text, {})).blocks} <= known


def test_headings_quotations_lists_tables_and_frames() -> None:
    made = convert(
        "<h3>Part</h3><blockquote><p>Said <i>so</i>.</p><cite>Ann Poe, mayor</cite></blockquote>"
        '<figure class="wp-block-pullquote"><blockquote><p>Pulled</p></blockquote></figure>'
        "<ol><li>one</li><li>two</li></ol>"
        '<iframe src="https://v.example/1"></iframe>'
        "<figure><table><tr><th>Year</th><th>Boats</th></tr><tr><td>2024</td><td><b>7</b></td></tr>"
        "</table><figcaption>The harbour</figcaption></figure>"
        "<p>https://youtu.be/dQw4w9WgXcQ</p>"
    )
    assert made.blocks[:5] == [
        ("subheading", "Part"),
        (
            "quotation",
            {"text": "Said so.", "speaker": "Ann Poe", "speaker_role": "mayor", "agency": ""},
        ),
        ("pull_quote", "Pulled"),
        ("paragraph", "<p>1. one</p>"),
        ("paragraph", "<p>2. two</p>"),
    ]
    assert "https://v.example/1" in str(made.blocks[5])
    table = made.blocks[6][1]["table"]
    assert (table["data"], table["table_caption"]) == (
        [["Year", "Boats"], ["2024", "7"]],
        "The harbour",
    )
    assert table["table_header_choice"] == "row"
    kind, film = made.blocks[7]
    assert (kind, film["title"]) == ("embed", "YouTube")
    assert film["player"].endswith("/embed/dQw4w9WgXcQ")
    assert any("Lists" in loss.what for loss in made.losses)


def test_lines_of_the_classic_editor_are_paragraphs() -> None:
    html = as_html("One\ntwo\n\nThree [sic] and [1]\n\n<pre>a\n\nb</pre>", {})
    assert paragraphs(html) == [
        "<p>One<br/> two</p>",
        "<p>Three [sic] and [1]</p>",
        "<p>a<br/><br/>b</p>",
    ]


def test_shortcodes_are_read_or_dropped_with_a_word() -> None:
    html = as_html(
        '[caption id="a" width="3"]<img src="a.jpg" alt="A"/> Below[/caption]\n\n'
        '[form id="3"] [box]inner[/box] [[kept]]',
        {},
    )
    made = convert(html)
    (kind, picture), (_kind, text) = made.blocks
    assert (kind, picture.caption) == ("picture", "Below")
    assert text == "<p>inner [kept]</p>"
    assert [loss.what for loss in made.losses] == ['[form id="3"]', "[box]"]
