"""Letters about seats. Each is written in the transaction of what it tells."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Invitation, OwnershipOffer, Subscription


def invited(invitation: Invitation, token: str, by: Reader, language: str) -> None:
    """To the invited address, with the link that the token opens."""
    page = post.address(reverse("invitation", args=[token]))
    plan = _plan(invitation.subscription, language)
    if invitation.for_administrator:
        _notice(
            invitation.email,
            language,
            _administrator_words(by, plan, language),
            page,
        )
        return
    context = {
        "inviter": by.email,
        "plan": plan,
        "accept_url": page,
        "decline_url": post.address(reverse("decline_invitation", args=[token])),
        "expires_at": invitation.expires_at,
    }
    post.send("invitation", invitation.email, language, context, reply_to=by.email)


def taken_back(reader: Reader, subscription: Subscription, by: Reader) -> None:
    """To the reader whose seat it was."""
    context = {
        "owner": by.email,
        "plan": _plan(subscription, reader.language),
        "plans_url": post.address(reverse("plans")),
    }
    post.send("seat_taken_back", reader.email, reader.language, context)


def given_up(reader: Reader, subscription: Subscription) -> None:
    """To the owner: one of their readers has left."""
    owner = subscription.owner
    context = {
        "reader": reader.email,
        "plan": _plan(subscription, owner.language),
        "seats_url": post.address(reverse("seats")),
    }
    post.send("seat_given_up", owner.email, owner.language, context)


def offered(offer: OwnershipOffer, by: Reader, price: str) -> None:
    """To the reader who may become the owner. `price`: what they would pay; empty: nothing."""
    page = post.address(reverse("ownership_offer", args=[offer.pk]))
    language = offer.to.language
    plan = _plan(offer.subscription, language)
    if not price:
        _notice(offer.to.email, language, _free_offer_words(by, plan, language), page)
        return
    context = {
        "owner": by.email,
        "plan": plan,
        "price": price,
        "accept_url": page,
        "decline_url": page,
        "expires_at": offer.expires_at,
    }
    post.send("ownership_offer", offer.to.email, language, context)


def _plan(subscription: Subscription, language: str) -> str:
    with override(language):
        return subscription.plan.said(language)[0]


def _administrator_words(by: Reader, plan: str, language: str) -> tuple[str, str]:
    with override(language):
        title = _("%(inviter)s asks you to look after a subscription") % {"inviter": by.email}
        text = _(
            "An administrator of the %(plan)s subscription of %(inviter)s hands out its seats and "
            "takes them back. It costs nothing, and needs no seat. Open the page below to say yes "
            "or no; if you do not know who this is, you need do nothing."
        )
        return title, text % {"plan": plan, "inviter": by.email}


def _free_offer_words(by: Reader, plan: str, language: str) -> tuple[str, str]:
    with override(language):
        title = _("%(owner)s offers you a subscription") % {"owner": by.email}
        text = _(
            "%(owner)s would like you to take over the %(plan)s subscription and its seats. There "
            "is nothing to pay. Nothing changes until you say yes on the page below."
        )
        return title, text % {"plan": plan, "owner": by.email}


def _notice(to: str, language: str, words: tuple[str, str], page: str) -> None:
    title, text = words
    post.send("notice", to, language, {"title": title, "text": text, "account_url": page})
