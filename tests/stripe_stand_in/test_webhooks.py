"""Events are signed and delivered, repeated when refused, and held by a test's hand."""

from collections.abc import Iterator
from typing import Any

import pytest

from broadsheet.stripe_stand_in import StandIn
from tests.stripe_stand_in.conftest import SECRET, Receiver, client
from tests.stripe_stand_in.shapes import Shapes


@pytest.fixture
def till(receiver: Receiver) -> Iterator[StandIn]:
    with StandIn(None, receiver.url, SECRET) as made:
        yield made


@pytest.fixture
def sdk(till: StandIn, shapes: Shapes) -> Any:
    return client(till, shapes)


def test_events_are_signed_and_delivered_in_their_order(
    till: StandIn, sdk: Any, receiver: Receiver
) -> None:
    made = sdk.customers.create({"name": "A"})
    sdk.customers.update(made.id, {"name": "B"})
    assert till.settle()
    assert receiver.types == ["customer.created", "customer.updated"]
    assert receiver.events[1].data.previous_attributes["name"] == "A"
    assert receiver.events[1].data.object["name"] == "B"


def test_a_delivery_that_is_refused_is_repeated(
    till: StandIn, sdk: Any, receiver: Receiver
) -> None:
    receiver.answers = [500, 503]
    sdk.customers.create({})
    assert till.settle()
    assert receiver.types == ["customer.created"]
    assert receiver.answers == []


def test_held_events_are_delivered_in_any_order_and_repeated(
    till: StandIn, sdk: Any, receiver: Receiver
) -> None:
    till.hold()
    for name in "ABC":
        sdk.customers.create({"name": name})
    a, b, c = [one["id"] for one in till.held()]
    assert receiver.events == []
    assert till.deliver([c, a, a]) == [200, 200, 200]
    assert [one.id for one in receiver.events] == [c, a, a]
    assert [one["id"] for one in till.held()] == [b]
    assert till.let_go() == [200]
    sdk.customers.create({"name": "D"})
    assert till.settle()
    assert len(receiver.events) == 5


def test_held_events_are_thrown_away(till: StandIn, sdk: Any, receiver: Receiver) -> None:
    till.hold()
    sdk.customers.create({})
    till.drop()
    assert till.held() == []
    assert till.let_go() == []
    assert receiver.events == []
    assert len(sdk.events.list().data) == 1


def test_a_refused_delivery_by_hand_stays_held(till: StandIn, sdk: Any, receiver: Receiver) -> None:
    till.hold()
    sdk.customers.create({})
    receiver.answers = [500]
    assert till.deliver() == [500]
    assert len(till.held()) == 1
    assert till.deliver() == [200]
    assert till.held() == []
