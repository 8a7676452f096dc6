"""An issue as mail: laid out once for each face, then filled for each reader in microseconds.

MJML is compiled once for the template, Django fills it once for a face, and what comes of that is
encoded as a message (RFC 2045, quoted-printable) but for a few places. A reader's mail is these
pieces, joined with the reader's own values, each encoded by itself between soft line breaks
(RFC 2045, section 6.7), so that lines stay short and no piece is encoded twice.
"""

import quopri
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, parseaddr
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine, Template
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.html import escape

from broadsheet.mail.post import address
from broadsheet.mail.rendering import BLANK_LINES, BUILTINS, compiled, spoken
from broadsheet.newsletters.contents import Contents, Face
from broadsheet.newsletters.models import Issue
from broadsheet.settings.django import PAPER

TEMPLATES = Path(__file__).resolve().parent / "templates"
HTML = Engine(dirs=[str(TEMPLATES)], builtins=BUILTINS)
PLAIN = Engine(dirs=[str(TEMPLATES)], builtins=BUILTINS, autoescape=False)
LINKS = signing.Signer(salt="broadsheet.newsletters.link")
SOFT = b"=\r\n"
MARKUP = frozenset({"followed_html"})
"""Values that are HTML already; all others are escaped in it."""
PLACES = ("greeting", "followed_html", "followed_text", "to", "token", "date", "id")
"""What is one reader's own."""
NAMED = "mail"
"""What a mail's row is named by where providers tell of it."""
MOST_BYTES = 100_000
"""Of an issue's HTML: Gmail cuts off what is longer than 102 kB."""


class TooLong(ValueError):
    """An issue's HTML is longer than mail programs show."""


type Encode = Callable[[str], bytes]
type Chunk = bytes | tuple[str, Encode]
"""What is the same for everybody, or the name of a reader's value and how it is encoded there."""


@dataclass(frozen=True)
class Pressed:
    """An issue for one face and one subject."""

    subject: str
    headers: Mapping[str, str]
    text: str
    html: str
    mark: re.Pattern[str]
    """Finds the places in `text` and `html`; its group is the value's name."""
    chunks: tuple[Chunk, ...]

    @cached_property
    def places(self) -> frozenset[tuple[str, Encode]]:
        """Where readers' own values stand in the message, each once."""
        return frozenset(chunk for chunk in self.chunks if isinstance(chunk, tuple))

    def raw(self, values: Mapping[str, str]) -> bytes:
        """The whole message as it goes over the wire."""
        # A token stands in every link: it is encoded once.
        own = {chunk: chunk[1](values[chunk[0]]) for chunk in self.places}
        return b"".join(chunk if isinstance(chunk, bytes) else own[chunk] for chunk in self.chunks)

    def page(self, values: Mapping[str, str]) -> str:
        """The HTML alone."""
        return self.mark.sub(lambda place: _in_html(place[1], values), self.html)

    def plain(self, values: Mapping[str, str]) -> str:
        """The text part alone."""
        return self.mark.sub(lambda place: values[place[1]], self.text)

    def message(self, values: Mapping[str, str]) -> "Message":
        """A mail as Django's backends and Anymail's take one."""
        return Message(self, values)


