"""How many subscribers' articles a reader has read: a cookie for visitors, a store for readers."""

from broadsheet.meters.sqlite import SqliteMeterStore
from broadsheet.meters.store import MeterStore
from broadsheet.meters.valkey import ValkeyMeterStore

__all__ = ["MeterStore", "SqliteMeterStore", "ValkeyMeterStore"]
