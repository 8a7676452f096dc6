"""On the editing screen, below the topics: those the text speaks of."""

from typing import Any

from django.forms import Media
from django.urls import reverse
from wagtail.admin.panels import Panel


class TopicSuggestions(Panel):
    """A button that suggests topics, which also come by themselves after a pause."""

    class BoundPanel(Panel.BoundPanel):
        """The panel on one story's screen."""

        template_name = "newsroom/topic_suggestions.html"

        @property
        def address(self) -> str:
            """Where the text is sent to be looked through."""
            home: Any = self.form.parent_page or self.instance.section
            return reverse("newsroom_suggest_topics", args=[home.specific.edition.pk])

        @property
        def media(self) -> Media:
            """Its script."""
            return Media(js=["newsroom/topic-suggestions.js"])