class Raw:
    """A message that is bytes already, for backends that ask for it so."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, *_: object, **__: object) -> bytes:
        """The message."""
        return self._content


class Message(EmailMultiAlternatives):
    """One reader's mail. Backends that send it as it is get the bytes that are ready; providers'
    own interfaces, which want its parts, find them where Django puts them."""

    def __init__(self, pressed: Pressed, values: Mapping[str, str]) -> None:
        headers = {
            name: pressed.mark.sub(lambda place: values[place[1]], value)
            for name, value in pressed.headers.items()
        }
        sender = headers.pop("From")
        super().__init__(pressed.subject, "", sender, [headers.pop("To")], headers=headers)
        self._pressed, self._values = pressed, values
        self.metadata = {NAMED: values["id"]}  # providers give it back with what they tell
        self._raw = Raw(pressed.raw(values))

    def message(self, *_: object, **__: object) -> Any:
        """The bytes, as something that gives them."""
        return self._raw

    @property
    def body(self) -> str:
        """The text part."""
        return self._pressed.plain(self._values)

    @body.setter
    def body(self, _: str) -> None:
        pass  # Django sets it when it begins; it is the issue's

    @property
    def alternatives(self) -> list[Any]:
        """The HTML part."""
        return [(self._pressed.page(self._values), "text/html")]

    @alternatives.setter
    def alternatives(self, _: object) -> None:
        pass


class Press:
    """Presses one issue: each face and subject once."""

    def __init__(self, issue: Issue) -> None:
        self.issue = issue
        self.contents = Contents(issue)
        self._pressed: dict[tuple[Face, int], Pressed] = {}

    def pressed(self, face: Face, subject: int = 0) -> Pressed:
        """The issue for a face, under one of its subjects. Raises TooLong."""
        key = (face, subject)
        if key not in self._pressed:
            self._pressed[key] = self._press(face, self.issue.subjects[subject])
        return self._pressed[key]

    def _press(self, face: Face, subject: str) -> Pressed:
        nonce = secrets.token_hex(8)  # no editor's text can ask for a reader's own values
        places = {name: f"{nonce}-{name}-" for name in PLACES}
        values = self._values(face, subject, places)
        with translation.override(values["language"]), timezone.override(values["zone"]):
            html = compiled_issue().render(Context(values))
            words = PLAIN.get_template("newsletters/issue.txt").render(
                Context(values, autoescape=False)
            )
        if len(html.encode()) > MOST_BYTES:
            raise TooLong(len(html.encode()))
        text = BLANK_LINES.sub("\n\n", words).strip() + "\n"
        mark = re.compile(rf"{nonce}-([a-z_]+)-")
        headers = self._headers(places)
        chunks = _encoded({**headers, "Subject": subject}, text, html, mark)
        return Pressed(subject, headers, text, html, mark, chunks)

    def _values(self, face: Face, subject: str, places: Mapping[str, str]) -> dict[str, Any]:
        newsletter = self.issue.newsletter
        token = places["token"]

        def link(url: str) -> str:
            return counted(url, self.issue.pk, token) if face.measured else url

        return {
            "issue": self.issue,
            "newsletter": newsletter,
            "edition": newsletter.edition,
            "zone": newsletter.edition.time_zone,
            "language": spoken(newsletter.edition.language),
            "subject": subject,
            "parts": [(part, link(part.url)) for part in self.contents.seen_by(face)],
            "paper_name": settings.WAGTAIL_SITE_NAME,
            "site_url": PAPER.site_url,
            "contact": parseaddr(PAPER.mail_from)[1],
            "web_url": address(self.issue.url),
            "leave_url": address(reverse("leave_newsletter", args=[token])),
            "preferences_url": address(reverse("newsletter_preferences", args=[token])),
            "places": places,
        }

    def _headers(self, places: Mapping[str, str]) -> dict[str, str]:
        newsletter = self.issue.newsletter
        host = urlsplit(PAPER.site_url).hostname or "localhost"
        sender = parseaddr(PAPER.mail_from)[1]
        return {
            "From": formataddr((newsletter.name, sender)),
            "To": places["to"],
            "Date": places["date"],
            "Message-ID": f"<{places['id']}@{sender.rpartition('@')[2] or 'localhost'}>",
            # RFC 2369, section 3.2, and RFC 8058, section 3.1: mail programs show a button.
            "List-Unsubscribe": f"<{address(reverse('leave_newsletter', args=[places['token']]))}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<{newsletter.slug}.{newsletter.edition.slug}.{host}>",  # RFC 2919
            "List-Archive": f"<{address(newsletter.url)}>",
            "Content-Language": newsletter.edition.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834
        }


def counted(url: str, issue: int, token: str) -> str:
    """The address by way of which a link's clicks are counted; empty for no link."""
    if not url:
        return ""
    query = urlencode({"u": url, "s": _seal(url, issue)})
    return f"{address(reverse('newsletter_link', args=[token]))}?{query}"


def is_ours(url: str, seal: str, issue: int) -> bool:
    """Whether a link stood in this issue: we lead nobody to an address that is not ours."""
    return constant_time_compare(seal, _seal(url, issue))


@cache
def compiled_issue() -> Template:
    """The template of every issue."""
    return HTML.from_string(compiled(TEMPLATES / "newsletters" / "issue.mjml"))


def _seal(url: str, issue: int) -> str:
    return LINKS.signature(f"{issue} {url}")[:22]


def _in_html(name: str, values: Mapping[str, str]) -> str:
    return values[name] if name in MARKUP else escape(values[name])


def _encoded(
    headers: Mapping[str, str], text: str, html: str, mark: re.Pattern[str]
) -> tuple[Chunk, ...]:
    boundary = f"=_{secrets.token_hex(12)}"
    lines = [f"{name}: {_header(value, mark)}\r\n" for name, value in headers.items()]
    lines += [
        "MIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n',
    ]
    return (
        *_cut("".join(lines), mark, str.encode, lambda _: str.encode),
        _begin(boundary, "plain"),
        *_cut(text, mark, _quoted, lambda _: _between),
        _begin(boundary, "html"),
        *_cut(html, mark, _quoted, lambda name: _between if name in MARKUP else _escaped),
        f"\r\n--{boundary}--\r\n".encode(),
    )


def _cut(
    whole: str, mark: re.Pattern[str], same: Encode, own: Callable[[str], Encode]
) -> Iterator[Chunk]:
    # What is split by a pattern with one group: text, name, text, name, …, text.
    for place, part in enumerate(mark.split(whole)):
        yield (part, own(part)) if place % 2 else same(part)


def _begin(boundary: str, kind: str) -> bytes:
    return (
        f'\r\n--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _header(value: str, mark: re.Pattern[str]) -> str:
    # What a reader's own value stands in is ASCII, and short enough to need no folding.
    return value if mark.search(value) else Header(value).encode(linesep="\r\n")


def _quoted(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")


def _between(value: str) -> bytes:
    return SOFT + _quoted(value) + SOFT if value else SOFT


def _escaped(value: str) -> bytes:
    return _between(escape(value))
