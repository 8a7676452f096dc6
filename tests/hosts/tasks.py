"""Work for the tests of the background: it notes who did it."""

import os
import time
from pathlib import Path

from django.tasks import task


@task()
def note(file: str, what: str, seconds: float = 0) -> None:
    """A line: what was done, and by which process."""
    line = f"{what} {os.getpid()}\n".encode()
    with Path(file).open("ab", buffering=0) as notes:
        notes.write(line)
    time.sleep(seconds)
