"""Whether traces are wanted, said by OpenTelemetry's own variables."""

import os
from importlib.util import find_spec

VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def traces_wanted() -> str:
    """The variable that names where traces go; empty: nowhere."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return "" if off else next((name for name in VARIABLES if os.environ.get(name)), "")


def missing() -> str:
    """What to say when traces are wanted and what sends them is not installed; else empty."""
    wanted = traces_wanted()
    if not wanted or _installed():
        return ""
    return f"{wanted} is set: install broadsheet[telemetry], or unset it."


def _installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False
