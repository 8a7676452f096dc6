"""What is sold: products and their prices."""

from typing import Any

from broadsheet.stripe_stand_in import errors
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

INTERVALS = ("day", "week", "month", "year")


def create_product(world: World, params: Params) -> Doc:
    """POST /v1/products."""
    ident = params.text("id") or world.new_id("prod")
    if world.find(ident):
        raise errors.invalid("Product already exists.", "id", "resource_already_exists")
    product = new_product(world, params.required("name"), id=ident)
    _take_product(product, params)
    price = params.inner("default_price_data")
    if price:
        made = new_price(world, price, product["id"])
        product["default_price"] = made["id"]
        world.add(product, "product.created")
        world.add(made, "price.created")
        return product
    return world.add(product, "product.created")


def new_product(world: World, name: str, **known: Any) -> Doc:
    """A product that is not written yet."""
    return {
        "id": world.new_id("prod"),
        "object": "product",
        "active": True,
        "created": world.now(),
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": world.now(),
        "url": None,
        **known,
    }


def update_product(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/products/{id}."""
    product = world.get("product", ident)
    if name := params.text("name"):
        product["name"] = name
    if price := params.text("default_price"):
        product["default_price"] = world.get("price", price, "default_price")["id"]
    _take_product(product, params)
    product["updated"] = world.now()
    return world.change(product, "product.updated")


def _take_product(product: Doc, params: Params) -> None:
    for name in ("description", "tax_code", "statement_descriptor", "unit_label", "url"):
        if name in params:
            product[name] = params.text(name)
    active = params.flag("active")
    product["active"] = product["active"] if active is None else active
    product["metadata"] = params.metadata(product["metadata"])


def retrieve_product(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/products/{id}."""
    return world.get("product", ident)


def list_products(world: World, params: Params) -> list[Doc]:
    """GET /v1/products."""
    active, idents = params.flag("active"), params.texts("ids")
    return [
        one
        for one in world.every("product")
        if active in (None, one["active"]) and (not idents or one["id"] in idents)
    ]


def create_price(world: World, params: Params) -> Doc:
    """POST /v1/prices."""
    inline = params.inner("product_data")
    if inline:
        product = world.add(new_product(world, inline.required("name")), "product.created")
    else:
        product = world.get("product", params.required("product"), "product")
    price = new_price(world, params, product["id"])
    price["nickname"] = params.text("nickname")
    _take_lookup_key(world, price, params)
    return world.add(price, "price.created")


def new_price(world: World, params: Params, product: str) -> Doc:
    """A price that is not written yet, of `unit_amount`, `currency` and `recurring`."""
    amount = params.number("unit_amount")
    if amount is None:
        if "unit_amount_decimal" not in params:
            raise errors.invalid(
                "Missing required param: unit_amount.",
                params.name("unit_amount"),
                "parameter_missing",
            )
        amount = int(params.required("unit_amount_decimal"))
    if amount < 0:
        raise errors.invalid("Invalid non-negative integer", params.name("unit_amount"))
    currency = params.required("currency").lower()
    if not (len(currency) == 3 and currency.isalpha()):
        raise errors.invalid(f"Invalid currency: {currency}.", params.name("currency"))
    recurring = _recurring(params.inner("recurring"))
    return {
        "id": world.new_id("price", 24),
        "object": "price",
        "active": params.flag("active") is not False,
        "billing_scheme": "per_unit",
        "created": world.now(),
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": params.metadata(),
        "nickname": None,
        "product": product,
        "recurring": recurring,
        "tax_behavior": params.choice(
            "tax_behavior", ("exclusive", "inclusive", "unspecified"), "unspecified"
        ),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def _recurring(params: Params) -> Doc | None:
    if not params:
        return None
    params.only({"interval", "interval_count", "usage_type"})
    params.choice("usage_type", ("licensed",))
    params.required("interval")
    return {
        "interval": params.choice("interval", INTERVALS),
        "interval_count": params.number("interval_count") or 1,
        "meter": None,
        "usage_type": "licensed",
    }


def _take_lookup_key(world: World, price: Doc, params: Params) -> None:
    key = params.text("lookup_key")
    if key is None:
        return
    for other in world.every("price"):
        if other["lookup_key"] == key and other["id"] != price["id"]:
            if not params.flag("transfer_lookup_key"):
                raise errors.invalid(
                    f"A price (`{other['id']}`) already uses that lookup key.",
                    "lookup_key",
                    "resource_already_exists",
                )
            other["lookup_key"] = None
            world.change(other, "price.updated")
    price["lookup_key"] = key


def update_price(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/prices/{id}: amounts cannot be changed, as at Stripe."""
    price = world.get("price", ident)
    active = params.flag("active")
    price["active"] = price["active"] if active is None else active
    if "nickname" in params:
        price["nickname"] = params.text("nickname")
    if params.cleared("lookup_key"):
        price["lookup_key"] = None
    _take_lookup_key(world, price, params)
    price["metadata"] = params.metadata(price["metadata"])
    return world.change(price, "price.updated")


def retrieve_price(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/prices/{id}."""
    return world.get("price", ident)


def list_prices(world: World, params: Params) -> list[Doc]:
    """GET /v1/prices."""
    active, keys, product = (
        params.flag("active"),
        params.texts("lookup_keys"),
        params.text("product"),
    )
    kind, currency = params.text("type"), params.text("currency")
    return [
        one
        for one in world.every("price")
        if active in (None, one["active"])
        and (not keys or one["lookup_key"] in keys)
        and product in (None, one["product"])
        and kind in (None, one["type"])
        and currency in (None, one["currency"])
    ]


def for_sale(world: World, params: Params) -> Doc:
    """The price that an item names with `price` or describes with `price_data`."""
    described = params.inner("price_data")
    if not described:
        price = world.get("price", params.required("price"), params.name("price"))
        if not price["active"]:
            raise errors.invalid(
                f"The price specified is inactive. This field only accepts active prices: "
                f"{price['id']}",
                params.name("price"),
            )
        return price
    inline = described.inner("product_data")
    if inline:
        product = new_product(
            world, inline.required("name"), description=inline.text("description"), active=False
        )
        world.add(product, "product.created")
    else:
        product = world.get("product", described.required("product"), described.name("product"))
    price = new_price(world, described, product["id"])
    price["active"] = False
    return world.add(price, "price.created")
