"""Terms of a paper, written and published in a line."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from broadsheet.terms.models import Terms
from tests.newsroom.conftest import newsroom  # noqa: F401 (a fixture)

type Publish = Callable[..., Terms]


@pytest.fixture
def publish(db: None) -> Publish:
    """Publishes terms a minute ago: a next version of their line, or its text in a language."""

    def make(language: str = "en", **fields: Any) -> Terms:
        fields = {
            "text": "<p>Be kind.</p>",
            "what_changed": "We say please.",
            "published_at": timezone.now() - timedelta(minutes=1),
            **fields,
        }
        return Terms.objects.create(language=language, **fields)

    return make
