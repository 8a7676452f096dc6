"""What can be subscribed to, in words and in money."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel

from broadsheet.access import Mode

MOST_SEATS = 1000
"""Seats one subscription can have; more is a matter for a conversation, not a form."""
MOST_MONEY, MOST_TRIAL_DAYS = 99_999_999, 730
"""What Stripe takes: minor units of one price, and days of a trial."""


class Plan(ClusterableModel):
    """What a subscription gives: so many seats, and how strictly one seat is one device.

    Those who pay keep what they bought: the seats and the price of their own subscription are
    written down when they buy, so an edit here is for those who come after.
    """

    class Modes(models.TextChoices):
        """The rule's modes, in words for staff."""

        OFF = Mode.OFF.value, _("off: any number of devices")
        MONITOR = Mode.MONITOR.value, _("monitor: only count")
        NOTIFY = Mode.NOTIFY.value, _("notify: show the message, refuse nobody")
        ENFORCE = Mode.ENFORCE.value, _("enforce: one device at a time")

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    promise = models.CharField(_("promise"), max_length=200, blank=True)
    seats = models.PositiveSmallIntegerField(
        _("seats"),
        default=1,
        validators=[MaxValueValidator(MOST_SEATS)],
        help_text=_("How many people read; 0: a free account, for registered readers' stories."),
    )
    most_seats = models.PositiveSmallIntegerField(
        _("most seats"),
        default=1,
        help_text=_("With seats added, at a price for each, as many as this."),
    )
    mode = models.CharField(
        _("one-device rule"),
        max_length=10,
        choices=Modes.choices,
        default=Modes.ENFORCE,
        help_text=_("How many devices a seat opens the paper on at once: one, or any number."),
    )
    control_share = models.PositiveSmallIntegerField(
        _("control group (percent)"),
        default=0,
        help_text=_(
            "This share of subscriptions is only counted, never refused or told, so that you can "
            "compare how many leave."
        ),
    )
    gifts_per_month = models.PositiveSmallIntegerField(
        _("stories to give each month"),
        default=10,
        help_text=_("So many links that open one story each reader may give away. 0: none."),
    )
    on_offer = models.BooleanField(
        _("on the plans page"), default=True, help_text=_("Off: staff alone give it to people.")
    )
    position = models.PositiveSmallIntegerField(_("order on the plans page"), default=0)

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("code")]),
        FieldPanel("promise"),
        InlinePanel("words", label=_("In another language")),
        InlinePanel("prices", label=_("Price")),
        FieldRowPanel([FieldPanel("seats"), FieldPanel("most_seats")]),
        MultiFieldPanel([FieldPanel("mode"), FieldPanel("control_share")], _("One device")),
        FieldPanel("gifts_per_month"),
        FieldRowPanel([FieldPanel("on_offer"), FieldPanel("position")]),
    ]

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(control_share__lte=100),
                name="control_share_is_percent",
                violation_error_message=_("A share is between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(most_seats__lte=MOST_SEATS),
                name="seats_have_a_ceiling",
                violation_error_message=_("A subscription has at most 1000 seats."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paid(self) -> bool:
        """Whether it opens subscribers' stories, for one reader or more."""
        return self.seats > 0

    def seats_allowed(self, seats: int) -> bool:
        """Whether somebody may buy so many seats."""
        return self.is_paid and self.seats <= seats <= max(self.seats, self.most_seats)

    def said(self, language: str | None = None) -> tuple[str, str]:
        """Name and promise in a language: staff's own words, else those that were shipped."""
        language = language or get_language() or "en"
        for words in self.words.all():
            if words.language == language.partition("-")[0]:
                return words.name, words.promise
        return gettext(self.name), gettext(self.promise) if self.promise else ""

    @property
    def title(self) -> str:
        """Its name in the language of whoever reads this."""
        return self.said()[0]


class PlanWords(models.Model):
    """A plan's name and promise in one more language."""

    plan = ParentalKey(Plan, on_delete=models.CASCADE, related_name="words")
    language = models.CharField(_("language"), max_length=8, choices=settings.INTERFACE_LANGUAGES)
    name = models.CharField(_("name"), max_length=60)
    promise = models.CharField(_("promise"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("words")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "language"], name="one_text_per_language")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class Price(models.Model):
    """What a plan costs in one currency and period. Amounts are in minor units (cents)."""

    class Periods(models.TextChoices):
        """How often it is paid; the values are Stripe's intervals."""

        MONTH = "month", _("month")
        YEAR = "year", _("year")

    plan = ParentalKey(Plan, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$")],
        help_text=_("Of the editions it is offered in, as in: EUR."),
    )
    period = models.CharField(_("paid every"), max_length=5, choices=Periods.choices)
    amount = models.PositiveIntegerField(
        _("amount"),
        validators=[MaxValueValidator(MOST_MONEY)],
        help_text=_("In cents, as in: 999."),
    )
    seat_amount = models.PositiveIntegerField(
        _("each further seat"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_MONEY)],
        help_text=_("In cents. Empty: no seats can be added."),
    )
    trial_days = models.PositiveSmallIntegerField(
        _("free days at the start"), default=0, validators=[MaxValueValidator(MOST_TRIAL_DAYS)]
    )
    intro_amount = models.PositiveIntegerField(
        _("introductory amount"), null=True, blank=True, help_text=_("In cents.")
    )
    intro_periods = models.PositiveSmallIntegerField(_("so many periods at that amount"), default=0)

    # What Stripe calls it; empty until it is sold for the first time, and again when it changes.
    stripe_price = models.CharField(max_length=64, blank=True, editable=False)
    stripe_seat_price = models.CharField(max_length=64, blank=True, editable=False)
    stripe_intro_coupon = models.CharField(max_length=64, blank=True, editable=False)

    MONEY = ("plan_id", "currency", "period", "amount", "seat_amount", "intro_amount")

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("currency"), FieldPanel("period")]),
        FieldRowPanel([FieldPanel("amount"), FieldPanel("seat_amount")]),
        FieldRowPanel(
            [FieldPanel("trial_days"), FieldPanel("intro_amount"), FieldPanel("intro_periods")]
        ),
    ]

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering: ClassVar[list[str]] = ["currency", "period"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["plan", "currency", "period"],
                name="one_price_per_currency_and_period",
                violation_error_message=_("There is a price for this currency and period already."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_price_is_not_nothing"),
            models.CheckConstraint(
                condition=Q(intro_amount=None) | Q(intro_amount__lt=F("amount")),
                name="introductions_are_cheaper",
                violation_error_message=_("An introductory amount is lower than the amount."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.currency}/{self.period}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With other money it is another price to Stripe, and those who pay keep theirs."""
        if self.pk:
            was = Price.objects.filter(pk=self.pk).values(*self.MONEY, "intro_periods").first()
            if was and any(getattr(self, name) != value for name, value in was.items()):
                self.stripe_price = self.stripe_seat_price = self.stripe_intro_coupon = ""
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """An introductory amount needs to know how long it lasts, and the other way round."""
        super().clean()
        if (self.intro_amount is None) != (self.intro_periods == 0):
            raise ValidationError(
                {"intro_periods": _("Give both the introductory amount and for how many periods.")}
            )

    def total(self, seats: int) -> int:
        """Minor units for one period with so many seats."""
        further = seats - self.plan.seats
        return self.amount + further * (self.seat_amount or 0)
