"""Charts: a small table in, an inline drawing out. No models and no styles."""

from django.utils.safestring import SafeString

from broadsheet.newsroom.charts.bars import bars
from broadsheet.newsroom.charts.drawing import Chart, Kind, Row
from broadsheet.newsroom.charts.lines import lines

__all__ = ["Chart", "Kind", "Row", "draw"]


def draw(chart: Chart, kind: Kind) -> SafeString:
    """The chart as inline SVG; nothing when its table is empty, or all there is."""
    if not chart.rows or kind is Kind.TABLE:
        return SafeString("")
    return lines(chart) if kind is Kind.LINE else bars(chart)
