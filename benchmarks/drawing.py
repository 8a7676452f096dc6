"""Lines over time as a small SVG, without any library."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 34, 34
COLOURS = ("#1b6ca8", "#b3261e", "#2e7d32", "#8e5a00", "#6a1b9a", "#37474f", "#00838f", "#ad1457")
DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""So that lines are told apart without their colours."""

type Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over one axis. `logarithmic`: for what spans powers of ten; it must be above 0."""

    title: str
    lines: Mapping[str, Points]
    across: str
    """What the horizontal axis counts."""
    logarithmic: bool = False

    def draw(self, top: float) -> Iterator[str]:
        """SVG elements, from `top` downwards."""
        points = [point for line in self.lines.values() for point in line]
        ticks = self._ticks(max(y for _, y in points), min(y for _, y in points))
        low, high = self._up(ticks[0]), self._up(ticks[-1])
        furthest = max(x for x, _ in points) or 1.0
        right, floor = WIDE - RIGHT, top + HIGH - BOTTOM

        def place(x: float, y: float) -> str:
            across = LEFT + x / furthest * (right - LEFT)
            up = (self._up(max(y, ticks[0])) - low) / (high - low) * (floor - top - TOP)
            return f"{across:.1f},{floor - up:.1f}"

        yield _text(LEFT, top + 18, self.title, weight="bold")
        for tick in ticks:
            y = float(place(0, tick).partition(",")[2])
            yield f'<line x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}" stroke="#ddd"/>'
            yield _text(LEFT - 6, y + 4, f"{tick:,.10g}", anchor="end")
        for tick in _steps(furthest):
            if tick <= furthest:
                x = LEFT + tick / furthest * (right - LEFT)
                yield _text(x, floor + 16, f"{tick:,.10g}", anchor="middle")
        yield _text(right + 10, floor + 16, self.across)
        for number, (name, line) in enumerate(self.lines.items()):
            colour = COLOURS[number % len(COLOURS)]
            style = f'stroke="{colour}" stroke-dasharray="{DASHES[number % len(DASHES)]}"'
            path = " ".join(place(x, y) for x, y in thinned(line))
            yield f'<polyline fill="none" stroke-width="1.6" {style} points="{path}"/>'
            at = top + TOP + 6 + number * 18
            where = f'x1="{right + 10}" x2="{right + 34}" y1="{at}" y2="{at}"'
            yield f'<line {where} stroke-width="2" {style}/>'
            yield _text(right + 40, at + 4, name)

    def _up(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value

    def _ticks(self, highest: float, lowest: float) -> list[float]:
        if self.logarithmic:
            first = math.floor(math.log10(max(lowest, 1e-6)))
            last = max(math.ceil(math.log10(highest)), first + 1)
            return [10.0**power for power in range(first, last + 1)]
        return _steps(highest or 1.0)


def svg(charts: Sequence[Chart], says: str) -> str:
    """One picture of all charts, one below the other; `says` is for those who cannot see it."""
    high = HIGH * len(charts)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" '
            'font-family="sans-serif" font-size="12">'
        ),
        f"<title>{escape(says)}</title>",
        f'<rect width="{WIDE}" height="{high}" fill="#fff"/>',
    ]
    for number, chart in enumerate(charts):
        parts += chart.draw(number * HIGH)
    return "\n".join([*parts, "</svg>", ""])


def thinned(line: Points, most: int = 240) -> Points:
    """A line of no more than about so many points: of each stretch, the highest."""
    width = math.ceil(len(line) / most) or 1
    return [
        max(line[at : at + width], key=lambda point: point[1]) for at in range(0, len(line), width)
    ]


def _steps(highest: float) -> list[float]:
    """Round numbers from nothing to as high, five or six of them."""
    power = 10.0 ** math.floor(math.log10(highest))
    step = next(power * part for part in (0.2, 0.5, 1, 2) if highest <= power * part * 5)
    return [step * number for number in range(math.ceil(highest / step) + 1)]


def _text(x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="#222"'
    return f"<text {place}>{escape(text)}</text>"
