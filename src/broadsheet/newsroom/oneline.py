"""Words from elsewhere that are to stand in one line."""

import unicodedata

JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible characters that belong to words of some languages."""


def visible(text: str) -> str:
    """The text in one line, without characters that cannot be seen or turn it round."""
    kept = (
        " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one
        for one in text
        if one in JOINERS or unicodedata.category(one) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())
