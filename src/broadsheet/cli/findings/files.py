"""This host: its disk, its files, its limits."""

import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broadsheet.archive.moved import SAYS, is_sealed
from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings

NETWORKED = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "fuse.sshfs", "fuse.glusterfs"}
"""File systems on which SQLite's locks and shared memory do not hold."""
DESCRIPTORS = 8192
"""Open files that a process should be allowed: each stream of an open article is one."""
FREE = 1_000_000_000
"""Bytes on the disk below which it is nearly full."""
FULL = 100_000_000
MOUNTS = Path("/proc/mounts")
WATCHED = ("paper.css", "seat.js", "reader.js", "live.js")
"""Static files that change with most versions."""


def look(paper: PaperSettings) -> Iterator[Finding]:
    """Whether what the paper needs of its host is there."""
    if not os.access(paper.data_dir, os.W_OK):
        yield fault(
            f"data_dir {paper.data_dir} cannot be written to by this user: change its owner, or "
            "name another."
        )
        return
    yield from _kind_of_disk(paper)
    yield from _room(paper)
    yield from _databases(paper)
    yield from _pictures(paper)
    yield from _static(paper)
    yield from _limits(paper)
    yield from _time_zones()


def _kind_of_disk(paper: PaperSettings) -> Iterator[Finding]:
    kind = file_system(paper.data_dir.resolve())
    if kind in NETWORKED and not (paper.database_url and paper.valkey_url):
        yield fault(
            f"data_dir is on {kind}, where SQLite's locks do not hold and files are destroyed: "
            "use a disk of this host, or database_url and valkey_url."
        )


def file_system(path: Path) -> str:
    """The kind of file system that a path is on; empty where nothing tells."""
    try:
        lines = MOUNTS.read_text().splitlines()
    except OSError:
        return ""
    mounts = [(place, kind) for _, place, kind, *_ in map(str.split, lines)]
    held = [mount for mount in mounts if path.is_relative_to(mount[0])]
    return max(held, key=lambda mount: len(mount[0]))[1] if held else ""


def _room(paper: PaperSettings) -> Iterator[Finding]:
    free = shutil.disk_usage(paper.data_dir).free
    text = f"The disk of data_dir has {free / 1e9:.1f} GB left: make room, or take a larger one."
    if free < FULL:
        yield fault(text)
    elif free < FREE:
        yield advice(text)


def _databases(paper: PaperSettings) -> Iterator[Finding]:
    names = [] if paper.database_url else ["paper.sqlite3"]
    names += [] if paper.valkey_url else ["seats.sqlite3", "meters.sqlite3"]
    if names[:1] == ["paper.sqlite3"] and not (paper.data_dir / names[0]).exists():
        yield fault("The database does not exist yet: run `broadsheet update`.")
    if not paper.database_url and is_sealed(paper.data_dir / "paper.sqlite3"):
        yield fault(SAYS)
    for name in names:
        said = _sqlite_fault(paper.data_dir / name)
        if said:
            yield fault(f"{paper.data_dir / name} cannot be written to: {said}.")


def _sqlite_fault(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        with sqlite3.connect(path, timeout=2) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
    except sqlite3.Error as error:
        return str(error)
    return ""


def _pictures(paper: PaperSettings) -> Iterator[Finding]:
    folder = paper.data_dir / "media"
    if not paper.media_storage and folder.exists() and not os.access(folder, os.W_OK):
        yield fault(f"Pictures cannot be written to {folder}: change its owner.")


def _static(paper: PaperSettings) -> Iterator[Finding]:
    shipped = Path(__file__).parents[2] / "web" / "static" / "broadsheet"
    collected = paper.data_dir / "static" / "broadsheet"
    if not collected.exists():
        yield fault("Style and scripts are not collected yet: run `broadsheet update`.")
    elif any(_other(shipped / name, collected / name) for name in WATCHED):
        yield fault("Style and scripts are another version's: run `broadsheet update`.")


def _other(shipped: Path, collected: Path) -> bool:
    return not collected.exists() or shipped.read_bytes() != collected.read_bytes()


def _limits(paper: PaperSettings) -> Iterator[Finding]:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if paper.secure and 0 < allowed < DESCRIPTORS:
        yield advice(
            f"This process may open {allowed} files, and each article on a screen holds one: "
            "raise it (LimitNOFILE= in systemd's unit, `ulimit -n` in a shell)."
        )


def _time_zones() -> Iterator[Finding]:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        yield fault("There are no time zones on this host: install tzdata.")
