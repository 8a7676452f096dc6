"""The demonstration's subscriptions are paid for, at the demonstration till."""

from django.utils import timezone

from broadsheet.billing import catalogue, mirror
from broadsheet.billing.checkout import customer_of
from broadsheet.billing.models import Offer, Purchase
from broadsheet.billing.till import asking
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Price, Subscription

CARD = "pm_card_visa"
"""A test card that Stripe knows by this name."""


OFFERS = (
    ("STUDENTS", Offer.Kinds.STUDENTS, 50, 0),
    ("STAY-AWHILE", Offer.Kinds.STAYING, 50, 3),
)
"""Code, what it is for, percent off, and for how many months (0: for good)."""


def make_offers() -> None:
    """Offers to try, if they are not there."""
    for code, kind, percent, months in OFFERS:
        Offer.objects.get_or_create(
            code=code, defaults={"kind": kind, "percent": percent, "periods": months}
        )


def pay_for(owner: Reader, plan: Plan) -> Subscription:
    """The owner's subscription, bought as if at Checkout, if they have none yet."""
    theirs = Subscription.objects.filter(owner=owner, plan=plan).first()
    if theirs is not None:
        return theirs
    price = plan.prices.get(currency="USD", period=Price.Periods.MONTH)
    customer = customer_of(owner)
    purchase = Purchase.objects.create(
        customer=customer,
        kind=Purchase.Kinds.SUBSCRIPTION,
        price=price,
        seats=plan.seats,
        created_at=timezone.now(),
    )
    with asking("buying the demonstration's subscriptions") as till:
        card = till.v1.payment_methods.attach(CARD, {"customer": str(customer.stripe_id)})
        made = till.v1.subscriptions.create(
            {
                "customer": str(customer.stripe_id),
                "items": catalogue.items(price, plan.seats),
                "default_payment_method": card.id,
                "metadata": {mirror.PURCHASE: purchase.token},
            }  # type: ignore[arg-type]
        )
    mirror.subscription(made.id)
    return Subscription.objects.get(owner=owner, plan=plan)
