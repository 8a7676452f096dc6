"""The cast: the same readers in every test.

Nora has a free account. Ana reads on Basic. Marta owns a Premium subscription, and Luis has its
second seat. Olga owns a Group subscription of five seats and has one of them. Irene works at the
paper. Whoever is not here is a visitor.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from broadsheet.access import Mode
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Subscription
from tests.live import PASSWORD


@dataclass(frozen=True)
class Cast:
    nora: Reader
    ana: Reader
    marta: Reader
    luis: Reader
    olga: Reader
    irene: Reader


def assemble() -> Cast:
    """Everybody, with their subscriptions, in the present database."""
    basic, premium = plan("basic", 1), plan("premium", 2)
    cast = Cast(
        nora=reader("nora@example.com"),
        ana=reader("ana@example.com"),
        marta=reader("marta@example.com"),
        luis=reader("luis@example.com"),
        olga=reader("olga@example.com"),
        irene=reader("irene@example.com", is_staff=True, is_superuser=True),
    )
    subscribe(cast.ana, basic)
    subscribe(cast.marta, premium, cast.luis)
    subscribe(cast.olga, plan("group", 5))
    return cast


def reader(email: str, **fields: object) -> Reader:
    someone = Reader.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=someone, email=email, verified=True, primary=True)
    return someone


def plan(code: str, seats: int, mode: Mode = Mode.ENFORCE) -> Plan:
    return Plan.objects.create(code=code, name=code.title(), seats=seats, mode=mode.value)


def subscribe(owner: Reader, under: Plan, *others: Reader) -> Subscription:
    subscription = Subscription.objects.create(owner=owner, plan=under)
    for someone in others:
        seating.seat(someone, subscription)
    return subscription
