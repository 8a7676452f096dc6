"""What the stores of seats and meters stand on: a shared SQLite file, Valkey, a shared number."""

from broadsheet.stores.away import DatabaseAway
from broadsheet.stores.number import SharedNumber
from broadsheet.stores.polled import PolledNumber, Source
from broadsheet.stores.sqlite import SqliteFile, StoreAway
from broadsheet.stores.valkey import ValkeyScript

__all__ = [
    "DatabaseAway",
    "PolledNumber",
    "SharedNumber",
    "Source",
    "SqliteFile",
    "StoreAway",
    "ValkeyScript",
]
