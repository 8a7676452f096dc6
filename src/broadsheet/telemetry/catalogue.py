"""Every metric: its name, what kind it is, its labels, and what it means."""

from enum import StrEnum
from typing import NamedTuple


class Type(StrEnum):
    """How numbers of several processes come together, and what Prometheus makes of them."""

    COUNTER = "counter"
    """Never goes down; of all processes that there were."""
    GAUGE = "gauge"
    """Added up over the processes that live."""
    HISTOGRAM = "histogram"
    """A counter for each bound, and the sum."""


class Metric(NamedTuple):
    """One family of metrics."""

    type: Type
    labels: tuple[str, ...]
    meaning: str


METRICS = {
    "broadsheet_requests_total": Metric(
        Type.COUNTER,
        ("kind", "status"),
        "Requests answered: articles, seats' beats and dialogs, and everything else.",
    ),
    "broadsheet_answer_seconds": Metric(
        Type.HISTOGRAM, ("kind",), "Seconds until an answer was on its way."
    ),
    "broadsheet_articles_total": Metric(
        Type.COUNTER, ("outcome", "reason"), "Articles sent, by what was decided and why."
    ),
    "broadsheet_seat_events_total": Metric(
        Type.COUNTER, ("event",), "What happened on seats: two devices met, one took over."
    ),
    "broadsheet_store_away_total": Metric(
        Type.COUNTER,
        ("store",),
        "Times that the store of seats or of meters did not answer within its budget.",
    ),
    "broadsheet_pages_printed_total": Metric(
        Type.COUNTER, (), "Article pages printed: the rest of the articles sent were ready."
    ),
    "broadsheet_pages_dropped_total": Metric(
        Type.COUNTER, (), "Ready pages thrown away because page_cache_mb was full."
    ),
    "broadsheet_pages_shown_late_total": Metric(
        Type.COUNTER,
        (),
        "Pages shown as they were before a publication, while all presses were busy.",
    ),
    "broadsheet_pages_kept": Metric(Type.GAUGE, (), "Ready pages in memory."),
    "broadsheet_page_cache_bytes": Metric(Type.GAUGE, (), "Bytes that ready pages take."),
    "broadsheet_streams_open": Metric(
        Type.GAUGE, (), "Event streams open, one for each subscriber's article on a screen."
    ),
    "broadsheet_records_waiting": Metric(
        Type.GAUGE, ("what",), "Seat events and openings that are not in the database yet."
    ),
    "broadsheet_records_lost_total": Metric(
        Type.COUNTER, ("what",), "The same, given up because the database was away too long."
    ),
    "broadsheet_database_connections": Metric(
        Type.GAUGE, ("state",), "Connections of the database pools, and threads waiting for one."
    ),
    "broadsheet_publications_vouched": Metric(
        Type.GAUGE,
        ("by",),
        "Processes by who tells them of publications: the database, Valkey, or nobody.",
    ),
    "broadsheet_processes": Metric(Type.GAUGE, (), "Processes of this host that serve the paper."),
    "broadsheet_database_up": Metric(Type.GAUGE, (), "1 when the database answers, else 0."),
    "broadsheet_tasks_waiting": Metric(
        Type.GAUGE, ("queue",), "Background tasks that could be worked on now."
    ),
    "broadsheet_tasks_oldest_seconds": Metric(
        Type.GAUGE, ("queue",), "How long the oldest of these has waited."
    ),
    "broadsheet_letters_waiting": Metric(Type.GAUGE, (), "Letters that should have gone by now."),
    "broadsheet_letters_given_up": Metric(
        Type.GAUGE, (), "Letters of the last 30 days that were given up."
    ),
    "broadsheet_last_publication_timestamp_seconds": Metric(
        Type.GAUGE, (), "When a story was last published (Unix time)."
    ),
}


class Sample(NamedTuple):
    """One number. For a histogram's bound, `bound` says up to which one; else it is empty.

    Plain values, so that it can be written as JSON and read again.
    """

    name: str
    labels: tuple[str, ...]
    value: float
    bound: str = ""
