"""Events as they are asked for, and the endpoints that want to hear of them."""

import fnmatch
from typing import Any

from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import API_VERSION, World

type Doc = dict[str, Any]


def listed(world: World, params: Params) -> list[Doc]:
    """GET /v1/events, newest first."""
    kinds = params.texts("types") or ([params.required("type")] if "type" in params else ["*"])
    return [
        one
        for one in world.every("event")
        if any(fnmatch.fnmatchcase(one["type"], kind) for kind in kinds)
    ]


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/events/{id}."""
    return world.get("event", ident)


def create_endpoint(world: World, params: Params) -> Doc:
    """POST /v1/webhook_endpoints. Deliveries go where the stand-in was told at its start."""
    endpoint = {
        "id": world.new_id("we", 24),
        "object": "webhook_endpoint",
        "api_version": params.text("api_version") or API_VERSION,
        "application": None,
        "created": world.now(),
        "description": params.text("description"),
        "enabled_events": params.texts("enabled_events"),
        "livemode": False,
        "metadata": params.metadata(),
        "secret": world.store.note("webhook_secret") or "",
        "status": "enabled",
        "url": params.required("url"),
    }
    world.add({**endpoint, "secret": None, "_secret": endpoint["secret"]})
    return endpoint


def list_endpoints(world: World, params: Params) -> list[Doc]:
    """GET /v1/webhook_endpoints, without their secrets."""
    return [
        {name: value for name, value in one.items() if name != "secret"}
        for one in world.every("webhook_endpoint")
    ]
