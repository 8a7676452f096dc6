"""Pages: plain HTML without scripts, under a policy that allows none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from broadsheet.stripe_stand_in import times, words
from broadsheet.stripe_stand_in.desk import Desk

type Doc = dict[str, Any]

STYLE = files(__package__).joinpath("till.css").read_bytes()


@dataclass(frozen=True)
class Page:
    """What is sent to a browser."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Visit:
    """A browser's request, and the language to answer in."""

    desk: Desk
    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]
    locale: str | None = None

    @cached_property
    def form(self) -> dict[str, str]:
        """What was filled in."""
        read = parse_qs(self.body if self.method == "POST" else self.query)
        return {name: values[-1].strip() for name, values in read.items()}

    @property
    def language(self) -> str:
        """`en` or `es`."""
        return words.language(self.locale, self.headers.get("accept-language", ""))

    def say(self, key: str, **values: Any) -> str:
        """Words in the visitor's language, escaped."""
        text = words.LANGUAGES[self.language][key].format(**values)
        return escape(text)

    def date(self, moment: int) -> str:
        """A day as the visitor reads it."""
        year, month, day = times.iso(moment).split("-")
        if self.language == "es":
            return f"{int(day)}/{int(month)}/{year}"
        return f"{year}-{month}-{day}"


def policy(leads_to: Sequence[str | None]) -> str:
    """The Content-Security-Policy; forms may lead on to these addresses' sites."""
    parts = [urlsplit(one) for one in leads_to if one]
    sites = sorted({f"{one.scheme}://{one.netloc}" for one in parts if one.netloc})
    return (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {' '.join(["'self'", *sites])}"
    )


def html(
    visit: Visit,
    title: str,
    content: str,
    *,
    status: int = 200,
    leads_to: Sequence[str | None] = (),
) -> Page:
    """A whole page; title and content are HTML already."""
    body = f"""<!doctype html>
<html lang="{visit.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · {visit.say("notice")}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/till.css">
</head>
<body>
<header><p class="notice">{visit.say("notice")}</p></header>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""
    return Page(
        status,
        body.encode(),
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy(leads_to),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def see_other(url: str) -> Page:
    """Sends the browser on with a GET."""
    return Page(303, b"", {"Location": url, "Cache-Control": "no-store"})


def not_found(visit: Visit) -> Page:
    """There is nothing at this address."""
    return html(visit, visit.say("not_found"), "", status=404)


def stylesheet() -> Page:
    """The pages' one style sheet."""
    return Page(200, STYLE, {"Content-Type": "text/css", "Cache-Control": "max-age=600"})


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
