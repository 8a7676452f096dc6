"""What the paper signs: only its own words come back, whole, on the device they were given to."""

import random
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.access import WINDOW, Claim, Device, Mode, read_meter
from broadsheet.gate.seals import MAX_SEALED, METER_CEILING, Pass, Seals, device_key

NOW = 1_700_000_000.0
SEALS = Seals(["the-key"])
SECRET = "a-secret-in-a-cookie"
PASS = Pass(
    reader=7,
    device=device_key(SECRET),
    label="Firefox en Linux — «portátil»",
    key="seat:3",
    mode=Mode.ENFORCE,
    number=4,
    expires=NOW + 300,
    message="Safari on iPhone",
)
CLAIM = Claim("seat:3", PASS.device, 12, NOW + 0.25)
URL_SAFE = string.ascii_letters + string.digits + "-_."


# Passes


@pytest.mark.parametrize(
    "a_pass",
    [
        PASS,
        replace(PASS, mode=None, key="reader:7"),
        replace(PASS, message=""),
        *(replace(PASS, mode=mode) for mode in Mode),
    ],
)
def test_a_pass_comes_back_as_it_was_sealed(a_pass: Pass) -> None:
    found = SEALS.read_pass(SEALS.seal_pass(a_pass), SECRET, NOW)
    assert found == a_pass
    assert found is not None
    assert type(found.mode) is type(a_pass.mode)


def test_a_pass_knows_its_device_as_the_seat_store_wants_it() -> None:
    assert PASS.holder == Device(PASS.device, PASS.label)


def test_a_pass_is_good_until_it_expires() -> None:
    sealed = SEALS.seal_pass(PASS)
    assert SEALS.read_pass(sealed, SECRET, PASS.expires - 0.001) == PASS
    assert SEALS.read_pass(sealed, SECRET, PASS.expires) is None
    assert SEALS.read_pass(sealed, SECRET, NOW) == PASS


@pytest.mark.parametrize("secret", ["", "another-secret", SECRET + " ", PASS.device, "ñ"])
def test_a_pass_that_was_copied_to_another_device_is_none(secret: str) -> None:
    assert SEALS.read_pass(SEALS.seal_pass(PASS), secret, NOW) is None


def test_the_public_id_of_a_device_does_not_give_away_its_secret() -> None:
    assert len(device_key(SECRET)) == 32
    assert SECRET not in device_key(SECRET)
    assert device_key(SECRET) != device_key(SECRET + "x")
    assert SECRET not in SEALS.seal_pass(PASS)


def test_a_pass_of_a_kind_this_version_does_not_know_is_none() -> None:
    # As when a newer version of the paper runs beside this one for a while.
    newer = replace(PASS, mode="lenient")  # type: ignore[arg-type]
    assert SEALS.read_pass(SEALS.seal_pass(newer), SECRET, NOW) is None


# Claims


def test_a_claim_comes_back_as_it_was_sealed() -> None:
    assert SEALS.read_claim(SEALS.seal_claim(CLAIM)) == CLAIM


# Meters


@pytest.mark.parametrize("counted", [{}, {5: NOW}, {5: NOW - 86_400, 6: NOW - 1, 7: NOW}])
def test_a_visitor_s_meter_comes_back_as_it_was_sealed(counted: dict[int, float]) -> None:
    assert SEALS.read_meter(SEALS.seal_meter(counted), NOW) == counted


def test_articles_of_thirty_days_ago_do_not_come_back() -> None:
    sealed = SEALS.seal_meter({5: NOW - WINDOW, 6: NOW})
    assert SEALS.read_meter(sealed, NOW) == {6: NOW}


def test_a_browser_that_brings_no_meter_is_told_from_one_that_has_read_nothing() -> None:
    assert SEALS.read_meter("", NOW) is None
    assert SEALS.read_meter(SEALS.seal_meter({}), NOW) == {}


def test_a_meter_forgets_the_oldest_articles_beyond_its_ceiling() -> None:
    counted = {article: NOW - article for article in range(METER_CEILING + 20)}
    kept = SEALS.read_meter(SEALS.seal_meter(counted), NOW)
    assert kept == {article: NOW - article for article in range(METER_CEILING)}


