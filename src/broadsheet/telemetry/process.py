"""The numbers of this process, as the gate holds them."""

from collections.abc import Iterator

from broadsheet.gate import Gate
from broadsheet.gate.counts import BOUNDS, Counts, Kind
from broadsheet.stores import PolledNumber, Source
from broadsheet.telemetry.catalogue import Sample


def of_gate(gate: Gate) -> Iterator[Sample]:
    """Everything that one process counts, and holds at this moment."""
    yield from _requests(gate.counts)
    yield from _times(gate.counts)
    yield from _articles(gate.counts)
    for event, number in gate.recorder.counts.items():
        yield Sample("broadsheet_seat_events_total", (event,), number)
    for store in ("seats", "meters"):
        yield Sample("broadsheet_store_away_total", (store,), gate.counts.away[store])
    yield from _pages(gate)
    yield Sample("broadsheet_streams_open", (), gate.streams.count)
    for what, batches in (("seat-events", gate.recorder), ("openings", gate.openings.batches)):
        yield Sample("broadsheet_records_waiting", (what,), batches.waiting)
        yield Sample("broadsheet_records_lost_total", (what,), batches.lost)
    yield Sample("broadsheet_processes", (), 1)


def of_publications(number: object) -> Iterator[Sample]:
    """Who tells this process of publications; nothing where hosts need not be told."""
    if not isinstance(number, PolledNumber):
        return
    names = {Source.ORIGIN: "database", Source.WITNESS: "valkey", Source.NOBODY: "nobody"}
    for source, name in names.items():
        yield Sample("broadsheet_publications_vouched", (name,), int(number.source is source))


def _requests(counts: Counts) -> Iterator[Sample]:
    numbers = dict(counts.requests)
    sent = sum(dict(counts.articles).values())
    for status, more in ((2, sent - counts.unchanged), (3, counts.unchanged)):
        key = (Kind.ARTICLE, status)
        numbers[key] = numbers.get(key, 0) + more
    for (kind, status), number in numbers.items():
        yield Sample("broadsheet_requests_total", (kind, f"{status}xx"), number)


def _times(counts: Counts) -> Iterator[Sample]:
    for kind, times in counts.times.items():
        so_far = 0
        for bound, number in zip([*map(str, BOUNDS), "+Inf"], times.counts, strict=True):
            so_far += number
            yield Sample("broadsheet_answer_seconds", (kind,), so_far, bound)
        yield Sample("broadsheet_answer_seconds", (kind,), times.total, "sum")


def _articles(counts: Counts) -> Iterator[Sample]:
    for said, number in dict(counts.articles).items():
        outcome, _, reason = said.decode().partition("; reason=")
        yield Sample("broadsheet_articles_total", (outcome, reason), number)


def _pages(gate: Gate) -> Iterator[Sample]:
    pages = gate.pages
    yield Sample("broadsheet_pages_printed_total", (), pages.printed)
    yield Sample("broadsheet_pages_dropped_total", (), pages.dropped)
    yield Sample("broadsheet_pages_shown_late_total", (), pages.shown_late)
    yield Sample("broadsheet_pages_kept", (), pages.count)
    yield Sample("broadsheet_page_cache_bytes", (), pages.size)
