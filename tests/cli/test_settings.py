"""Settings come from a file and the environment; wrong ones are refused by name."""

from pathlib import Path

import pytest

from broadsheet.settings import PaperSettings, SettingsError, load
from broadsheet.settings.paper import CONFIG_VARIABLE


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in PaperSettings.model_fields:
        monkeypatch.delenv(f"BROADSHEET_{name.upper()}", raising=False)
    path = tmp_path / "broadsheet.toml"
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    return path


def test_every_setting_has_a_default_and_says_what_it_means(config: Path) -> None:
    load()
    assert all(field.description for field in PaperSettings.model_fields.values())


def test_the_file_is_read(config: Path) -> None:
    config.write_text("lease_seconds = 60")
    assert load().timings.lease == 60


def test_the_environment_wins_over_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("lease_seconds = 60")
    monkeypatch.setenv("BROADSHEET_LEASE_SECONDS", "45")
    assert load().timings.lease == 45


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("lease_seconds = -1", "lease_seconds"),
        ('beat_seconds = "soon"', "beat_seconds"),
        ('site_url = "ftp://paper.example"', "site_url"),
        ('site_url = "https://paper.example/news"', "site_url"),
        ('smtp_url = "mail.example"', "smtp_url"),
        ('secret_keys = ["short"]', "secret_keys"),
        ('log_level = "LOUD"', "log_level"),
        ("leese_seconds = 60", "leese_seconds"),
        ("this is not toml", "broadsheet.toml"),
    ],
)
def test_a_wrong_value_is_refused_by_name(config: Path, line: str, named: str) -> None:
    config.write_text(line)
    with pytest.raises(SettingsError, match=named):
        load()


def test_a_refused_key_is_not_printed(config: Path) -> None:
    config.write_text('secret_keys = ["not-long-but-secret"]')
    with pytest.raises(SettingsError) as refusal:
        load()
    assert "not-long-but-secret" not in str(refusal.value)


def test_docs_name_every_setting() -> None:
    documented = Path("docs/settings.md").read_text()
    assert all(f"`{name}`" in documented for name in PaperSettings.model_fields)
