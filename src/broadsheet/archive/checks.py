"""What `check` says of an archive's database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connection

from broadsheet.archive.moved import SAYS, is_sealed


@register()
def still_here(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """The settings must not name a database that the paper has moved away from."""
    if connection.vendor == "sqlite" and is_sealed(Path(connection.settings_dict["NAME"])):
        return [Error(SAYS, id="broadsheet.E001")]
    return []
