"""The number of the last publication, shared by all processes of the host."""

from functools import cache

from broadsheet.settings.django import PAPER
from broadsheet.stores import SharedNumber


@cache
def issue_number() -> SharedNumber:
    """The counter; the gate's page caches are thrown away when it moves."""
    return SharedNumber(PAPER.data_dir / "issue")


def announce() -> None:
    """Something was published, withdrawn or moved."""
    issue_number().advance()
