"""Why somebody cannot have what they asked for, in words for them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Something cannot be done; `says` tells the reader why, and what they can do."""

    says: Promise = _("That cannot be done. Load the page again and look at how things stand.")


class NoSeatLeft(Refused):
    """Every seat of the subscription is somebody's, or is kept for somebody."""

    says = _("No seat is free. Take one back, withdraw an invitation, or add a seat.")


class NoSeatToTake(Refused):
    """The same, said to somebody who hoped for a seat."""

    says = _("No seat is free any more. Ask whoever gave you this address.")


class BadAddress(Refused):
    """Not an address that mail can be sent to."""

    says = _("This is not an e-mail address. It looks like: name@example.com")


class OwnAddress(Refused):
    """Who invites has this address themselves."""

    says = _("This address is your own. To read yourself, take a free seat on this page.")


class AlreadySeated(Refused):
    """The reader with this address has a seat in the subscription."""

    says = _("This reader has a seat already.")


class AlreadyAdministrator(Refused):
    """The reader with this address looks after the subscription already."""

    says = _("This reader looks after the subscription already.")


class AlreadyInvited(Refused):
    """There is an open invitation for this address."""

    says = _("This address has an open invitation. You can send it again.")


class NotOpen(Refused):
    """An invitation or offer was answered, withdrawn or is over."""

    says = _("This is over: it was answered, taken back, or its days have passed.")


class NotYours(Refused):
    """It is for somebody with another verified address."""

    says = _("This invitation is for another address than yours.")


class SubscriptionOver(Refused):
    """Nobody reads under the subscription now."""

    says = _("This subscription has ended.")


class SeatMoved(Refused):
    """The seat is not the person's any more whom the page had shown."""

    says = _("This seat has changed hands meanwhile. Nothing was done.")


class OwnersSeat(Refused):
    """An administrator reached for the owner's seat."""

    says = _("This is the owner's seat. Only they can give it up.")


class OfferOpen(Refused):
    """Somebody else was offered the subscription."""

    says = _("You have offered this subscription to somebody already. Take that back first.")


class NotAReader(Refused):
    """Only readers of a subscription can become its owner."""

    says = _("Only somebody who has a seat can become the owner.")


class BadDomain(Refused):
    """Not a domain."""

    says = _("This is not a domain. It looks like: example.com")


class PublicDomain(Refused):
    """Anybody gets an address there."""

    says = _("Anybody can have an address at this domain. Use one that is your group's own.")


class NotYourDomain(Refused):
    """Who adds a domain must have an address there."""

    says = _("You need a verified address at a domain to open seats to it.")
