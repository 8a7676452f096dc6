"""A stand-in for Stripe, for demonstrations and tests: it speaks Stripe's protocol to the
unmodified SDK, shows browsers the pages that Stripe would, and moves no money."""

from broadsheet.stripe_stand_in.browser import NotPaid
from broadsheet.stripe_stand_in.desk import Order
from broadsheet.stripe_stand_in.stand_in import StandIn
from broadsheet.stripe_stand_in.world import Terms

__all__ = ["NotPaid", "Order", "StandIn", "Terms"]
