"""Which ranges staff may give an institution, and which of them read now."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from broadsheet.gate.addresses import Proxies, interval
from broadsheet.institutions.models import Institution, Network
from broadsheet.institutions.ranges import ranges
from broadsheet.readers import adapter
from broadsheet.settings import PaperSettings
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Subscription
from broadsheet.web.issue import issue_number
from tests.newsroom.conftest import Newsroom
from tests.people import Cast

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def library(cast: Cast) -> Institution:
    """An institution on Marta's subscription, which is current."""
    Subscription.objects.update(starts_at=NOW - timedelta(days=10))
    under = Subscription.objects.get(owner=cast.marta)
    return Institution.objects.create(name="The Library", subscription=under)


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper is read on the public Internet."""
    monkeypatch.setitem(PAPER.__dict__, "is_local", False)


def given(institution: Institution, cidr: str) -> Network:
    network = Network(institution=institution, cidr=cidr)
    network.full_clean(exclude=["first", "last"])
    network.save()
    return network


def refused(institution: Institution, cidr: str) -> str:
    with pytest.raises(ValidationError) as refusal:
        given(institution, cidr)
    assert set(refusal.value.message_dict) == {"cidr"}
    return str(refusal.value.message_dict["cidr"])


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("130.206.0.0/16", "130.206.0.0/16"),
        (" 130.206.7.9/16 ", "130.206.0.0/16"),
        ("130.206.7.9", "130.206.7.9/32"),
        ("130.206.0.0/255.255.0.0", "130.206.0.0/16"),
        ("2A00:1450::1/32", "2a00:1450::/32"),
        ("2a00:1450::1", "2a00:1450::1/128"),
        ("::ffff:130.206.0.0/112", "130.206.0.0/16"),
        ("8.0.0.0/8", "8.0.0.0/8"),
    ],
)
def test_a_range_has_one_spelling(library: Institution, written: str, kept: str) -> None:
    network = given(library, written)
    assert network.cidr == kept
    assert (int(network.first, 16), int(network.last, 16)) == interval(kept)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(
    "cidr",
    [
        *("x", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "/", "1.2.3.4-1.2.3.9", "2a00::/129", "127.1"),
        *("0.0.0.0/0", "8.0.0.0/7", "::/0", "2a00::/19", "2000::/3", "::ffff:0:0/96"),
        *("10.0.0.0/8", "192.168.1.0/24", "127.0.0.1", "172.16.0.0/12", "169.254.0.0/16"),
        *("100.64.0.0/10", "224.0.0.0/8", "fe80::/64", "fd00::/24", "::1", "ff00::/24"),
        *("64:ff9b::/96", "::130.206.0.0/112"),
    ],
)
def test_what_is_no_institutions_range_is_refused(library: Institution, cidr: str) -> None:
    assert refused(library, cidr)
    assert not Network.objects.exists()


def test_a_paper_that_is_read_at_home_has_private_ranges(library: Institution) -> None:
    assert PAPER.is_local
    assert given(library, "192.168.1.0/24")


@pytest.mark.parametrize(
    ("site_url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://192.168.1.7", True),
        ("http://paper.internal", True),
        ("https://paper.example", False),
        ("http://8.8.8.8", False),
    ],
)
def test_a_paper_knows_where_it_is_read(site_url: str, local: bool) -> None:
    assert PaperSettings(site_url=site_url).is_local is local


def test_two_institutions_do_not_share_a_range_and_the_other_is_named(
    cast: Cast, library: Institution
) -> None:
    given(library, "130.206.0.0/16")
    under = Subscription.objects.get(owner=cast.ana)
    other = Institution.objects.create(name="The School", subscription=under)
    for cidr in ("130.206.0.0/16", "130.206.9.0/24", "130.0.0.0/8", "130.206.255.255"):
        said = refused(other, cidr)
        assert "The Library" in said
        assert "130.206.0.0/16" in said
    given(other, "130.207.0.0/16")
    given(library, "130.206.9.0/24")  # of its own it may say more than it needs


def test_a_range_with_the_papers_own_proxy_in_it_is_refused(
    library: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PAPER, "trusted_proxies", ["130.206.9.4/32"])
    assert "130.206.9.4/32" in refused(library, "130.206.0.0/16")
    given(library, "130.207.0.0/16")


# Which read now


def test_the_ranges_of_current_subscriptions_read(cast: Cast, library: Institution) -> None:
    given(library, "130.206.0.0/16")
    given(library, "2a00:1450::/32")
    found = ranges(NOW.timestamp())
    assert sorted(found.pairs) == sorted(map(interval, ("130.206.0.0/16", "2a00:1450::/32")))
    assert found.until == float("inf")


def test_they_read_exactly_as_long_as_the_subscription_runs(library: Institution) -> None:
    given(library, "130.206.0.0/16")
    begins, ends = NOW + timedelta(days=1), NOW + timedelta(days=3)
    Subscription.objects.filter(pk=library.subscription_id).update(starts_at=begins, ends_at=ends)
    for moment, reads, until in (
        (NOW, False, begins),
        (begins, True, ends),
        (ends - timedelta(seconds=1), True, ends),
        (ends, False, None),
    ):
        found = ranges(moment.timestamp())
        assert bool(found.pairs) is reads
        assert found.until == (until.timestamp() if until else float("inf"))


def test_they_are_asked_for_in_three_short_questions(library: Institution) -> None:
    with CaptureQueriesContext(connection) as asked:
        ranges(NOW.timestamp())
    assert len(asked) == 3


def test_every_change_is_told_to_the_gates(
    cast: Cast,
    library: Institution,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    number = issue_number()
    network = given(library, "130.206.0.0/16")
    for change in (
        library.save,
        library.subscription.save,
        network.save,
        network.delete,
        library.delete,
    ):
        before = number()
        with django_capture_on_commit_callbacks(execute=True):
            change()
        assert number() != before, change


def test_no_page_is_thrown_away_for_what_a_reader_pays(
    cast: Cast,
    library: Institution,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = issue_number()()
    with django_capture_on_commit_callbacks(execute=True):
        Subscription.objects.exclude(pk=library.subscription_id).latest("pk").save()
    assert issue_number()() == before


def test_staff_write_the_ranges_into_the_institutions_form(cast: Cast, newsroom: Newsroom) -> None:
    client = Client()
    client.force_login(cast.irene, backend="django.contrib.auth.backends.ModelBackend")
    under = Subscription.objects.get(owner=cast.marta)
    page = "/admin/snippets/institutions/institution/add/"
    assert client.get(page).status_code == 200
    form = {
        "name": "The Library",
        "subscription": str(under.pk),
        "networks-TOTAL_FORMS": "2",
        "networks-INITIAL_FORMS": "0",
        "networks-MIN_NUM_FORMS": "0",
        "networks-MAX_NUM_FORMS": "1000",
        "networks-0-cidr": "130.206.7.0/16",
        "networks-0-id": "",
        "networks-1-cidr": "nonsense",
        "networks-1-id": "",
    }
    answer = client.post(page, form)
    assert "“nonsense” is not a range of addresses." in answer.content.decode()
    assert not Institution.objects.exists()
    assert client.post(page, {**form, "networks-1-DELETE": "1"}).status_code == 302
    assert [network.cidr for network in Network.objects.all()] == ["130.206.0.0/16"]


# Rate limits count by the same address


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(adapter, "PROXIES", Proxies(["10.0.0.0/8"]))

    def client_ip(peer: str, forwarded: str) -> str:
        request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
        return str(get_adapter().get_client_ip(request))

    return client_ip


def test_rate_limits_count_by_the_client_and_not_by_what_it_says(behind_a_proxy: Any) -> None:
    assert behind_a_proxy("10.0.0.1", "203.0.113.5") == "203.0.113.5"
    assert behind_a_proxy("10.0.0.1", "6.6.6.6, 203.0.113.5") == "203.0.113.5"
    assert behind_a_proxy("198.51.100.1", "203.0.113.5") == "198.51.100.1"
    assert behind_a_proxy("", "203.0.113.5") == "0.0.0.0"


@pytest.mark.parametrize("wrong", ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.0/33"])
def test_a_setting_that_would_believe_everybody_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=re.compile("trusted_proxies")):
        PaperSettings(trusted_proxies=[wrong])


def test_a_proxies_network_may_be_written_carelessly() -> None:
    assert PaperSettings(trusted_proxies=[" 10.1.2.3/8"]).trusted_proxies == ["10.0.0.0/8"]
