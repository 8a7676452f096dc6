"""What is one reader's own in an issue: looked up for many readers at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from broadsheet.access import Mode
from broadsheet.mail.rendering import spoken
from broadsheet.newsletters.clicks import is_counted
from broadsheet.newsletters.contents import Contents, Face
from broadsheet.newsletters.links import Mail, seal_mail
from broadsheet.newsletters.models import Delivery, Issue, Recipient
from broadsheet.newsroom.models import Article
from broadsheet.settings.django import PAPER
from broadsheet.shelf.models import Follow
from broadsheet.subscriptions.rights import modes_of

MOST_FOLLOWED = 3
"""Stories an issue adds for what a reader follows."""


@dataclass(frozen=True, slots=True)
class Extra:
    """One story that some readers get besides, ready in both forms."""

    story: int
    topics: frozenset[int]
    authors: frozenset[int]
    html: str
    text: str


class Personal:
    """What an issue says to each of its readers."""

    def __init__(self, issue: Issue, contents: Contents, others: Iterable[Article]) -> None:
        """`others`: stories that are not in the issue, offered to whoever follows their topic or
        author, the best first."""
        self._issue = issue
        self._language = spoken(issue.newsletter.edition.language)
        inside = {story.pk for story in contents.stories}
        self._extras = [_extra(story) for story in others if story.pk not in inside]
        with translation.override(self._language):
            self._hello = _("Good morning.")
            self._named = _("Good morning, %(name)s.")
            self._heading = pgettext("in a newsletter", "You follow")

    def faces(self, recipients: Sequence[Recipient], now: datetime) -> dict[int, Face]:
        """Each recipient's face, by their number."""
        modes = modes_of([each.reader_id for each in recipients if each.reader_id], now)
        return {each.pk: self._face(each, modes) for each in recipients}

    def values(
        self, deliveries: Sequence[Delivery], now: datetime
    ) -> Iterable[tuple[Delivery, dict[str, str]]]:
        """Each mail with its values."""
        readers = [each.recipient.reader_id for each in deliveries if each.recipient.reader_id]
        followed = _followed(readers) if self._extras else {}
        date = format_datetime(now)
        for each in deliveries:
            extras = self._for(followed.get(each.recipient.reader_id or 0))
            yield each, self._of(each.recipient, each.key.hex, date, extras)

    def sample(self, recipient: Recipient, now: datetime) -> dict[str, str]:
        """Values for a preview: nobody follows anything, and its links lead nowhere new."""
        return self._of(recipient, "preview", format_datetime(now), [])

    def _of(
        self, recipient: Recipient, key: str, date: str, extras: Sequence[Extra]
    ) -> dict[str, str]:
        name = recipient.reader.first_name if recipient.reader_id and recipient.reader else ""
        mail = Mail(recipient.key, self._issue.newsletter_id, self._issue.pk or 0)
        return {
            "greeting": self._named % {"name": name} if name else self._hello,
            "followed_html": self._in_html(extras),
            "followed_text": self._in_text(extras),
            "to": recipient.email,
            "token": seal_mail(mail),
            "date": date,
            "id": key,
        }

    def _face(self, recipient: Recipient, modes: Mapping[int, Mode]) -> Face:
        reader = recipient.reader_id
        return Face(reader is not None, modes.get(reader or 0), is_counted(recipient))

    def _for(self, follows: tuple[set[int], set[int]] | None) -> list[Extra]:
        if not follows:
            return []
        topics, authors = follows
        wanted = (e for e in self._extras if e.topics & topics or e.authors & authors)
        return [extra for _, extra in zip(range(MOST_FOLLOWED), wanted, strict=False)]

    def _in_html(self, extras: Sequence[Extra]) -> str:
        if not extras:
            return ""
        items = "".join(extra.html for extra in extras)
        return f'<h3 class="rule">{self._heading}</h3>{items}'

    def _in_text(self, extras: Sequence[Extra]) -> str:
        lines = (extra.text for extra in extras)
        return "\n\n".join([f"== {self._heading} ==", *lines]) if extras else ""


def _extra(story: Article) -> Extra:
    url = PAPER.site_url + story.get_url()
    html = format_html(
        '<div class="story"><h2><a href="{}">{}</a></h2><p>{}</p></div>',
        url,
        story.title,
        story.standfirst,
    )
    return Extra(
        story.pk,
        frozenset(topic.pk for topic in story.filed_under),
        frozenset(author.pk for author in story.authors),
        html,
        f"{story.title}\n{story.standfirst}\n{url}",
    )


def _followed(readers: Sequence[int]) -> dict[int, tuple[set[int], set[int]]]:
    found: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    rows = Follow.objects.filter(reader__in=readers).values_list("reader", "topic", "author")
    for reader, topic, author in rows:
        found[reader][0].add(topic)
        found[reader][1].add(author)
    return found
