"""Subscriptions as gifts: bought for somebody, printed on a card, redeemed."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from broadsheet.billing import checkout, giving
from broadsheet.billing.models import Gift, Purchase
from broadsheet.billing.money import in_words
from broadsheet.billing.till import is_demonstration
from broadsheet.mail.post import BadAddress, deliverable
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Price
from broadsheet.terms.signing_up import edition_of
from broadsheet.web.views.asking import at_the_till, reader_of
from broadsheet.web.views.plans import ANY_CURRENCY
from broadsheet.web.views.trying import too_many_codes, wrong_code

LASTING = {Price.Periods.MONTH: (1, 3, 6), Price.Periods.YEAR: (1,)}
"""For how many periods a gift can be bought."""
MORNING = time(8)
"""When a gift is sent on its day, in the edition's time zone."""


class GiftForm(forms.Form):
    """For whom, how long, from when."""

    what = forms.ChoiceField(label=gettext_lazy("What you give"), widget=forms.RadioSelect)
    giver = forms.CharField(label=gettext_lazy("Your name, as they know it"), max_length=80)
    receiver = forms.CharField(label=gettext_lazy("Who it is for"), max_length=80)
    receiver_email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        required=False,
        help_text=gettext_lazy("Leave it empty if you want to give them the printed card."),
    )
    deliver_on = forms.DateField(
        label=gettext_lazy("Send it on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: at once."),
    )
    message = forms.CharField(
        label=gettext_lazy("A message"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, prices: list[Price], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.prices = {price.pk: price for price in prices}
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (f"{price.pk}-{periods}", _said(price, periods))
            for price in prices
            for periods in LASTING[Price.Periods(price.period)]
        ]

    def clean_receiver_email(self) -> str:
        """An address that mail can be sent to, or none."""
        email: str = self.cleaned_data["receiver_email"]
        try:
            return email and deliverable(email)
        except BadAddress:
            said = _("This is not an e-mail address. It looks like: name@example.com")
            raise forms.ValidationError(said) from None

    def clean_deliver_on(self) -> date | None:
        """A day between today and a year from now."""
        day: date | None = self.cleaned_data["deliver_on"]
        today = timezone.localdate()
        if day is not None and not today <= day <= today + giving.MOST_AHEAD:
            raise forms.ValidationError(_("Choose a day between today and a year from now."))
        return day

    @property
    def chosen(self) -> tuple[Price, int]:
        """The price, and for how many of its periods."""
        price, _dash, periods = self.cleaned_data["what"].partition("-")
        return self.prices[int(price)], int(periods)


@never_cache
@login_required
@at_the_till
def give(request: HttpRequest) -> HttpResponse:
    """Choose a gift, then pay for it."""
    edition = edition_of(request)
    currency = edition.currency if edition else ANY_CURRENCY
    prices = Price.objects.filter(currency=currency, plan__on_offer=True, plan__seats__in=(1, 2))
    known = list(prices.select_related("plan").order_by("plan__position", "period"))
    form = GiftForm(known, request.POST or None)
    if request.method == "POST" and form.is_valid():
        zone = ZoneInfo(edition.time_zone if edition else "UTC")
        return redirect(checkout.begin(reader_of(request), _order(form, zone)))
    context = {"form": form, "demonstration": is_demonstration(), "sold": bool(known)}
    status = 422 if form.is_bound else 200
    return render(request, "web/give.html", context, status=status)


@never_cache
@login_required
def given(request: HttpRequest) -> HttpResponse:
    """The gifts a reader has bought."""
    gifts = Gift.objects.filter(purchase__customer__reader=reader_of(request))
    rows = [(gift, giving.lasting(gift)) for gift in gifts.select_related("plan")]
    return render(request, "web/given.html", {"gifts": rows})


@never_cache
def card(request: HttpRequest, code: str) -> HttpResponse:
    """A card to print."""
    gift = get_object_or_404(Gift.objects.select_related("plan"), code=code)
    context = {
        "gift": gift,
        "lasts": giving.lasting(gift),
        "url": settings.WAGTAILADMIN_BASE_URL + f"/gifts/{gift.code}/",
        "mine": request.user.is_authenticated and gift.purchase.customer.reader == request.user,
    }
    return render(request, "web/gift_card.html", context)


@never_cache
@login_required
def enter_code(request: HttpRequest) -> HttpResponse:
    """Whoever has a printed card types its code."""
    typed = request.POST.get("code", "").strip()
    if request.method == "POST" and too_many_codes(request):
        said = _("Too many codes were tried. Wait an hour and try again.")
        return render(request, "web/enter_code.html", {"fault": said}, status=429)
    if request.method == "POST":
        if Gift.objects.filter(code=typed[:32]).exists():
            return redirect("gift", typed)
        wrong_code(request)
        said = _("There is no gift with this code. Check it letter by letter; capitals count.")
        return render(request, "web/enter_code.html", {"fault": said, "code": typed}, status=422)
    return render(request, "web/enter_code.html")


@never_cache
def redeem(request: HttpRequest, code: str) -> HttpResponse:
    """What was given, and the button that takes it."""
    gift = get_object_or_404(Gift.objects.select_related("plan"), code=code)
    reader = request.user if isinstance(request.user, Reader) else None
    if request.method == "POST" and reader is not None:
        return _redeem(request, gift, reader)
    context = {"gift": gift, "lasts": giving.lasting(gift), "signed_in": reader is not None}
    status = 410 if gift.redeemed_at or gift.given_back_at else 200
    return render(request, "web/gift.html", context, status=status)


def _redeem(request: HttpRequest, gift: Gift, reader: Reader) -> HttpResponse:
    edition = edition_of(request)
    zone = ZoneInfo(edition.time_zone if edition else "UTC")
    try:
        bought = giving.redeem(gift, reader, timezone.now(), zone)
    except giving.RedeemedAlready:
        return redirect("gift", gift.code)
    except giving.GoesOn:
        said = _(
            "Your subscription goes on without an end, so the gift would be lost on you. Keep the "
            "code for later, or pass it on."
        )
        messages.error(request, said)
        return redirect("gift", gift.code)
    said = _("The paper is yours until %(day)s.")
    day = timezone.localtime(bought.ends_at, zone)
    messages.success(request, said % {"day": day.strftime("%Y-%m-%d")})
    return redirect("subscription")


def _order(form: GiftForm, zone: ZoneInfo) -> checkout.Order:
    price, periods = form.chosen
    values = form.cleaned_data
    day, now = values["deliver_on"], timezone.now()
    at = max(now, datetime.combine(day, MORNING, zone)) if day else now
    details = {
        "plan": price.plan_id,
        "months": giving.months_of(price, periods),
        "amount": price.amount * periods,
        "currency": price.currency,
        "title": _said(price, periods),
        "giver": values["giver"],
        "receiver": values["receiver"],
        "receiver_email": values["receiver_email"],
        "message": values["message"],
        "language": get_language() or "en",
        "deliver_at": at.isoformat(),
    }
    return checkout.Order(price, price.plan.seats, kind=Purchase.Kinds.GIFT, details=details)


def _said(price: Price, periods: int) -> str:
    months = giving.months_of(price, periods)
    name = price.plan.title
    return _("%(plan)s for %(time)s: %(money)s") % {
        "plan": name,
        "time": giving.duration(months),
        "money": in_words(price.amount * periods, price.currency),
    }
