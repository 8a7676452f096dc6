"""The test's hand over HTTP, for tests that talk to a stand-in in another process."""

import json
from collections.abc import Callable
from typing import Any

from broadsheet.stripe_stand_in import life
from broadsheet.stripe_stand_in.desk import Desk, Failure
from broadsheet.stripe_stand_in.forms import Params, bearer, read
from broadsheet.stripe_stand_in.page import Page
from broadsheet.stripe_stand_in.webhooks import Webhooks

type Doc = dict[str, Any]


def advance(desk: Desk, seconds: int) -> int:
    """Puts the clock forward and lets everything happen that was due; the new time."""
    with desk.working() as world:
        life.catch_up(world, world.now() + seconds)
        world.put_forward(seconds)
        return world.now()


def answer(
    desk: Desk, webhooks: Webhooks, method: str, path: str, body: str, headers: dict[str, str]
) -> Page:
    """Needs the API key; answers JSON."""
    if bearer(headers.get("authorization", "")) != desk.key:
        return _json(401, {"error": "The API key is needed."})
    does = ACTS.get((method, path.removeprefix("/_stand_in/")))
    if does is None:
        return _json(404, {"error": "Unknown."})
    return _json(200, does(desk, webhooks, Params(read(body))))


def _json(status: int, body: Doc) -> Page:
    return Page(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _now(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    with desk.lock:
        return {"now": desk.world.now()}


def _advance(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    seconds = (params.number("seconds") or 0) + (params.number("days") or 0) * 86_400
    return {"now": advance(desk, seconds)}


def _hold(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    webhooks.hold()
    return {"holding": True}


def _held(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    return {"events": webhooks.held()}


def _idents(webhooks: Webhooks, params: Params) -> list[str]:
    return params.texts("ids") or [one["id"] for one in webhooks.held()]


def _deliver(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    return {"statuses": webhooks.deliver(_idents(webhooks, params))}


def _let_go(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    webhooks.hold(False)
    return {"statuses": webhooks.deliver(_idents(webhooks, Params({})))}


def _drop(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    idents = _idents(webhooks, params)
    webhooks.drop(idents)
    return {"dropped": idents}


def _fail_next(desk: Desk, webhooks: Webhooks, params: Params) -> Doc:
    with desk.lock:
        desk.failures.append(
            Failure(
                params.text("method"),
                params.text("path") or "/v1/",
                params.number("status") or 500,
                params.flag("lost") or False,
                params.number("times") or 1,
            )
        )
    return {"failing": True}


ACTS: dict[tuple[str, str], Callable[[Desk, Webhooks, Params], Doc]] = {
    ("GET", "now"): _now,
    ("POST", "advance"): _advance,
    ("POST", "webhooks/hold"): _hold,
    ("GET", "webhooks"): _held,
    ("POST", "webhooks/deliver"): _deliver,
    ("POST", "webhooks/let_go"): _let_go,
    ("POST", "webhooks/drop"): _drop,
    ("POST", "fail_next"): _fail_next,
}
