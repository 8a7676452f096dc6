"""The book of what was imported: one entry for each thing of another paper's."""

from typing import Any

from broadsheet.importing.models import ImportedItem, ImportRun


def find(source: str, kind: str, foreign_id: str) -> ImportedItem | None:
    """The entry, if there is one."""
    return ImportedItem.objects.filter(source=source, kind=kind, foreign_id=foreign_id).first()


def note(
    source: str, kind: str, foreign_id: str, run: ImportRun | None = None, **values: Any
) -> ImportedItem:
    """Write an entry, or bring it up to date."""
    defaults = {"state": ImportedItem.States.MADE, "run": run, **values}
    item, _made = ImportedItem.objects.update_or_create(
        source=source, kind=kind, foreign_id=foreign_id, defaults=defaults
    )
    return item
