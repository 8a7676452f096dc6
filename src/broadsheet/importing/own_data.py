"""What the paper noted about a reader who came from another paper, as a chapter of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.importing.models import ReportLine
from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader


@chapter("imported", _("Brought from another paper"), {"what": _("what"), "why": _("why")})
def imported(reader: Reader) -> list[dict[str, Any]]:
    """What could not be carried over with their account."""
    lines = ReportLine.objects.filter(reader=reader).values_list("what", "why")
    return [{"what": what, "why": why} for what, why in lines]
