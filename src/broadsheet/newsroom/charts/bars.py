"""Bars that lie: each label has a line of its own, however long it is."""

from django.utils.safestring import SafeString

from broadsheet.newsroom.charts.drawing import Chart, Kind, Row, element, frame, percent
from broadsheet.newsroom.charts.scale import Scale, around_zero

ROW_HEIGHT = 46
LABEL_LINE = 14
BAR_TOP = 21
BAR_HEIGHT = 16
NUMBER_LINE = BAR_TOP + 13
ROOM_FOR_NUMBER = 22.0
"""Percent of the width kept free beyond the longest bar for its number."""
OVERHANG = 4
GAP = 6
"""Pixels between a bar and its number."""


def bars(chart: Chart) -> SafeString:
    """The table as bars from zero, to the left of it for negative numbers."""
    low, high = around_zero(chart.values)
    start = ROOM_FOR_NUMBER if low < 0 else 0.0
    end = 100.0 - ROOM_FOR_NUMBER if high > 0 else 100.0
    scale = Scale(low, high, start, end)
    parts = [part for place, row in enumerate(chart.rows) for part in _row(row, place, scale)]
    height = ROW_HEIGHT * len(chart.rows)
    return frame(chart, Kind.BAR, height, parts)


def _row(row: Row, place: int, scale: Scale) -> list[str]:
    top = place * ROW_HEIGHT
    zero, end = scale(0), scale(row.value)
    negative = row.value < 0
    return [
        element("text", row.label, kind="chart-label", x=0, y=top + LABEL_LINE),
        element(
            "rect",
            kind="chart-bar-negative" if negative else "chart-bar-positive",
            x=percent(min(zero, end)),
            y=top + BAR_TOP,
            width=percent(abs(end - zero)),
            height=BAR_HEIGHT,
        ),
        element(
            "text",
            row.text,
            kind="chart-value",
            x=percent(end),
            dx=-GAP if negative else GAP,
            y=top + NUMBER_LINE,
            text_anchor="end" if negative else "start",
        ),
        _zero_line(percent(zero), top),
    ]


def _zero_line(zero: str, top: float) -> str:
    # Beside the bar alone: a line down the whole chart would cross the labels.
    above, below = top + BAR_TOP - OVERHANG, top + BAR_TOP + BAR_HEIGHT + OVERHANG
    return element(
        "line", kind="chart-zero", x1=zero, x2=zero, y1=above, y2=below, stroke="currentColor"
    )
