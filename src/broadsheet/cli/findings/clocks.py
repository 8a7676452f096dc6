"""Clocks that should agree."""

from collections.abc import Iterator

from broadsheet.cli.findings.finding import Finding, fault

APART = 5.0
"""Seconds that two clocks may differ: passes and codes are good for minutes."""


def apart(whose: str, theirs: float, before: float, after: float) -> Iterator[Finding]:
    """Whether a server's clock (Unix time), read between two moments of ours, is another's."""
    behind, ahead = before - theirs, theirs - after
    if max(behind, ahead) > APART:
        way = "behind" if behind > ahead else "ahead of"
        yield fault(
            f"The clock of {whose} is {max(behind, ahead):.0f} seconds {way} this host's: passes "
            "end early or late. Keep time with NTP (chrony, systemd-timesyncd) on both."
        )
