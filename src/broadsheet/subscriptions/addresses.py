"""E-mail addresses: when two are the same, whose they are, and how much of one is shown."""

import unicodedata
from collections.abc import Iterable

import idna
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from broadsheet.readers.models import Reader

LONGEST = 254
"""Characters of an address that mail servers take (RFC 5321)."""

PUBLIC_PROVIDERS = frozenset(
    """
    126.com 163.com aim.com aol.com arnet.com.ar att.net bellsouth.net bigpond.com bluewin.ch
    btinternet.com charter.net comcast.net cox.net duck.com earthlink.net email.com fastmail.com
    fastmail.fm fibertel.com.ar free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.es
    gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.com.ar hotmail.com.mx
    hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.com juno.com
    laposte.net libero.it live.co.uk live.com live.com.ar live.com.mx live.fr live.it mac.com
    mail.com mail.ru mailbox.org me.com msn.com naver.com netzero.net ono.com orange.es orange.fr
    outlook.com outlook.com.ar outlook.com.br outlook.de outlook.es outlook.fr outlook.it
    passport.com pm.me posteo.de posteo.net prodigy.net.mx proton.me protonmail.ch protonmail.com
    qq.com rediffmail.com riseup.net rocketmail.com sbcglobal.net seznam.cz sfr.fr sina.com
    sky.com t-online.de telefonica.net terra.com terra.es tuta.com tuta.io tutanota.com
    tutanota.de verizon.net virgilio.it virginmedia.com wanadoo.es wanadoo.fr web.de wp.pl
    yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.br
    yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com zoho.com
    zohomail.com
    """.split()  # noqa: SIM905 (a list would take a page)
)
"""Domains at which anybody gets an address: having one there says nothing about a group."""


class NotAnAddress(ValueError):
    """Not an e-mail address that mail can be sent to."""


def email_key(address: str) -> str:
    """What is the same for every way to write one address: NFC, case folded, domain in ASCII.

    What stands before the @ is otherwise left alone: ana+x@ is another address than ana@.
    Raises NotAnAddress.
    """
    address = unicodedata.normalize("NFC", address.strip())
    try:
        validate_email(address)
    except ValidationError:
        raise NotAnAddress(address) from None
    local, _, domain = address.rpartition("@")
    key = f"{unicodedata.normalize('NFC', local.casefold())}@{domain_key(domain)}"
    if len(address) > LONGEST or len(key) > LONGEST:
        raise NotAnAddress(address)
    return key


def domain_key(domain: str) -> str:
    """A domain in ASCII and small letters, as in xn--… for one with other letters.

    Raises NotAnAddress.
    """
    name = unicodedata.normalize("NFC", domain.strip())
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        # Addresses such as a_b@my_host.example or a@[127.0.0.1] are nobody's at this paper.
        raise NotAnAddress(domain) from None


def domain_of(key: str) -> str:
    """The domain of an address's key."""
    return key.rpartition("@")[2]


def verified_keys(reader: Reader) -> set[str]:
    """Keys of the addresses that the reader has shown to be theirs."""
    found = EmailAddress.objects.filter(user=reader, verified=True).values_list("email", flat=True)
    return keys_of_addresses(found)


def keys_of_addresses(addresses: Iterable[str]) -> set[str]:
    """Keys of those that are addresses."""
    keys = set()
    for address in addresses:
        try:
            keys.add(email_key(address))
        except NotAnAddress:  # from before addresses were looked at so closely
            continue
    return keys


def masked(address: str) -> str:
    """So much of an address that its owner knows it, and nobody learns it: l…@example.com."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
