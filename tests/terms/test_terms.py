"""Which terms are in force, what cannot be changed any more, and who accepted what."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import ProtectedError
from django.utils import timezone

from broadsheet.terms.acceptance import NotPublished, accept, last_accepted, owed
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import Acceptance, How, Terms
from tests.newsroom.conftest import Newsroom
from tests.people import Cast
from tests.terms.conftest import Publish


@pytest.mark.django_db
def test_without_any_terms_nothing_is_in_force_and_nothing_owed(cast: Cast) -> None:
    assert terms_for(None, "en") is None
    assert owed(cast.ana, None, "en") is None


def test_versions_are_counted_and_a_translation_has_the_number_of_its_original(
    publish: Publish,
) -> None:
    english, spanish = publish("en"), publish("es")
    assert (english.version, spanish.version) == (1, 1)
    assert (publish("es").version, publish("en").version, publish("en").version) == (2, 2, 3)


def test_the_readers_language_goes_before_english_and_the_last_version_before_both(
    publish: Publish,
) -> None:
    publish("en"), publish("es")
    first = terms_for(None, "es")
    assert first
    assert first.language == "es"
    publish("en")
    second = terms_for(None, "es")
    assert second
    assert (second.language, second.version) == ("en", 2)


def test_an_editions_own_terms_go_before_the_general_ones_and_its_language_before_english(
    publish: Publish, newsroom: Newsroom
) -> None:
    spain = newsroom.edition("es", language="es-ES")
    general, own, in_english = publish("en"), publish("es", edition=spain), None
    in_english = publish("en", edition=spain)
    assert terms_for(spain, "fr") == own
    assert terms_for(spain, "en") == in_english
    assert terms_for(newsroom.us, "es") == general


def test_drafts_and_terms_of_tomorrow_are_not_in_force(publish: Publish) -> None:
    now = publish("en")
    publish("en", published_at=None)
    tomorrow = publish("en", published_at=timezone.now() + timedelta(days=1))
    assert terms_for(None, "en") == now
    assert terms_for(None, "en", timezone.now() + timedelta(days=2)) == tomorrow


def test_what_was_published_cannot_be_changed_unpublished_or_dropped(publish: Publish) -> None:
    terms = publish("en")
    for change in ({"text": "<p>Pay more.</p>"}, {"published_at": None}, {"what_changed": ""}):
        again = Terms.objects.get(pk=terms.pk)
        for name, value in change.items():
            setattr(again, name, value)
        with pytest.raises(ValidationError, match="new version"):
            again.full_clean()
        with pytest.raises(ValidationError, match="new version"):
            again.save()
    with pytest.raises(ValidationError, match="new version"):
        terms.delete()
    assert Terms.objects.get(pk=terms.pk).text == "<p>Be kind.</p>"


def test_a_draft_can_be_changed_and_dropped(publish: Publish) -> None:
    draft = publish("en", published_at=None)
    draft.text = "<p>Be very kind.</p>"
    draft.full_clean()
    draft.save()
    assert draft.version == 1
    draft.delete()


def test_a_later_version_says_what_changed(publish: Publish) -> None:
    Terms(language="en", text="<p>One.</p>").full_clean()
    publish("en")
    with pytest.raises(ValidationError, match="what changed"):
        Terms(language="en", text="<p>Two.</p>").full_clean()


def test_accepted_in_one_language_is_accepted_in_the_other(publish: Publish, cast: Cast) -> None:
    english, spanish = publish("en"), publish("es")
    assert owed(cast.ana, None, "es") == spanish
    accept(cast.ana, english, How.SIGNUP, timezone.now())
    assert owed(cast.ana, None, "es") is None
    newer = publish("es")
    assert owed(cast.ana, None, "es") == newer
    assert owed(cast.ana, None, "en") == newer
    assert last_accepted(cast.ana) == english
    accept(cast.ana, newer, How.AGAIN, timezone.now())
    assert owed(cast.ana, None, "en") is None


def test_the_first_acceptance_counts(publish: Publish, cast: Cast) -> None:
    terms, now = publish("en"), timezone.now()
    accept(cast.ana, terms, How.SIGNUP, now)
    accept(cast.ana, terms, How.PURCHASE, now + timedelta(days=1))
    kept = Acceptance.objects.get(reader=cast.ana)
    assert (kept.at, kept.how) == (now, "signup")


def test_nobody_accepts_a_draft(publish: Publish, cast: Cast) -> None:
    draft = publish("en", published_at=None)
    with pytest.raises(NotPublished):
        accept(cast.ana, draft, How.AGAIN, timezone.now())


def test_terms_somebody_accepted_stay(publish: Publish, cast: Cast) -> None:
    accept(cast.ana, publish("en"), How.SIGNUP, timezone.now())
    with pytest.raises(ProtectedError):
        Terms.objects.all().delete()


@pytest.mark.django_db
def test_the_shipped_terms_carry_the_papers_numbers_and_leave_a_papers_own_alone() -> None:
    call_command("ship_terms")
    texts = {terms.language: terms.text for terms in Terms.objects.all()}
    assert texts.keys() == {"en", "es"}
    assert "30 days one by one" in texts["en"]
    assert "30 días, una por una" in texts["es"]
    assert not [text for text in texts.values() if "{" in text or "days days" in text]
    call_command("ship_terms")
    assert Terms.objects.count() == 2
