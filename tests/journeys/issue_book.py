"""Writes a newsletter's issue into a paper's database: a draft, one reader, and an editor.

Run with the paper's settings chosen: `python -m tests.journeys.issue_book EDITOR READER`, two
e-mail addresses; standard output is the draft's number.
"""

import sys

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 (Django must be set up first)

from broadsheet.newsletters import joining  # noqa: E402
from broadsheet.newsletters.models import Issue, Newsletter  # noqa: E402
from broadsheet.newsroom.models import Article, Edition  # noqa: E402
from broadsheet.readers.models import Reader  # noqa: E402
from broadsheet.web import roles  # noqa: E402
from tests import people  # noqa: E402


def write(editor: str, reader: str) -> Issue:
    """The draft, on a list of its own that nobody else is offered."""
    people.reader(editor).groups.add(Group.objects.get(name=roles.EDITOR))
    edition = Edition.objects.get(slug="us")
    newsletter = Newsletter.objects.create(
        edition=edition,
        name="From the desk",
        slug=f"desk-{Newsletter.objects.count()}",
        kind=Newsletter.Kind.WRITTEN,
        offered=False,
    )
    joining.join(Reader.objects.get(email=reader), newsletter, "/newsletters/")
    story = Article.objects.out().listed_in(edition).newest().first()
    return Issue.objects.create(
        newsletter=newsletter,
        subject="What we know by noon",
        body=[("story", {"story": story, "words": "", "whole": False})],
    )


if __name__ == "__main__":
    sys.stdout.write(str(write(*sys.argv[1:]).pk))
