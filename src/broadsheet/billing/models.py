"""What is paid and by whom: thin rows beside what Stripe knows."""

import secrets
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Price, Subscription


def purchase_token() -> str:
    """128 bits that name a purchase in an address."""
    return secrets.token_urlsafe(16)


class Customer(models.Model):
    """A reader as Stripe knows them. Kept without the reader for as long as invoices are kept."""

    wagtail_reference_index_ignore = True

    reader = models.OneToOneField(
        Reader, on_delete=models.SET_NULL, null=True, related_name="customer"
    )
    stripe_id = models.CharField(_("id at Stripe"), max_length=64, unique=True, null=True)  # noqa: DJ001 (unique when known)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return str(self.reader or self.stripe_id)


class Agreement(models.Model):
    """The paid side of a subscription: what Stripe's subscription said when it was last read."""

    wagtail_reference_index_ignore = True

    subscription = models.OneToOneField(
        Subscription, on_delete=models.SET_NULL, null=True, related_name="agreement"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="agreements")
    stripe_id = models.CharField(_("id at Stripe"), max_length=64, unique=True)
    status = models.CharField(_("status at Stripe"), max_length=20)
    live = models.BooleanField(_("goes on"), default=True)
    """Not ended: it may still ask its customer for money."""
    currency = models.CharField(_("currency"), max_length=3)
    period = models.CharField(_("paid every"), max_length=5, choices=Price.Periods.choices)
    amount = models.IntegerField(_("next amount"), help_text=_("In cents."))
    renews_at = models.DateTimeField(_("paid until"), null=True)
    trial_ends_at = models.DateTimeField(_("free until"), null=True)
    cancel_at = models.DateTimeField(_("cancelled for"), null=True)
    due_since = models.DateTimeField(_("payment due since"), null=True)
    paused = models.BooleanField(_("paused"), default=False)
    paused_until = models.DateTimeField(_("paused until"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    asked = models.PositiveIntegerField(default=0, editable=False)
    told = models.PositiveIntegerField(default=0, editable=False)
    """Readings of Stripe are numbered when they begin; an older one never overwrites a newer."""

    class Meta:
        verbose_name = _("paid subscription")
        verbose_name_plural = _("paid subscriptions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Nobody pays twice, whatever the code does.
            models.UniqueConstraint(
                fields=["customer"], condition=Q(live=True), name="one_live_agreement_per_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription or self.customer} ({self.status})"


class Offer(models.Model):
    """Less to pay, for those who know a code, or who are about to leave."""

    class Kinds(models.TextChoices):
        """What it is for."""

        PROMOTION = "promotion", _("promotion")
        STUDENTS = "students", _("students")
        REGION = "region", _("region")
        STAYING = "staying", _("offered to those who cancel")

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]{4,40}$", _("Capital letters, digits, hyphens."))],
        help_text=_("Capital letters, digits and hyphens, as in: STUDENTS-2027."),
    )
    kind = models.CharField(_("for"), max_length=10, choices=Kinds.choices)
    percent = models.PositiveSmallIntegerField(
        _("percent off"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    periods = models.PositiveSmallIntegerField(
        _("months"), default=0, help_text=_("For so many months. 0: for as long as it is paid.")
    )
    plans = models.ManyToManyField(
        Plan, blank=True, verbose_name=_("plans"), help_text=_("None chosen: every plan.")
    )
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, help_text=_("Empty: every currency.")
    )
    most_uses = models.PositiveIntegerField(_("most uses"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    active = models.BooleanField(_("can be used"), default=True)
    stripe_coupon = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")

    def __str__(self) -> str:
        return self.code

    @property
    def uses(self) -> int:
        """How often it was taken up."""
        return self.taken.count()


class OfferUse(models.Model):
    """A reader has taken an offer up, once."""

    wagtail_reference_index_ignore = True

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="taken")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="offers")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("use of an offer")
        verbose_name_plural = _("uses of offers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["offer", "customer"], name="an_offer_is_taken_once")
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.at:%Y-%m-%d}"


class Purchase(models.Model):
    """Somebody went to Checkout. Settled when Stripe says how it ended, whoever tells first."""

    wagtail_reference_index_ignore = True

    class Kinds(models.TextChoices):
        """What is bought."""

        SUBSCRIPTION = "subscription", _("subscription")
        GIFT = "gift", _("gift")
        HANDOVER = "handover", _("hand-over")

    class States(models.TextChoices):
        """How it stands."""

        OPEN = "open", _("at the till")
        PAID = "paid", _("paid")
        LEFT = "left", _("not paid")
        TWICE = "twice", _("bought twice, given back")

    token = models.CharField(max_length=32, unique=True, default=purchase_token, editable=False)
    kind = models.CharField(_("what"), max_length=12, choices=Kinds.choices)
    state = models.CharField(_("state"), max_length=5, choices=States.choices, default=States.OPEN)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="purchases")
    price = models.ForeignKey(Price, on_delete=models.SET_NULL, null=True)
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    offer = models.ForeignKey(Offer, on_delete=models.SET_NULL, null=True)
    details = models.JSONField(default=dict)
    """Of a gift: of what, for how long, to whom, when. Of a hand-over: which. `next`, whom to
    invite, and the amount that was shown."""
    session_id = models.CharField(_("session at Stripe"), max_length=128, blank=True)
    session_url = models.TextField(blank=True)
    created_at = models.DateTimeField(_("begun"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering: ClassVar[list[str]] = ["-created_at"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["session_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(state="open") & ~Q(kind="gift"),
                name="one_till_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.kind} {self.created_at:%Y-%m-%d}"


class Invoice(models.Model):
    """An invoice of Stripe's, kept as long as the law wants. Amounts are in minor units."""

    wagtail_reference_index_ignore = True

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    stripe_id = models.CharField(_("id at Stripe"), max_length=64, unique=True)
    number = models.CharField(_("number"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.IntegerField(_("total"))
    tax = models.IntegerField(_("tax"), default=0)
    paid = models.IntegerField(_("paid"), default=0)
    refunded = models.IntegerField(_("refunded"), default=0)
    lines = models.JSONField(_("lines"), default=list)
    created_at = models.DateTimeField(_("dated"))
    next_attempt_at = models.DateTimeField(_("tried again"), null=True)
    page = models.TextField(_("page at Stripe"), blank=True)
    pdf = models.TextField(blank=True)
    payment_intent = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.number or self.stripe_id


class WebhookEvent(models.Model):
    """What Stripe has told us: kept, worked through, and replayed by staff if need be."""

    wagtail_reference_index_ignore = True

    stripe_id = models.CharField(_("id at Stripe"), max_length=64, unique=True)
    type = models.CharField(_("type"), max_length=80)
    payload = models.JSONField(_("payload"))
    created_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    done_at = models.DateTimeField(_("worked through"), null=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("event from Stripe")
        verbose_name_plural = _("events from Stripe")
        ordering: ClassVar[list[str]] = ["-received_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["done_at", "received_at"], name="events_to_work_through")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_id}"


class Gift(models.Model):
    """A subscription that was paid for somebody else, for so many months."""

    wagtail_reference_index_ignore = True

    code = models.CharField(max_length=32, unique=True, default=purchase_token, editable=False)
    """Whoever holds it may redeem the gift, once."""
    purchase = models.OneToOneField(Purchase, on_delete=models.PROTECT, related_name="gift")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, verbose_name=_("plan"))
    months = models.PositiveSmallIntegerField(_("months"))
    giver = models.CharField(_("from"), max_length=80)
    receiver = models.CharField(_("to"), max_length=80)
    receiver_email = models.EmailField(_("e-mail address"), blank=True)
    message = models.TextField(_("message"), max_length=600, blank=True)
    language = models.CharField(_("language"), max_length=8)
    deliver_at = models.DateTimeField(_("sent from"))
    delivered_at = models.DateTimeField(_("sent"), null=True)
    redeemed_at = models.DateTimeField(_("redeemed"), null=True)
    given_back_at = models.DateTimeField(_("money given back"), null=True)
    subscription = models.OneToOneField(Subscription, on_delete=models.SET_NULL, null=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering: ClassVar[list[str]] = ["-deliver_at"]

    def __str__(self) -> str:
        return f"{self.plan} · {self.months}"


class Undoing(models.Model):
    """Something to undo at Stripe; tried until it is done."""

    wagtail_reference_index_ignore = True

    class Kinds(models.TextChoices):
        """What."""

        GIVE_BACK = "give-back", _("end it, and give the money back")
        WITHDRAWN = "withdrawn", _("withdrawn: end it, and give the money back")
        STOP = "stop", _("end it")
        FORGET = "forget", _("forget the customer")

    stripe_id = models.CharField(_("id at Stripe"), max_length=64)
    kind = models.CharField(_("what"), max_length=10, choices=Kinds.choices)
    created_at = models.DateTimeField(_("since"))
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("undoing")
        verbose_name_plural = _("undoings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stripe_id", "kind"], name="undone_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id}"
