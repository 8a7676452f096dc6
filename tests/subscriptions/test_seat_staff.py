"""What staff see of invitations, links and hand-overs, and what goes into a reader's export."""

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.readers.export import chapters
from broadsheet.readers.models import Reader, account_deleting
from broadsheet.subscriptions import handover, invitations, joining, seat_imports, seating
from broadsheet.subscriptions.address_lists import read_text
from broadsheet.subscriptions.models import Invitation, JoinLink, OwnershipOffer
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Olga has used everything once; Nora accepted a seat."""
    now = timezone.now()
    group = cast.olga.subscriptions.get()
    made = invitations.invite(group, cast.olga, cast.nora.email, "en", now)
    invitations.accept(made, cast.nora, now)
    invitations.invite(group, cast.olga, "eva@example.org", "en", now)
    joining.make_link(group, cast.olga, 3, 7, now)
    joining.add_domain(group, cast.olga, "example.com", now)
    handover.offer(group, cast.nora, cast.olga, now)
    seat_imports.look_at(read_text("pia@example.org"), group, cast.olga, "en", now)
    return cast


@pytest.mark.parametrize(
    ("name", "model"),
    [("invitation", Invitation), ("joinlink", JoinLink), ("ownershipoffer", OwnershipOffer)],
)
def test_staff_look_and_change_nothing(
    busy: Cast, name: str, model: type[Invitation | JoinLink | OwnershipOffer]
) -> None:
    client = Client()
    client.force_login(busy.irene)
    base = f"/admin/snippets/subscriptions/{name}/"
    one = model.objects.first()
    assert one is not None
    page = client.get(base)
    assert page.status_code == 200
    assert "olga@example.com" in page.content.decode()
    looked = client.get(f"{base}inspect/{one.pk}/").content.decode()
    assert getattr(one, "token_hash", "never") not in looked
    for deed in ("add/", f"edit/{one.pk}/", f"delete/{one.pk}/"):
        assert client.post(base + deed).status_code in (302, 403, 404)
    assert model.objects.filter(pk=one.pk).exists()


def collected(reader: Reader) -> dict[str, str]:
    return {one.name: str(one.collect(reader)) for one in chapters()}


def test_an_export_has_what_a_reader_sent_and_received(busy: Cast) -> None:
    olga, nora = collected(busy.olga), collected(busy.nora)
    assert "eva@example.org" in olga["invitations-sent"]
    assert "True" in olga["hand-overs"]
    assert "False" in nora["hand-overs"]
    assert "pia@example.org" in olga["lists-of-addresses"]
    assert "example.com" in olga["ways-to-join"]
    assert "nora@example.com" in nora["invitations-received"]
    assert "eva@example.org" not in str(nora)


def test_a_reader_who_goes_takes_their_address_along(busy: Cast) -> None:
    account_deleting.send(sender=Reader, reader=busy.nora)
    assert not Invitation.objects.filter(email=busy.nora.email).exists()


def test_administrators_have_it_in_their_export(busy: Cast) -> None:
    busy.olga.subscriptions.get().administrators.add(busy.luis)
    assert "Group" in collected(busy.luis)["administered"]
    assert seating.managed_by(busy.luis).exists()
