"""Charts: a small table in, a drawing out."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks.stream_block import StreamBlockValidationError

from broadsheet.newsroom.blocks import StoryBody, write_number
from broadsheet.newsroom.charts import Chart, Kind, Row, draw
from broadsheet.newsroom.charts.lines import telling
from broadsheet.newsroom.charts.scale import Scale, ticks

NUMBERS = st.floats(-1e15, 1e15, allow_nan=False).map(lambda x: 0.0 if abs(x) < 1e-9 else x)
ROWS = st.lists(st.tuples(st.text(max_size=12), NUMBERS), min_size=1, max_size=40)
DRAWN = (Kind.BAR, Kind.LINE)
PRESENTATION_ONLY = {"style", "onload", "onclick", "href"}


def chart(*rows: tuple[str, float]) -> Chart:
    return Chart("Trade", "billion", [Row(label, value, f"{value:g}") for label, value in rows])


def drawn(a_chart: Chart, kind: Kind) -> ET.Element:
    # XML knows fewer characters than HTML; those that it lacks are not what is tested.
    return ET.fromstring("".join(c for c in draw(a_chart, kind) if c >= " " and c < "\ud800"))


def by_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [part for part in svg.iter() if part.get("class") == name]


def share(part: ET.Element, name: str) -> float:
    return float((part.get(name) or "").removesuffix("%"))


@pytest.mark.parametrize("kind", DRAWN)
@given(rows=ROWS)
def test_every_table_can_be_drawn_and_stays_inside_its_frame(
    kind: Kind, rows: list[tuple[str, float]]
) -> None:
    svg = drawn(chart(*rows), kind)
    height = float(svg.get("height") or 0)
    for part in svg.iter():
        assert not PRESENTATION_ONLY & set(part.keys())
        for name in ("x", "x1", "x2", "cx", "width"):
            if (part.get(name) or "").endswith("%"):
                assert -0.01 <= share(part, name) <= 100.01
        for name in ("y", "y1", "y2", "cy"):
            if part.get(name) is not None:
                assert 0 <= float(part.get(name) or 0) <= height + 0.01


@pytest.mark.parametrize("kind", DRAWN)
def test_a_drawing_has_a_name_and_says_every_number(kind: Kind) -> None:
    svg = drawn(chart(("2022", 190.0), ("2023", 240.1)), kind)
    title, description = svg[0], svg[1]
    assert svg.get("role") == "img"
    assert (title.tag, title.text) == ("title", "Trade")
    assert svg.get("aria-labelledby") == title.get("id")
    assert svg.get("aria-describedby") == description.get("id")
    assert description.text == "billion. 2022: 190; 2023: 240.1."


@pytest.mark.parametrize("kind", DRAWN)
def test_labels_cannot_become_markup(kind: Kind) -> None:
    svg = draw(chart(('<script>"&', 1.0), ("</svg>", 2.0)), kind)
    assert "<script" not in svg
    assert svg.count("</svg>") == 1


def test_bars_are_as_long_as_their_numbers_and_labelled() -> None:
    svg = drawn(chart(("2022", 120.0), ("2023", 240.0)), Kind.BAR)
    short, long = by_class(svg, "chart-bar-positive")
    assert share(long, "width") == pytest.approx(2 * share(short, "width"), abs=0.02)
    assert [part.text for part in by_class(svg, "chart-value")] == ["120", "240"]
    assert [part.text for part in by_class(svg, "chart-label")] == ["2022", "2023"]


def test_negative_bars_lie_left_of_zero() -> None:
    svg = drawn(chart(("loss", -50.0), ("gain", 100.0)), Kind.BAR)
    zero = share(by_class(svg, "chart-zero")[0], "x1")
    loss, gain = by_class(svg, "chart-bar-negative")[0], by_class(svg, "chart-bar-positive")[0]
    assert share(loss, "x") + share(loss, "width") == pytest.approx(zero, abs=0.02)
    assert share(gain, "x") == pytest.approx(zero, abs=0.02)


def test_a_line_rises_with_its_numbers_and_shows_zero_between_them() -> None:
    svg = drawn(chart(("a", -10.0), ("b", 0.0), ("c", 30.0)), Kind.LINE)
    heights = [float(part.get("cy") or 0) for part in by_class(svg, "chart-point")]
    assert heights == sorted(heights, reverse=True)
    zero = by_class(svg, "chart-zero")[0]
    assert float(zero.get("y1") or 0) == pytest.approx(heights[1])


def test_a_line_of_one_point_is_a_point() -> None:
    svg = drawn(chart(("2023", 5.0)), Kind.LINE)
    assert len(by_class(svg, "chart-point")) == 1
    assert by_class(svg, "chart-line") == []


def test_of_many_points_the_ends_and_the_extremes_are_labelled() -> None:
    assert telling([5, 3, 9, 4, 4, 1, 4, 6]) == [0, 2, 5, 7]
    assert telling([1, 2, 3]) == [0, 1, 2]


def test_an_empty_table_is_not_drawn() -> None:
    assert draw(chart(), Kind.BAR) == ""


def test_two_charts_on_a_page_have_different_ids() -> None:
    assert chart(("a", 1.0)).id != chart(("a", 2.0)).id


@given(NUMBERS, NUMBERS)
def test_ticks_hold_both_ends_and_grow(one: float, two: float) -> None:
    low, high = sorted((one, two))
    marks = ticks(low, high)
    slack = (marks[-1] - marks[0]) * 1e-6
    assert marks == sorted(marks)
    assert 2 <= len(marks) <= 7
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack


def test_a_scale_maps_its_ends_onto_its_ends() -> None:
    scale = Scale(-10, 10, 0, 100)
    assert [scale(-10), scale(0), scale(10)] == [0, 50, 100]


@pytest.mark.parametrize(("language", "text"), [("en", "1,240.5"), ("es", "1\xa0240,5")])
def test_numbers_are_written_as_the_language_writes_them(language: str, text: str) -> None:
    with translation.override(language):
        assert write_number(1240.50) == text
        assert write_number(240.0) == "240"
        assert write_number(-3) == "\N{MINUS SIGN}3"


def test_a_chart_speaks_its_editions_language_whatever_the_reader_speaks() -> None:
    class Spanish:
        language = "es-ES"

    block = StoryBody().child_blocks["chart"]
    value: Any = block.to_python(
        {
            "title": "Comercio",
            "kind": "bar",
            "unit": "",
            "source": "",
            "table": [{"label": "2023", "number": "240.1"}],
        }
    )
    with translation.override("en"):
        context = block.get_context(value, {"edition": Spanish()})
    assert context["rows"][0].text == "240,1"
    assert "240,1" in context["svg"]


def stored(**fields: Any) -> Any:
    value = {
        "title": "Trade",
        "kind": "bar",
        "unit": "billion",
        "source": "Customs",
        "table": [{"label": "2023", "number": "240.1"}],
    }
    return StoryBody().to_python([{"type": "chart", "value": value | fields}])


def rows(*numbers: Any) -> list[dict[str, Any]]:
    return [{"label": str(place), "number": number} for place, number in enumerate(numbers)]


REFUSED: dict[str, dict[str, Any]] = {
    "no unit": {"unit": ""},
    "no source": {"source": " "},
    "no title": {"title": ""},
    "not a number": {"table": rows("NaN")},
    "without end": {"table": rows("Infinity")},
    "larger than anything": {"table": rows("1e16")},
    "too many rows": {"table": rows(*range(41))},
    "no rows": {"table": []},
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_chart_that_says_too_little_or_too_much_is_refused(what: str) -> None:
    StoryBody().clean(stored())
    with pytest.raises(StreamBlockValidationError):
        StoryBody().clean(stored(**REFUSED[what]))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "-1e16", "1e-300"])
def test_what_was_stored_before_the_rules_still_prints(kind: Kind, number: str) -> None:
    (child,) = stored(kind=kind.value, unit="", source="", table=rows("3", number))
    page = child.render({})
    assert "Trade" in page
    assert "Source" not in page


def test_a_table_of_figures_stands_open_and_a_drawing_has_it_behind() -> None:
    (table,) = stored(kind="table")
    (bars,) = stored()
    assert "<svg" not in table.render({})
    assert "<details" not in table.render({})
    for child in (table, bars):
        page = child.render({})
        assert '<caption class="unseen">Trade</caption>' in page
        assert '<th scope="col">billion</th>' in page
        assert '<th scope="row">2023</th><td>240.1</td>' in page
    assert "<summary>" in bars.render({})


def test_a_drawing_is_not_turned_round_with_the_text() -> None:
    assert drawn(chart(("a", 1.0)), Kind.BAR).get("direction") == "ltr"
