"""The demonstration paper's readers: one of each kind."""

from dataclasses import asdict, dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Subscription

PASSWORD = "one-seat-one-device"  # noqa: S105 (printed for everybody who starts the demo)


@dataclass(frozen=True, slots=True)
class DemoReader:
    """Somebody to sign in as. `plan` is a plan's code; `owner` whose subscription it is."""

    role: str
    email: str
    password: str
    plan: str
    name: str
    owner: str = ""


CAST = (
    DemoReader("registered", "nora@broadsheet.example", PASSWORD, "free", "Nora"),
    DemoReader("basic", "ana@broadsheet.example", PASSWORD, "basic", "Ana"),
    DemoReader("owner", "marta@broadsheet.example", PASSWORD, "premium", "Marta"),
    DemoReader(
        "member", "luis@broadsheet.example", PASSWORD, "premium", "Luis", "marta@broadsheet.example"
    ),
    DemoReader("staff", "irene@broadsheet.example", PASSWORD, "", "Irene"),
)


def load() -> list[dict[str, str]]:
    """Create who is missing, with their seats; the cast as the demo tells it."""
    for person in CAST:
        reader = _reader(person)
        if person.plan and person.plan != "free":
            _seat(reader, Reader.objects.get(email=person.owner or person.email), person.plan)
    shown = ("role", "email", "password", "plan")
    return [{name: asdict(person)[name] for name in shown} for person in CAST]


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
    return reader


def _seat(reader: Reader, owner: Reader, plan: str) -> None:
    subscription, _ = Subscription.objects.get_or_create(
        owner=owner, plan=Plan.objects.get(code=plan)
    )
    with transaction.atomic():
        seating.seat(reader, subscription)
