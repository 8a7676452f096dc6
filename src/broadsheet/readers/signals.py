"""What readers do that others must know of."""

from django.contrib import messages
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from broadsheet.access import Ending
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Reader, password_changed


@receiver(password_changed)
def end_sign_ins(sender: type[Reader], reader: Reader, **_: object) -> None:
    """A new password ends every sign-in but the one that set it, and says so there."""
    ended = sign_ins.end_others(reader, Ending.PASSWORD_CHANGED)
    request = sign_ins.present_request(reader)
    if request is not None:
        said = ngettext(
            "One other device was signed out.", "%(n)d other devices were signed out.", ended
        )
        nobody = gettext("No other device was signed in.")
        messages.success(request, said % {"n": ended} if ended else nobody)


@receiver(user_logged_out)
def end_device(sender: object, request: HttpRequest, user: Reader | None, **_: object) -> None:
    """A sign-out ends this device's lease and its passes, copies included."""
    if user is not None:
        sign_ins.forget_here(user, request)
