"""Money in templates."""

from django import template

from broadsheet.billing.letters import per_period
from broadsheet.billing.money import in_words

register = template.Library()


@register.simple_tag
def money(amount: int, currency: str) -> str:
    """An amount in minor units, in the language in force."""
    return in_words(amount, currency)


@register.simple_tag
def each_period(amount: int, currency: str, period: str) -> str:
    """An amount in minor units that is paid every month or year."""
    return per_period(amount, currency, period)
