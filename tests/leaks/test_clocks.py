"""The server's clock is put back or forward: nobody gets two leases, nothing stays open."""

import pytest

from tests.leaks.client import Answer
from tests.leaks.inside import Clock, Phone, Process
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("house")

PATH = "/us/world/story/"
HOUR = 3600.0
STEPS = [-60.0, -365 * 24 * HOUR]


@pytest.fixture(autouse=True)
def story(newsroom: Newsroom) -> None:
    newsroom.us.meter_visitors = 1
    newsroom.us.meter_readers = 1
    newsroom.us.save()
    for slug in ("story", "other"):
        newsroom.story(slug, access="subscribers")


def shut(answer: Answer) -> bool:
    assert answer.access.startswith("preview; "), answer.access
    assert HIDDEN not in answer.text
    return True


def token_in(answer: Answer) -> str:
    return answer.text.partition('name="token" value="')[2].partition('"')[0]


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_steps_back_leaves_one_lease_that_ends_in_its_time(
    cast: Cast, step: float
) -> None:
    clock = Clock()
    process = Process(clock=clock)
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).access == "granted; reason=lease"
    there.ask(process, PATH)
    clock.ahead = step
    assert shut(there.ask(process, PATH))
    assert here.ask(process, PATH).access == "granted; reason=lease"
    assert here.script(process, "beat", epoch="1").status == 200
    clock.ahead += 91
    assert there.ask(process, PATH).access == "granted; reason=lease"
    assert shut(here.ask(process, PATH))


@pytest.mark.parametrize("step", STEPS)
def test_a_lease_from_the_future_does_not_keep_the_seat_longer_than_a_lease(
    cast: Cast, step: float
) -> None:
    """Its holder does not come back: the seat must not stay theirs for as long as the step."""
    clock = Clock()
    process = Process(clock=clock)
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).whole
    clock.ahead = step
    for _ in range(3):
        assert shut(there.ask(process, PATH))
        clock.ahead += 20
    clock.ahead += 31
    assert there.ask(process, PATH).access == "granted; reason=lease"


@pytest.mark.parametrize("step", STEPS)
def test_a_token_from_the_future_takes_nothing_over(cast: Cast, step: float) -> None:
    clock = Clock()
    process = Process(clock=clock)
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).whole
    ahead = token_in(there.ask(process, PATH))
    clock.ahead = step
    assert here.ask(process, PATH).whole
    refused = there.script(process, "take-over", token=ahead)
    assert refused.status == 409
    assert there.script(process, "take-over", token=refused.json["token"]).status == 200
    assert shut(here.ask(process, PATH))


def test_a_token_is_good_for_two_minutes(cast: Cast) -> None:
    clock = Clock()
    process = Process(clock=clock)
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).whole
    old = token_in(there.ask(process, PATH))
    for _ in range(2):
        clock.ahead += 61
        assert here.script(process, "beat", epoch="1").status == 200
    refused = there.script(process, "take-over", token=old)
    assert refused.status == 409
    assert here.ask(process, PATH).access == "granted; reason=lease"


def test_a_pass_ends_in_its_time_and_is_not_renewed_without_a_sign_in(cast: Cast) -> None:
    clock = Clock()
    process = Process(clock=clock)
    ana = Phone.of(cast.ana)
    assert ana.ask(process, PATH).whole
    copied = ana.without_sign_in
    clock.ahead = 599
    assert copied.ask(process, PATH).access == "granted; reason=lease"
    clock.ahead = 601
    answer = copied.ask(process, f"{PATH}?metered")
    assert shut(answer)
    assert "bs_pass" not in copied.cookies
    assert ana.ask(process, PATH).access == "granted; reason=lease"


@pytest.mark.parametrize("step", STEPS)
def test_a_visitors_meter_opens_no_more_when_the_clock_steps_back(step: float) -> None:
    clock = Clock()
    process = Process(clock=clock)
    visitor = Phone({})
    visitor.ask(process, PATH)
    assert visitor.ask(process, f"{PATH}?metered").access == "metered; reason=meter"
    clock.ahead = step
    assert shut(visitor.ask(process, "/us/world/other/"))
    assert visitor.ask(process, PATH).access == "metered; reason=meter"


@pytest.mark.parametrize("step", STEPS)
def test_a_readers_meter_opens_no_more_when_the_clock_steps_back(cast: Cast, step: float) -> None:
    clock = Clock()
    process = Process(clock=clock)
    nora = Phone.of(cast.nora)
    assert nora.ask(process, PATH).access == "metered; reason=meter"
    clock.ahead = step
    assert shut(nora.ask(process, "/us/world/other/"))
    assert nora.ask(process, PATH).access == "metered; reason=meter"


@pytest.mark.parametrize("step", [HOUR, 40 * 24 * HOUR])
def test_a_clock_that_leaps_forward_ends_leases_and_opens_nothing(cast: Cast, step: float) -> None:
    clock = Clock()
    process = Process(clock=clock)
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).whole
    clock.ahead = step
    assert there.ask(process, PATH).access == "granted; reason=lease"
    assert shut(here.ask(process, PATH))
    assert here.script(process, "beat", epoch="1").status == 410
    clock.ahead = 0
    assert there.ask(process, PATH).access == "granted; reason=lease"
    assert shut(here.ask(process, PATH))


def test_two_processes_with_clocks_apart_give_one_lease(cast: Cast) -> None:
    """As far apart as the clocks of one host never are."""
    slow, fast = Process(clock=Clock(-30)), Process(clock=Clock(30))
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(slow, PATH).whole
    assert shut(there.ask(fast, PATH))
    assert here.ask(fast, PATH).whole
    assert shut(there.ask(slow, PATH))
    assert shut(there.ask(fast, PATH))
