"""People's names as a paper prints them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


def in_words(names: Sequence[str]) -> str:
    """The names as one phrase: "Ann Poe", "Ann Poe and Bo Lee", "Ann Poe, Bo Lee and Cy Roe"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def credit(photographer: str, agency: str) -> str:
    """Whom a picture is from: "Ann Poe (via Agency)", one of the two, or nothing."""
    if photographer and agency:
        return _("%(photographer)s (via %(agency)s)") % {
            "photographer": photographer,
            "agency": agency,
        }
    return photographer or agency