def test_a_meter_as_full_as_can_be_fits_into_a_cookie_and_is_read_back() -> None:
    counted = {2**31 - 1 - 7919 * n: NOW - 25_911 * n for n in range(METER_CEILING)}
    sealed = SEALS.seal_meter(counted)
    assert len(sealed) < MAX_SEALED - 200  # a cookie's name and attributes count too
    assert SEALS.read_meter(sealed, NOW) == counted


@pytest.mark.parametrize("allowance", [1, 3, METER_CEILING])
def test_a_visitor_reads_as_many_articles_as_the_meter_allows(allowance: int) -> None:
    sealed, opened = SEALS.seal_meter({}), 0
    for article in range(allowance + 10):
        counted = SEALS.read_meter(sealed, NOW)
        assert counted is not None
        if read_meter(counted, article, allowance, NOW).opens:
            opened += 1
            sealed = SEALS.seal_meter({**counted, article: NOW})
    assert opened == allowance


# Keys


def test_the_first_key_signs_and_every_key_is_accepted() -> None:
    old, both, new = Seals(["old"]), Seals(["new", "old"]), Seals(["new"])
    assert both.read_claim(old.seal_claim(CLAIM)) == CLAIM
    assert new.read_claim(both.seal_claim(CLAIM)) == CLAIM
    assert old.read_claim(both.seal_claim(CLAIM)) is None


def test_nothing_is_read_that_another_key_signed() -> None:
    forger = Seals(["another-key"])
    assert SEALS.read_pass(forger.seal_pass(PASS), SECRET, NOW) is None
    assert SEALS.read_claim(forger.seal_claim(CLAIM)) is None
    assert SEALS.read_meter(forger.seal_meter({}), NOW) is None


def test_what_was_signed_for_one_use_is_nothing_in_another() -> None:
    sealed = {SEALS.seal_pass(PASS), SEALS.seal_claim(CLAIM), SEALS.seal_meter({5: NOW})}
    assert [SEALS.read_pass(one, SECRET, NOW) for one in sealed].count(None) == 2
    assert [SEALS.read_claim(one) for one in sealed].count(None) == 2
    assert [SEALS.read_meter(one, NOW) for one in sealed].count(None) == 2


# Anything else


@given(place=st.floats(0, 1, exclude_max=True), other=st.sampled_from(URL_SAFE))
def test_a_changed_character_is_never_read_as_something_else(place: float, other: str) -> None:
    for sealed, read, told in (
        (SEALS.seal_pass(PASS), lambda s: SEALS.read_pass(s, SECRET, NOW), PASS),
        (SEALS.seal_claim(CLAIM), SEALS.read_claim, CLAIM),
        (SEALS.seal_meter({5: NOW}), lambda s: SEALS.read_meter(s, NOW), {5: NOW}),
    ):
        at = int(place * len(sealed))
        changed = sealed[:at] + other + sealed[at + 1 :]
        # The last character of a signature has bits that no byte uses: it may be read as before.
        assert read(changed) in ((told,) if changed == sealed else (None, told))
        if at < sealed.rindex("."):
            assert read(changed) == (told if changed == sealed else None)


@given(
    st.text()
    | st.text(alphabet=URL_SAFE)
    | st.sampled_from(["", ".", "..", "a.b", "\ud800", "null", "e30", "." * 5000])
)
def test_anything_a_client_may_send_is_none_and_never_an_exception(sent: str) -> None:
    assert SEALS.read_pass(sent, SECRET, NOW) is None
    assert SEALS.read_claim(sent) is None
    assert SEALS.read_meter(sent, NOW) is None


def test_what_is_longer_than_a_cookie_is_not_even_looked_at() -> None:
    noise = "".join(random.Random(1).choices(URL_SAFE, k=MAX_SEALED))  # does not compress
    long = SEALS.seal_claim(replace(CLAIM, seat=noise))
    assert len(long) > MAX_SEALED
    assert SEALS.read_claim(long) is None


def test_a_pass_with_the_longest_labels_fits_into_a_cookie() -> None:
    wide = replace(PASS, label="名" * 60, message="名" * 60, reader=2**31, number=2**31)
    sealed = SEALS.seal_pass(wide)
    assert len(sealed) < MAX_SEALED - 200
    assert SEALS.read_pass(sealed, SECRET, NOW) == wide
