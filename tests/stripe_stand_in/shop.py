"""What the tests sell, and to whom."""

from typing import Any

SUCCESS = "http://127.0.0.1:9/thanks?session={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1:9/plans"


def price(
    sdk: Any, amount: int = 900, interval: str | None = "month", name: str = "Basic", **more: Any
) -> Any:
    product = sdk.products.create({"name": name})
    params: dict[str, Any] = {
        "product": product.id,
        "unit_amount": amount,
        "currency": "usd",
        **more,
    }
    if interval:
        params["recurring"] = {"interval": interval}
    return sdk.prices.create(params)


def customer(sdk: Any, card: str = "pm_card_visa", **more: Any) -> Any:
    made = sdk.customers.create({"email": "ana@example.com", "name": "Ana", **more})
    method = sdk.payment_methods.attach(card, {"customer": made.id})
    return sdk.customers.update(
        made.id, {"invoice_settings": {"default_payment_method": method.id}}
    )


def subscription(sdk: Any, card: str = "pm_card_visa", **more: Any) -> Any:
    amount, interval = more.pop("amount", 900), more.pop("interval", "month")
    owner = customer(sdk, card)
    sold = price(sdk, amount, interval)
    return sdk.subscriptions.create({"customer": owner.id, "items": [{"price": sold.id}], **more})


def session(sdk: Any, sold: Any, **more: Any) -> Any:
    return sdk.checkout.sessions.create(
        {
            "mode": "subscription" if sold.recurring else "payment",
            "line_items": [{"price": sold.id, "quantity": 1}],
            "success_url": SUCCESS,
            "cancel_url": CANCEL,
            **more,
        }
    )


def item(subscription: Any) -> Any:
    return subscription["items"].data[0]
