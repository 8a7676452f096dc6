"""The style sheet keeps its own rules: one block of tokens, no side that is left or right."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src/broadsheet/web"
SHEETS = sorted((WEB / "static/broadsheet").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab|lch|color)\(")
SIZE_OF_TYPE = re.compile(r"\bfont(?:-size)?:[^;]*?\b[\d.]+(?:px|pt|rem)\b[^;]*;")
SIDE = re.compile(
    r"(?<![\w-])(?:left|right|(?:margin|padding|border|inset|scroll-margin)-(?:left|right)[\w-]*)\s*:"
    r"|(?:text-align|float|clear|justify-\w+)\s*:\s*(?:left|right)\b"
)
CLASS = re.compile(r"\.([a-zA-Z][\w-]*)")
SELECTOR = re.compile(r"([^{}]+)\{")


def of(sheet: Path) -> str:
    return COMMENT.sub("", sheet.read_text())


def below_the_tokens(sheet: Path) -> str:
    """A sheet without its block of tokens."""
    text = of(sheet)
    start = text.find("@layer tokens {")
    if start < 0:
        return text
    depth, end = 0, start
    for end in range(text.index("{", start), len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            break
    return text[:start] + text[end:]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_colours_and_sizes_of_type_are_written_among_the_tokens_alone(sheet: Path) -> None:
    below = below_the_tokens(sheet)
    assert COLOUR.findall(below) == []
    assert SIZE_OF_TYPE.findall(below) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_knows_left_from_right(sheet: Path) -> None:
    assert SIDE.findall(of(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_is_defined(sheet: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(map(of, SHEETS))))
    assert set(re.findall(r"var\((--[\w-]+)", of(sheet))) - defined == set()


def test_every_class_in_the_style_is_one_that_some_page_uses() -> None:
    package = WEB.parent
    sources = [*package.rglob("*.html"), *package.rglob("*.py"), *package.rglob("*.js")]
    words = set(re.findall(r"[\w-]+", "".join(source.read_text() for source in sources)))
    selectors = " ".join(" ".join(SELECTOR.findall(of(sheet))) for sheet in SHEETS)
    assert set(CLASS.findall(selectors)) - words == set()
