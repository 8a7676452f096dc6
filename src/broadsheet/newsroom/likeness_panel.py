"""On the editing screen, below the stories that are tied: those that are like this one."""

from typing import Any

from wagtail.admin.panels import Panel


class LikelyStories(Panel):
    """A list of the stories that are most like this one, to be tied or linked to."""

    class BoundPanel(Panel.BoundPanel):
        """The panel on one story's screen."""

        template_name = "newsroom/likely_stories.html"

        def stories(self) -> list[Any]:
            """Those that are published and not tied already, the likest first; none before the
            story itself has been published."""
            if self.instance.pk is None:
                return []
            tied = self.instance.tied.values_list("story", flat=True)
            rows = self.instance.likenesses.filter(other__live=True).exclude(other__in=list(tied))
            found = rows.select_related("other").defer("other__body").order_by("rank")
            return [row.other for row in found]
