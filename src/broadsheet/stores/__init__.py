"""What the stores of seats and meters stand on: a shared SQLite file, a shared number."""

from broadsheet.stores.number import SharedNumber
from broadsheet.stores.sqlite import SqliteFile, StoreAway

__all__ = ["SharedNumber", "SqliteFile", "StoreAway"]
