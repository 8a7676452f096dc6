"""`broadsheet demo`: a demonstration paper, built when it is not yet, and served."""

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import socket
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import Any

from broadsheet.cli.papers import CONFIG, Refusal, enter, say, settings, write_config
from broadsheet.cli.serve import serve_here
from broadsheet.cli.till import demonstration_till, hear
from broadsheet.cli.update import bring_up_to_date, django_admin
from broadsheet.settings.paper import DEMONSTRATION

CONTENT = Path(__file__).resolve().parent.parent / "newsroom" / "demo"


def run(options: argparse.Namespace) -> int:
    """Build what is missing, serve, and say where to go and as whom."""
    folder: Path = options.data
    _refuse_taken(options.port)
    if options.fresh:
        _throw_away(folder)
    if not (folder / CONFIG).exists():
        _refuse_strange(folder)
        write_config(folder, "http://localhost:8000")
    enter(folder)
    url = f"http://localhost:{options.port}"
    os.environ["BROADSHEET_SITE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings.django"
    paper = settings()
    data = paper.data_dir
    with demonstration_till(paper, options.port) as till:
        facts = _built(data) or _build(data)
        told = {**_told(facts, url, data), "till": till.address if till else None}
        hear(till, options.port)
        serve_here("127.0.0.1", options.port, lambda: _announce(told, as_json=options.json))
    say("The paper has stopped.")
    return 0


def _build(data: Path) -> dict[str, Any]:
    say("Building the demonstration paper; this takes a minute or two, once.")
    bring_up_to_date()
    say("Stories, pictures and readers:")
    django_admin(["load_demo", str(data / "facts.json")])
    facts: dict[str, Any] = json.loads((data / "facts.json").read_text())
    (data / DEMONSTRATION).write_text(json.dumps({"of": _fingerprint(), "facts": facts}))
    return facts


def _built(data: Path) -> dict[str, Any] | None:
    try:
        built = json.loads((data / DEMONSTRATION).read_text())
    except (OSError, ValueError):
        return None
    return built["facts"] if built.get("of") == _fingerprint() else None


def _fingerprint() -> str:
    digest = hashlib.sha256(version("broadsheet").encode())
    digest.update(settings().database_url.encode())  # in another database it is not built yet
    for path in sorted(CONTENT.parent.parent.rglob("*")):
        if path.suffix in {".py", ".yaml", ".css", ".js"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _told(facts: dict[str, Any], url: str, data: Path) -> dict[str, Any]:
    return {
        "url": url + "/",
        "editions": [{**edition, "url": url + edition["url"]} for edition in facts["editions"]],
        "articles": [{**article, "url": url + article["url"]} for article in facts["articles"]],
        "readers": facts["readers"],
        "mail": str((data / "mail").resolve()),
    }


async def _announce(told: dict[str, Any], *, as_json: bool) -> None:
    await asyncio.to_thread(_wait_until_it_answers, told["editions"][0]["url"])
    if as_json:
        print(json.dumps(told), flush=True)
        return
    say(f"\nThe paper is at {told['url']}, its newsroom at {told['url']}admin/\n")
    for reader in told["readers"]:
        say(f"  {reader['role']:<12} {reader['email']:<32} {reader['password']}")
    say(f"\nMail it sends is written to {told['mail']}. Ctrl-C stops it.")


def _wait_until_it_answers(url: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=30):
                return
        except urllib.error.URLError:
            pass


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refusal(f"port {port} is taken: choose another with --port") from None


def _refuse_strange(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(f"{folder} is not empty and holds no paper: choose another with --data")


def _throw_away(folder: Path) -> None:
    if not folder.exists():
        return
    if not (folder / CONFIG).exists():
        raise Refusal(f"{folder} holds no paper, so it is not thrown away")
    shutil.rmtree(folder)
