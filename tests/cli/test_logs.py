"""The log is read by more people than may open what readers open."""

import logging

import pytest

from broadsheet.settings.logs import WithoutSecrets

KEY = "aB3-_x9kQ2mN7pR5tV8w"


@pytest.mark.parametrize(
    "address",
    [
        f"/invitation/{KEY}/",
        f"/invitation/{KEY}/decline/",
        f"/join/{KEY}/",
        f"/gifts/{KEY}/card/",
        f"/card/{KEY}:1tZ:{KEY}/",
        f"/subscribe/done/{KEY}/",
        f"/account/password/reset/key/7-{KEY}/",
        f"/us/world/a-story/?gift={KEY}",
    ],
)
def test_an_address_that_is_a_key_is_written_without_it(address: str) -> None:
    assert KEY not in written(address)


@pytest.mark.parametrize(
    "address",
    ["/join/domain/7/", "/gifts/redeem/", "/gifts/story/12/withdraw/", "/us/world/a-long-story/"],
)
def test_other_addresses_are_written_as_they_are(address: str) -> None:
    assert written(address).endswith(f"Forbidden: {address}")


def test_a_trace_tells_none_either() -> None:
    try:
        raise ValueError(f"no such thing at /join/{KEY}/")
    except ValueError as error:
        said = written("/", error)
    assert "Traceback" in said
    assert KEY not in said


def written(address: str, error: Exception | None = None) -> str:
    fault = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("x", 30, "x.py", 1, "Forbidden: %s", (address,), fault)
    return WithoutSecrets("%(levelname)s %(message)s").format(record)
