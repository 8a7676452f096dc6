"""The demonstration paper's readers: one of each kind."""

from contextlib import suppress
from dataclasses import asdict, dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from broadsheet.billing.till import is_open
from broadsheet.demo.payments import make_offers, pay_for
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, seating
from broadsheet.subscriptions.models import Plan, Subscription
from broadsheet.subscriptions.refusals import Refused
from broadsheet.terms.acceptance import accept
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import How
from broadsheet.web import roles

PASSWORD = "one-seat-one-device"  # noqa: S105 (printed for everybody who starts the demo)

OLGA = "olga@broadsheet.example"
INVITED = "teo@broadsheet.example"
"""Invited by Olga; nobody has an account with this address."""


@dataclass(frozen=True, slots=True)
class DemoReader:
    """Somebody to sign in as. `plan` is a plan's code; `owner` whose subscription it is."""

    role: str
    email: str
    password: str
    plan: str
    name: str
    owner: str = ""


GROUPS = {"reporter": roles.REPORTER, "editor": roles.EDITOR}
"""Which groups of the paper's staff these roles are in."""
CAST = (
    DemoReader("registered", "nora@broadsheet.example", PASSWORD, "free", "Nora"),
    DemoReader("basic", "ana@broadsheet.example", PASSWORD, "basic", "Ana"),
    DemoReader("owner", "marta@broadsheet.example", PASSWORD, "premium", "Marta"),
    DemoReader(
        "member", "luis@broadsheet.example", PASSWORD, "premium", "Luis", "marta@broadsheet.example"
    ),
    DemoReader("group", OLGA, PASSWORD, "group", "Olga"),
    DemoReader("group-member", "pau@broadsheet.example", PASSWORD, "group", "Pau", OLGA),
    DemoReader("group-member", "rosa@broadsheet.example", PASSWORD, "group", "Rosa", OLGA),
    DemoReader("staff", "irene@broadsheet.example", PASSWORD, "", "Irene"),
    DemoReader("reporter", "hugo@broadsheet.example", PASSWORD, "", "Hugo"),
    DemoReader("editor", "clara@broadsheet.example", PASSWORD, "", "Clara"),
)


def load() -> list[dict[str, str]]:
    """Create who is missing, with their seats; the cast as the demo tells it."""
    roles.ship()
    for person in CAST:
        reader = _reader(person)
        if person.role in GROUPS:
            reader.groups.add(Group.objects.get(name=GROUPS[person.role]))
        if person.plan and person.plan != "free":
            _seat(reader, Reader.objects.get(email=person.owner or person.email), person.plan)
    _invite()
    make_offers()
    shown = ("role", "email", "password", "plan")
    return [{name: asdict(person)[name] for name in shown} for person in CAST]


def _invite() -> None:
    olga = Reader.objects.get(email=OLGA)
    group = Subscription.objects.filter(owner=olga).select_related("plan").get()
    # Whoever has added readers to the demonstration may have no seat left.
    with suppress(Refused):
        invitations.invite(group, olga, INVITED, "en", timezone.now())


def _reader(person: DemoReader) -> Reader:
    reader = Reader.objects.filter(email=person.email).first()
    if reader is None:
        staff = person.role == "staff"
        reader = Reader.objects.create_user(
            person.email,
            person.password,
            first_name=person.name,
            is_staff=staff,
            is_superuser=staff,
        )
        EmailAddress.objects.create(user=reader, email=person.email, verified=True, primary=True)
        terms = terms_for(None, "en")
        if terms is not None:
            accept(reader, terms, How.SIGNUP, timezone.now())
    return reader


def _seat(reader: Reader, owner: Reader, code: str) -> None:
    plan = Plan.objects.get(code=code)
    if is_open():
        subscription = pay_for(owner, plan)
    else:
        subscription, _ = Subscription.objects.get_or_create(owner=owner, plan=plan)
    with transaction.atomic():
        seating.seat(reader, subscription)
