"""Which language the paper speaks: the reader's choice, their browser's, the edition's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.gate.language import choose

OFFERED = ("en", "es", "de")


@pytest.mark.parametrize(
    ("chosen", "accepted", "fallback", "language"),
    [
        pytest.param("es", "de", "en-US", "es", id="a choice comes first"),
        pytest.param("", "de", "en-US", "de", id="then the browser's"),
        pytest.param("", "", "es-ES", "es", id="then the edition's"),
        pytest.param("", "", "fr-FR", "en", id="then the first"),
        pytest.param("fr", "de", "es", "de", id="a choice that is not offered is none"),
        pytest.param("", "fr, it", "es", "es", id="nor is a browser's"),
        pytest.param("ES-mx", "", "en", "es", id="a region and capitals do not matter"),
        pytest.param("", "de-AT", "en", "de", id="nor do they in a header"),
        pytest.param("", "  de  ,en", "en", "de", id="nor does space"),
    ],
)
def test_whose_wish_comes_first(chosen: str, accepted: str, fallback: str, language: str) -> None:
    assert choose(chosen, accepted, fallback, OFFERED) == language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de;q=0.5, es;q=0.8", "es"),
        ("de; q=0.5 , es; q=0.8", "es"),
        ("de;q=0.5, es", "es"),
        ("es, de", "es"),
        ("es;q=0.7, de;q=0.7", "es"),
        ("fr, de;q=0.1", "de"),
        ("*, de;q=0.5", "de"),
        ("de;q=0", "en"),
        ("de;q=0.000, es;q=0.001", "es"),
        ("es;Q=0.2, de;q=0.5", "de"),
    ],
)
def test_the_browser_s_weights_are_heard(accepted: str, language: str) -> None:
    assert choose("", accepted, "en", OFFERED) == language


@pytest.mark.parametrize(
    "weight", ["", "high", "0,5", "nan", "inf", "1e3", "-1", "2", "0x1", "1_0"]
)
def test_a_malformed_weight_counts_as_nought(weight: str) -> None:
    assert choose("", f"de;q={weight}, es;q=0.001", "en", OFFERED) == "es"
    assert choose("", f"es;q=0.001, de;q={weight}", "en", OFFERED) == "es"
    assert choose("", f"en;q={weight}, es;q=0.1, de;q=0.9", "en", OFFERED) == "de"


@given(chosen=st.text(), accepted=st.text(), fallback=st.text())
def test_anything_a_browser_may_send_leads_to_a_language_that_is_offered(
    chosen: str, accepted: str, fallback: str
) -> None:
    assert choose(chosen, accepted, fallback, OFFERED) in OFFERED
