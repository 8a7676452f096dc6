"""Members of another paper become readers of this one."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet.importing.pieces import Loss, Member
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Subscription

MOST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes members in. `comped_plan` is what those get whose reading is a present."""

    comped_plan: Plan | None
    language: str

    def take_in(self, member: Member) -> tuple[Reader, bool, list[Loss]]:
        """The reader, whether they are new, and what could not be carried over.

        Ghost lets members in by a link sent to their address, and the paper does the same with a
        code; nobody else can sign in to the account, so the address counts as proved. Nobody is
        written to. Raises ValidationError when the address is none.
        """
        email = member.email.strip().lower()
        if len(email) > MOST_ADDRESS:
            raise ValidationError(_("The address is too long."))
        validate_email(email)
        losses = list(member.losses)
        reader, new = self._reader(email, member)
        if not new:
            losses.append(
                Loss(_("The account"), _("There is one with this address; it stays as it is."))
            )
        losses += self._rights(reader, member)
        return reader, new, losses

    def would_lose(self, member: Member) -> list[Loss]:
        """What could not be carried over, without making anything. Raises ValidationError."""
        validate_email(member.email.strip().lower())
        return [*member.losses, *self._lost_rights(member)]

    def _reader(self, email: str, member: Member) -> tuple[Reader, bool]:
        proved = EmailAddress.objects.filter(email__iexact=email).select_related("user").first()
        found = proved.user if proved else Reader.objects.filter(email__iexact=email).first()
        if found is not None:
            return found, False
        languages = dict(settings.INTERFACE_LANGUAGES)
        reader = Reader.objects.create_user(
            email,
            None,  # without a password: a code by mail lets them in
            first_name=member.name[:150],
            language=self.language if self.language in languages else "en",
            date_joined=member.joined or timezone.now(),
        )
        EmailAddress.objects.create(user=reader, email=email, verified=True, primary=True)
        return reader, True

    def _rights(self, reader: Reader, member: Member) -> list[Loss]:
        if member.comped and self.comped_plan is not None:
            now = timezone.now()
            if not reader.subscriptions.current(now).exists():
                Subscription.objects.create(owner=reader, plan=self.comped_plan, starts_at=now)
        return self._lost_rights(member)

    def _lost_rights(self, member: Member) -> list[Loss]:
        if member.comped and self.comped_plan is None:
            why = _("No plan was named for those who read for nothing (--comped-plan).")
            return [Loss(_("Reading for nothing"), why)]
        if member.paid:
            what = _("A paid subscription (Stripe: %(id)s)") % {
                "id": member.stripe_customer or _("unknown")
            }
            why = _("Payments stay where they are made. Offer them a subscription here.")
            return [Loss(what, why)]
        return []
