"""A mail server, and a letter on its way."""

from collections.abc import Iterator
from typing import Any

import pytest

from broadsheet.mail import post
from broadsheet.mail.models import Letter
from tests.mail.letters import context
from tests.mail.server import Server, serving


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving() as server:
        settings.MAILERS = server.mailers
        yield server


@pytest.fixture
def letter(db: None) -> Letter:
    return post.send("sign_in_code", "ana@example.com", "en", context("sign_in_code"))
