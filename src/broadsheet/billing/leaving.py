"""An account goes: Stripe ends what it pays for and forgets the person; invoices stay."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from broadsheet.billing import giving, undoing
from broadsheet.billing.models import Customer, Gift, Purchase
from broadsheet.readers.models import Reader


@receiver(pre_delete, sender=Reader)
def account_deleted(sender: type[Reader], instance: Reader, **_: Any) -> None:
    """Asked before: afterwards the customer is nobody's. Whatever Stripe says now or later,
    the reader's part is done."""
    Gift.objects.filter(receiver_email__iexact=instance.email).update(receiver_email="")
    customer = Customer.objects.filter(reader=instance).first()
    if customer is None:
        return
    if customer.stripe_id is not None:
        undoing.forget_later(customer.stripe_id)
    for purchase in customer.purchases.all():
        purchase.details = _left_of(purchase)
        purchase.save(update_fields=["details"])
    given = Gift.objects.filter(purchase__customer=customer)
    given.update(giver="")
    given.exclude(redeemed_at=None).update(receiver="", receiver_email="", message="")


def _left_of(purchase: Purchase) -> dict[str, Any]:
    if purchase.kind == Purchase.Kinds.GIFT and purchase.state == Purchase.States.OPEN:
        # At the till in this moment: if it is paid, somebody is waiting for their gift.
        return {**purchase.details, "giver": ""}
    return giving.without_people(purchase.details)
