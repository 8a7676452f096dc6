"""Institutions that subscribe, and the networks their people read on."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel

from broadsheet.gate.addresses import MAPPED, interval
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Subscription

WIDEST = {4: 8, 6: 20}
"""The shortest prefix that is one institution's: nobody was ever given more."""
PUBLIC_IPV6 = IPv6Network("2000::/3")


class Institution(ClusterableModel):
    """A library, a university, a company: whoever is on its networks reads everything."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("subscription"),
        help_text=_("Its networks read while this subscription is current."),
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("name"),
        FieldPanel("subscription"),
        InlinePanel("networks", label=_("Network")),
    ]

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Network(models.Model):
    """A range of addresses. `first` and `last` are positions among all addresses (see
    `gate.addresses`) in 32 hexadecimal digits, so that the database can compare them."""

    institution = ParentalKey(
        Institution,
        on_delete=models.CASCADE,
        related_name="networks",
        verbose_name=_("institution"),
    )
    cidr = models.CharField(
        _("range"),
        max_length=43,
        help_text=_("As in 192.0.2.0/24 or 2001:db8::/32; a single address stands alone."),
    )
    first = models.CharField(max_length=32, editable=False, db_index=True)
    last = models.CharField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering: ClassVar[list[str]] = ["first", "pk"]

    def __str__(self) -> str:
        return self.cidr

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the range in its one spelling. Raises ValidationError for what is not one."""
        self._place(_read(self.cidr))
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """A range that is one institution's alone. Raises ValidationError on `cidr`."""
        super().clean()
        if not self.cidr:
            return  # the form says so already
        network = _read(self.cidr)
        _check_reach(network)
        self._place(network)
        self._check_proxies()
        self._check_others()

    def _place(self, network: IPv4Network | IPv6Network) -> None:
        self.cidr = str(network)
        self.first, self.last = (f"{place:032x}" for place in interval(self.cidr))

    def _check_proxies(self) -> None:
        for proxy in PAPER.trusted_proxies:
            first, last = (f"{place:032x}" for place in interval(proxy))
            if first <= self.last and self.first <= last:
                raise _wrong(
                    _("Your own proxy %(proxy)s is in %(range)s: everybody would read."),
                    proxy=proxy,
                    range=self.cidr,
                )

    def _check_others(self) -> None:
        overlap = Network.objects.filter(first__lte=self.last, last__gte=self.first)
        other = overlap.exclude(institution=self.institution_id).first()
        if other is not None:
            raise _wrong(
                _("%(range)s overlaps %(other)s of %(institution)s."),
                range=self.cidr,
                other=other.cidr,
                institution=other.institution.name,
            )


def _read(cidr: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(cidr.strip(), strict=False)
    except ValueError:
        raise _wrong(_("“%(range)s” is not a range of addresses."), range=cidr[:60]) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        first = int(network.network_address) - MAPPED
        if network.prefixlen >= 96:
            return IPv4Network((first, network.prefixlen - 96))
    return network


def _check_reach(network: IPv4Network | IPv6Network) -> None:
    widest = WIDEST[network.version]
    if network.prefixlen < widest:
        raise _wrong(
            _("%(range)s is too wide for one institution: give ranges from /%(widest)s on."),
            range=str(network),
            widest=widest,
        )
    inside = (
        not network.is_global
        or network.is_multicast
        or (isinstance(network, IPv6Network) and not network.subnet_of(PUBLIC_IPV6))
    )
    if inside and not PAPER.is_local:
        raise _wrong(
            _("Nobody comes to the paper from %(range)s: it is not for the public Internet."),
            range=str(network),
        )


def _wrong(text: Any, **values: object) -> ValidationError:
    return ValidationError({"cidr": ValidationError(text, params=values)})
