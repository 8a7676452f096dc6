"""The letters about seats that wait to be sent, and the links in them."""

import re

from broadsheet.mail.models import Letter

LINK = re.compile(r"/invitation/([\w-]+)/(?!decline)")


def letter_to(address: str) -> Letter:
    """The newest letter to an address."""
    return Letter.objects.filter(to=address).latest("pk")


def token_for(address: str) -> str:
    """What the link in the newest invitation to an address has."""
    found = LINK.search(letter_to(address).text)
    assert found
    return found[1]
