"""What people call a device: its browser and its system."""

from functools import lru_cache

from django.utils.translation import gettext, override
from ua_parser import parse

SYSTEMS = {"Mac OS X": "macOS", "Ubuntu": "Linux", "Fedora": "Linux", "Chrome OS": "ChromeOS"}
BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Samsung Internet": "Samsung Internet",
    "HeadlessChrome": "Chrome",
    "Edge Mobile": "Edge",
}


@lru_cache(maxsize=1024)
def label_for(user_agent: str, language: str) -> str:
    """Such as 'Firefox on Android', in `language`; 'A browser' when nothing is recognised."""
    found = parse(user_agent[:1000])
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    browser = BROWSERS.get(browser, browser)
    system = SYSTEMS.get(system, system)
    with override(language):
        if browser and system:
            text = gettext("%(browser)s on %(system)s")
            return (text % {"browser": browser, "system": system})[:80]
        return (browser or system or gettext("A browser"))[:80]
