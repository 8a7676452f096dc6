"""Which terms a reader accepted, as a chapter of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader


@chapter(
    "terms",
    _("Terms you accepted"),
    {
        "edition": _("edition"),
        "version": _("version"),
        "language": _("language"),
        "at": _("accepted"),
        "how": _("how"),
    },
)
def terms(reader: Reader) -> list[dict[str, Any]]:
    """Each version, and when."""
    return [
        {
            "edition": str(one.terms.edition or _("All editions")),
            "version": one.terms.version,
            "language": one.terms.language,
            "at": one.at,
            "how": one.get_how_display(),
        }
        for one in reader.acceptances.select_related("terms__edition")
    ]
