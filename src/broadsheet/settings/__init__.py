"""The paper's settings: typed, documented, read in one place."""

from broadsheet.settings.paper import PaperSettings, SettingsError, load

__all__ = ["PaperSettings", "SettingsError", "load"]
