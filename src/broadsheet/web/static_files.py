"""Static files as they are served: named by what is in them, and compressed beforehand."""

from collections.abc import Iterator
from pathlib import Path

from servestatic.storage import CompressedManifestStaticFilesStorage


class CompressedFiles(CompressedManifestStaticFilesStorage):
    """Compresses what pages ask for, which are names with a hash, and each of them once."""

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Compress what is new among these names; yields each name and its compressed one."""
        asked_for = set(self.hashed_files.values()) & set(paths)
        new = {path for path in asked_for if not Path(f"{self.path(path)}.gz").exists()}
        yield from super().compress_files(new)
