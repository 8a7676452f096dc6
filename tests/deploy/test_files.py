"""What operators copy from deploy/ names what there is: files, commands, settings, metrics."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.cli.arguments import _parser
from broadsheet.settings import PaperSettings
from broadsheet.settings.paper import PREFIX
from broadsheet.telemetry.catalogue import METRICS, Type

DEPLOY = Path("deploy")
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted(DEPLOY.glob("systemd/*"))


def papers() -> dict[str, Any]:
    """The services that are ours."""
    return {name: one for name, one in COMPOSE["services"].items() if one["image"] == "broadsheet"}


def test_everything_that_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert copied
    for line in copied:
        *sources, _ = line.split()
        assert all(Path(source).exists() for source in sources), line


def test_the_image_has_a_python_that_is_supported() -> None:
    (least,) = re.findall(
        r"\d\.\d+", tomllib.loads(Path("pyproject.toml").read_text())["project"]["requires-python"]
    )
    used = set(re.findall(r"^FROM python:(\d\.\d+)-", DOCKERFILE, re.MULTILINE))
    assert len(used) == 1
    assert tuple(map(int, used.pop().split("."))) >= tuple(map(int, least.split(".")))


def test_the_image_asks_for_extras_that_there_are() -> None:
    extras = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(re.findall(r"--extra (\w+)", DOCKERFILE)) <= set(extras)


def test_the_image_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["paper"]


def commands() -> list[str]:
    """Every command of ours in deploy/."""
    (serve,) = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    found = [shlex.join(json.loads(serve))]
    found += [shlex.join(one["command"]) for one in papers().values() if "command" in one]
    for unit in UNITS:
        typed = re.findall(r"broadsheet/bin/broadsheet ([^'\n]+)", unit.read_text())
        found += [re.sub(r"\$\([^)]+\)", "today", one) for one in typed]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_one_that_broadsheet_has(command: str) -> None:
    assert _parser().parse_args(shlex.split(command)).run


def test_there_are_commands_to_look_at() -> None:
    assert {command.split()[0] for command in commands()} == {"serve", "update", "backup"}


def test_every_setting_of_the_containers_is_one() -> None:
    allowed = {PREFIX + name.upper() for name in PaperSettings.model_fields}
    given = set(re.findall(r"\bBROADSHEET_\w+", DOCKERFILE))
    for one in papers().values():
        given |= set(one["environment"])
    assert given <= allowed
    assert {"BROADSHEET_DATABASE_URL", "BROADSHEET_VALKEY_URL"} <= given


def test_settings_of_the_containers_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    filled = {"SITE_HOST": "paper.example", "SECRET_KEY": "k" * 64, "POSTGRES_PASSWORD": "p"}
    for name, value in papers()["paper-1"]["environment"].items():
        given = re.sub(r"\$\{(\w+)[^}]*\}", lambda place: filled.get(place[1], ""), value)
        monkeypatch.setenv(name, given)
    paper = PaperSettings()
    assert paper.site_url == "https://paper.example"
    assert paper.valkey_url.startswith("valkey://valkey:")


def test_services_speak_to_services_that_there_are() -> None:
    services = COMPOSE["services"]
    for name, one in services.items():
        assert set(one.get("depends_on", ())) <= set(services), name
    environment = papers()["paper-1"]["environment"]
    for variable in ("BROADSHEET_DATABASE_URL", "BROADSHEET_VALKEY_URL"):
        assert re.search(r"[@/](postgres|valkey):\d+/", environment[variable])
    behind = services["caddy"]["environment"]["PAPERS"].split()
    assert [place.partition(":")[0] for place in behind] == ["paper-1", "paper-2"]
    assert {place.partition(":")[2] for place in behind} == {"8000"}


def test_a_valkey_of_ours_throws_no_seat_away() -> None:
    assert "noeviction" in COMPOSE["services"]["valkey"]["command"]


def test_containers_write_nowhere_but_in_their_volume() -> None:
    for one in papers().values():
        assert one["read_only"]
        assert one["tmpfs"] == ["/tmp"]
        assert one["volumes"] == ["data:/data"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_ones_that_systemd_takes(unit: Path, tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd is not installed")
    here = tmp_path / unit.name  # its program is not where it will be
    here.write_text(unit.read_text().replace("/opt/broadsheet/bin/broadsheet", sys.executable))
    for other in UNITS:
        if other != unit:
            (tmp_path / other.name).write_text(other.read_text())
    tried = subprocess.run(
        [analyse, "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )
    said = [line for line in tried.stderr.splitlines() if here.name in line]
    assert (tried.returncode, said) == (0, [])


def test_the_paper_has_longer_to_stop_than_it_takes() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.read(DEPLOY / "systemd" / "broadsheet.service")
    drain = re.search(r"--drain (\d+)", unit["Service"]["ExecStart"])
    assert drain
    from broadsheet.cli.serve import GRACE

    assert int(unit["Service"]["TimeoutStopSec"]) > int(drain[1]) + 2 * GRACE


@pytest.mark.parametrize("papers", ["paper-1:8000", "paper-1:8000 paper-2:8000"])
def test_caddy_takes_its_file(papers: str) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed")
    tried = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        env={**os.environ, "SITE_HOST": "paper.example", "PAPERS": papers},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr


RULES = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alerts_look_at_metrics_that_there_are(rule: dict[str, Any]) -> None:
    names = set(re.findall(r"\bbroadsheet_\w+", rule["expr"]))
    assert names
    for name in names:
        bare = re.sub(r"_(bucket|sum|count)$", "", name)
        assert bare in METRICS, name
        assert (bare != name) == (METRICS[bare].type is Type.HISTOGRAM)
    metrics = [METRICS[re.sub(r"_(bucket|sum|count)$", "", name)] for name in names]
    labels = set(re.findall(r"(\w+)=\"", rule["expr"]))
    assert labels <= {label for metric in metrics for label in metric.labels}
    assert rule["annotations"]["summary"].endswith(".")
