"""A pass says that the last payment failed, to whoever reads under that subscription."""

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Subscription
from broadsheet.subscriptions.office import admit
from tests.leaks.conftest import house  # noqa: F401 (a fixture)
from tests.leaks.inside import Phone
from tests.people import Cast


def due(reader: Reader) -> bool:
    session = Phone.of(reader).cookies["bs_session"]
    admission = admit(session, "")
    assert admission is not None
    return admission.a_pass.payment_due


def test_those_who_read_under_it_are_told_and_nobody_else(cast: Cast, house: None) -> None:  # noqa: F811
    assert not due(cast.marta)
    Subscription.objects.filter(owner=cast.marta).update(payment_due=True)
    assert due(cast.marta)
    assert due(cast.luis)
    assert not due(cast.ana)
    assert not due(cast.nora)
