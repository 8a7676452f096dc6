"""A paper on two hosts, with the demonstration's stories and readers."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hosts.host import SETTINGS, Host
from tests.leaks.desk import Desk
from tests.servers.postgres import Postgres, postgres
from tests.servers.valkey import ValkeyServer, valkey_server


@dataclass
class Shared:
    """What the hosts share."""

    database: Postgres
    valkey: ValkeyServer
    settings: dict[str, str]
    folder: Path

    @property
    def somebody(self) -> str:
        """The address of a reader of the demonstration's."""
        facts = json.loads((self.folder / "facts.json").read_text())
        return str(facts["readers"][0]["email"])

    def host(self, name: str, *options: str) -> Host:
        """Another host, not started yet; its static files are those of the first."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        static = folder / "static"
        if not static.exists():
            static.symlink_to(self.folder / "first" / "static")
        return Host(folder, self.settings, *options)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """A paper with the demonstration's stories, in a database of its own."""
    folder = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        valkey = stack.enter_context(valkey_server())
        settings = {
            **SETTINGS,
            "BROADSHEET_DATABASE_URL": database.database("paper"),
            "BROADSHEET_VALKEY_URL": valkey.url,
        }
        first = Host(folder / "first", settings)
        first.run("update")
        first.django("load_demo", str(folder / "facts.json"))
        yield Shared(database, valkey, settings, folder)


@pytest.fixture(scope="session")
def desk(shared: Shared) -> Iterator[Desk]:
    """What editors do, done by a process that serves nobody."""
    settings = {**shared.settings, "BROADSHEET_DATA_DIR": str(shared.folder / "first")}
    desk = Desk("/nowhere/none.toml", "http://localhost", settings)
    yield desk
    desk.close()


@pytest.fixture(scope="session")
def hosts(shared: Shared) -> Iterator[tuple[Host, Host]]:
    """Two of them, being served."""
    one, two = (shared.host(name, "--no-background") for name in ("one", "two"))
    try:
        yield one.start(), two.start()
    finally:
        one.stop()
        two.stop()
