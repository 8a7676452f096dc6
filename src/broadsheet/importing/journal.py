"""What a run tells while it goes on: how far it is, and what could not be carried over."""

from collections.abc import Callable, Iterable

from django.utils import timezone

from broadsheet.importing.models import ImportRun, ReportLine
from broadsheet.importing.pieces import Loss

MOST_LINES = 200
"""Lines about one item; a story that loses more is one to look at anyhow."""
BATCH = 100
"""Items that are there already are counted together, so that a repeated run is fast."""

type Watcher = Callable[[ImportRun], None]
type Sink = Callable[[ReportLine], None]
COUNTS = ("made", "changed", "same", "kept", "failed")


class Journal:
    """Keeps a run's counts and lines. A run for looking only is not kept in the database."""

    def __init__(self, run: ImportRun, watcher: Watcher, sink: Sink, *, dry: bool) -> None:
        self.run = run
        self.dry = dry
        self._watch = watcher
        self._sink = sink
        self._waiting = 0

    def count(self, outcome: str) -> None:
        """One item more: made, changed, same, kept or failed."""
        run = self.run
        run.handled += 1
        setattr(run, outcome, getattr(run, outcome) + 1)
        self._waiting += 1
        if outcome != "same" or self._waiting >= BATCH:
            self.save()
        self._watch(run)

    def save(self) -> None:
        """Keep the counts."""
        self._waiting = 0
        if not self.dry:
            run = self.run
            run.moved_at = timezone.now()
            run.save(update_fields=[*COUNTS, "handled", "total", "moved_at"])

    def write(
        self,
        kind: str,
        foreign_id: str,
        title: str,
        losses: Iterable[Loss],
        reader: int | None = None,
    ) -> None:
        """Lines about one item."""
        lines = [
            ReportLine(
                run=self.run,
                file=self.run.name,
                kind=kind,
                foreign_id=foreign_id[:255],
                title=title[:255],
                what=loss.what[:5000],
                why=loss.why[:5000],
                reader_id=reader,
            )
            for loss in dict.fromkeys(losses)
        ][:MOST_LINES]
        if self.dry:
            for line in lines:
                self._sink(line)
        elif lines:
            # A run that goes on says nothing twice.
            if foreign_id:
                self.run.lines.filter(kind=kind, foreign_id=foreign_id[:255]).delete()
            ReportLine.objects.bulk_create(lines)
