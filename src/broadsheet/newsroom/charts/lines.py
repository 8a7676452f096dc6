"""A line over evenly spaced points, the telling ones labelled where they stand."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.safestring import SafeString

from broadsheet.newsroom.charts.drawing import Chart, Kind, element, frame, percent
from broadsheet.newsroom.charts.scale import Scale, ticks

HEIGHT = 272
TOP, BOTTOM = 26, 220
LEFT, RIGHT = 12.0, 93.0
"""Percent of the width: left of the first point stand the scale's numbers."""
LABEL_LINE = 262
GAP = 10
"""Pixels between a point and its number."""
FEW = 7
"""Up to so many points, each is labelled."""
GRID_STRENGTH = 0.2


def lines(chart: Chart) -> SafeString:
    """The table as one line, with a scale that need not begin at zero."""
    marks = ticks(min(chart.values), max(chart.values))
    down = Scale(marks[0], marks[-1], BOTTOM, TOP)
    across = Scale(0, max(len(chart.rows) - 1, 1), LEFT, RIGHT)
    points = [(percent(across(place)), down(value)) for place, value in enumerate(chart.values)]
    parts = [part for mark in marks for part in _grid(chart.write(mark), down(mark), mark == 0)]
    parts += [
        element("line", kind="chart-line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor",
                stroke_width=2, stroke_linecap="round")
        for (x1, y1), (x2, y2) in pairwise(points)
    ]  # fmt: skip
    parts += [element("circle", kind="chart-point", cx=x, cy=y, r=3.5) for x, y in points]
    parts += _numbers(chart, points)
    parts += _labels(chart, points)
    return frame(chart, Kind.LINE, HEIGHT, parts)


def telling(values: Sequence[float]) -> list[int]:
    """The places of the points to label: all of a few, else the ends, the least and the most."""
    if len(values) <= FEW:
        return list(range(len(values)))
    return sorted({0, len(values) - 1, values.index(min(values)), values.index(max(values))})


def _grid(text: str, y: float, zero: bool) -> list[str]:
    return [
        element(
            "line",
            kind="chart-zero" if zero else "chart-grid",
            x1="0%",
            x2="100%",
            y1=y,
            y2=y,
            stroke="currentColor",
            stroke_opacity=1 if zero else GRID_STRENGTH,
        ),
        element("text", text, kind="chart-tick", x=0, y=y - 4, font_size=12),
    ]


def _numbers(chart: Chart, points: Sequence[tuple[str, float]]) -> list[str]:
    values = chart.values
    return [
        element(
            "text",
            chart.rows[place].text,
            kind="chart-value",
            x=points[place][0],
            y=points[place][1] + (GAP + 10 if _in_a_dip(values, place) else -GAP),
            text_anchor="middle",
        )
        for place in telling(values)
    ]


def _in_a_dip(values: Sequence[float], place: int) -> bool:
    # Below the point there is room where the line comes down to it and goes up again.
    around = [*values[max(place - 1, 0) : place], *values[place + 1 : place + 2]]
    return len(around) > 0 and values[place] < min(around)


def _labels(chart: Chart, points: Sequence[tuple[str, float]]) -> list[str]:
    places = range(len(points)) if len(points) <= FEW else (0, len(points) // 2, len(points) - 1)
    return [
        element(
            "text",
            chart.rows[place].label,
            kind="chart-label",
            x=points[place][0],
            y=LABEL_LINE,
            text_anchor="middle",
        )
        for place in places
    ]
