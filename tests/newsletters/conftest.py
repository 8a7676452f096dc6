"""A small paper with a newsletter, somebody who gets it, and a mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from broadsheet.newsletters import composing, course, joining
from broadsheet.newsletters.links import Asked
from broadsheet.newsletters.models import Delivery, Issue, Newsletter, Recipient
from broadsheet.web import roles
from tests.mail.server import Server, serving
from tests.newsroom.conftest import Newsroom, _own_files, newsroom  # noqa: F401 (fixtures)
from tests.people import reader
from tests.shelf.conftest import signed_in


@pytest.fixture(autouse=True)
def _nothing_remembered(_own_files: None) -> None:  # noqa: F811
    cache.clear()


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving() as server:
        settings.MAILERS = server.mailers
        yield server


@pytest.fixture
def weekly(newsroom: Newsroom) -> Newsletter:  # noqa: F811 (it is asked for)
    return Newsletter.objects.create(
        edition=newsroom.us, name="The Fold", slug="fold", pitch="Once a week."
    )


type SignUp = Callable[..., Recipient]


@pytest.fixture
def sign_up(db: None) -> SignUp:
    """Somebody who entered an address, got the letter and pressed its button."""

    def _sign_up(newsletter: Newsletter, email: str = "vera@example.com") -> Recipient:
        recipient = Recipient.objects.create(email=email, language="en", created_at=timezone.now())
        joining.confirm(Asked(recipient.key, (newsletter.pk,)), "/newsletters/confirm/")
        return recipient

    return _sign_up


@pytest.fixture
def issue(newsroom: Newsroom, weekly: Newsletter) -> Issue:  # noqa: F811
    """Of two stories, approved."""
    newsroom.story("a-bridge-opens")
    newsroom.story("a-tram-stops")
    issue = composing.make(weekly, timezone.now())
    assert issue is not None
    course.approve(issue)
    return issue


@pytest.fixture
def mail(weekly: Newsletter, issue: Issue, sign_up: SignUp) -> Delivery:
    """A mail that was sent."""
    now = timezone.now()
    return Delivery.objects.create(
        issue=issue, recipient=sign_up(weekly), due_at=now, state=Delivery.State.SENT
    )


def somebody(role: str) -> Client:
    """Signed in, with a role of the newsroom."""
    roles.ship()
    who = reader(f"{role.split()[0].lower()}@example.com")
    who.groups.add(Group.objects.get(name=role))
    return signed_in(who)
