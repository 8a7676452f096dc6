"""An account goes: Stripe ends what it pays for and forgets the person; invoices stay."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from broadsheet.billing import undoing
from broadsheet.billing.models import Customer, Gift
from broadsheet.readers.models import Reader


@receiver(pre_delete, sender=Reader)
def account_deleted(sender: type[Reader], instance: Reader, **_: Any) -> None:
    """Asked before: afterwards the customer is nobody's. Whatever Stripe says now or later,
    the reader's part is done."""
    customer = Customer.objects.filter(reader=instance).first()
    if customer is None:
        return
    if customer.stripe_id is not None:
        undoing.forget_later(customer.stripe_id)
    for purchase in customer.purchases.all():
        purchase.details = {"periods": purchase.details.get("periods", 1)}
        purchase.save(update_fields=["details"])
    given = Gift.objects.filter(purchase__customer=customer)
    given.update(giver="")
    given.exclude(redeemed_at=None).update(receiver="", receiver_email="", message="")
