"""The command `broadsheet`."""

from broadsheet.cli.arguments import main

__all__ = ["main"]
