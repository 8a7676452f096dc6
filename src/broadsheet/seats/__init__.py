"""Who holds a seat now: one contract, and the stores that keep it."""

from broadsheet.seats.sqlite import SqliteSeatStore
from broadsheet.seats.store import Displacement, SeatStore, Seen, Told
from broadsheet.seats.valkey import ValkeySeatStore

__all__ = ["Displacement", "SeatStore", "Seen", "SqliteSeatStore", "Told", "ValkeySeatStore"]
