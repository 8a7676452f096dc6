"""Stories kept for later: by a page with one button, or by the script in place."""

from typing import Any
from urllib.parse import quote

from django.test import Client
from django.utils import timezone

from broadsheet.newsroom.models import Article
from broadsheet.readers.deletion import delete_account
from broadsheet.readers.export import chapters
from broadsheet.readers.models import Reader
from broadsheet.shelf import keeping
from broadsheet.shelf.models import SavedStory
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import reader
from tests.shelf.conftest import signed_in

PAGE = "/account/saved/"


def said(browser: Client, address: str = PAGE) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_story_is_saved_by_one_button_and_taken_off_by_another(
    browser: Client, story: Article
) -> None:
    page = said(browser, f"{PAGE}?of={quote(story.get_url())}")
    assert "Save this story for later" in page
    assert HIDDEN not in page
    answer = browser.post(PAGE, {"of": story.get_url()}, follow=True)
    assert "This story is saved" in answer.content.decode()
    assert "A bridge opens" in said(browser)
    browser.post(PAGE, {"story": story.pk, "keep": "0"})
    assert "Nothing is saved yet" in said(browser)


def test_whoever_is_not_signed_in_signs_in_and_comes_back(story: Article) -> None:
    address = f"{PAGE}?of={quote(story.get_url())}"
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/account/login/?next={quote(address)}"


def test_saving_twice_is_saving_once(browser: Client, story: Article, ana: Reader) -> None:
    for _ in range(2):
        assert browser.post(PAGE, {"of": story.get_url()}).status_code == 302
    assert ana.saved.count() == 1


def test_a_script_saves_in_place(browser: Client, story: Article, ana: Reader) -> None:
    answer = browser.post(PAGE, {"of": story.get_url()}, headers={"accept": "application/json"})
    assert answer.json() == {"saved": True, "said": "“A bridge opens” is saved."}
    answer = browser.post(
        PAGE, {"of": story.get_url(), "keep": "0"}, headers={"accept": "application/json"}
    )
    assert answer.json()["saved"] is False
    assert not ana.saved.exists()


def test_a_form_of_another_site_saves_nothing(ana: Reader, story: Article) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(PAGE, {"of": story.get_url()}).status_code == 403
    assert not ana.saved.exists()


def test_what_is_no_story_is_not_found(browser: Client, story: Article, ana: Reader) -> None:
    for path in (
        "",
        "/us/world/nothing/",
        "https://elsewhere.example/",
        "/us/world/",
        "%00",
        "//x",
    ):
        assert browser.get(PAGE, {"of": path}).status_code == 404
        assert browser.post(PAGE, {"of": path}).status_code == 404
    for key in ("", "x", "-1", "9" * 30, "٣"):
        assert browser.post(PAGE, {"story": key}).status_code == 404
    assert not ana.saved.exists()


def test_an_address_longer_than_any_storys_is_not_found(browser: Client, story: Article) -> None:
    address = f"/{'x' * 60_000}/world/{story.slug}/"
    assert browser.get("/account/saved/", {"of": address}).status_code == 404
    assert browser.post("/account/saved/", {"of": address}).status_code == 404


def test_a_storys_number_larger_than_any_is_not_found(browser: Client, story: Article) -> None:
    assert browser.get(f"/-/reader/story/{story.pk}/").status_code == 200
    assert browser.get(f"/-/reader/story/{'9' * 30}/").status_code == 404


def test_a_story_that_is_not_published_cannot_be_found_by_saving_it(
    browser: Client, newsroom: Newsroom, ana: Reader
) -> None:
    draft = newsroom.story("a-secret-plan", live=False)
    assert browser.post(PAGE, {"of": draft.get_url()}).status_code == 404
    assert browser.post(PAGE, {"story": draft.pk}).status_code == 404
    assert not ana.saved.exists()


def test_a_saved_story_that_was_withdrawn_can_still_be_taken_off(
    browser: Client, story: Article
) -> None:
    browser.post(PAGE, {"of": story.get_url()})
    story.unpublish()
    page = said(browser)
    assert "This story is no longer published." in page
    assert story.get_url() not in page
    browser.post(PAGE, {"story": story.pk, "keep": "0"})
    assert "Nothing is saved yet" in said(browser)


def test_a_deleted_story_is_gone_from_the_list(browser: Client, story: Article) -> None:
    browser.post(PAGE, {"of": story.get_url()})
    story.delete()
    assert "Nothing is saved yet" in said(browser)


def test_a_full_shelf_says_so_and_loses_nothing(
    browser: Client, newsroom: Newsroom, ana: Reader, monkeypatch: Any
) -> None:
    monkeypatch.setattr(keeping, "MOST_SAVED", 2)
    stories = [newsroom.story(f"story-{n}") for n in range(3)]
    for one in stories[:2]:
        keeping.save(ana, one, timezone.now())
    answer = browser.post(PAGE, {"of": stories[2].get_url()}, follow=True)
    assert "You have saved 2 stories, as many as can be kept." in answer.content.decode()
    answer = browser.post(
        PAGE, {"of": stories[2].get_url()}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 409
    assert ana.saved.count() == 2


def test_a_list_has_no_page_that_is_not_there(browser: Client, story: Article) -> None:
    browser.post(PAGE, {"of": story.get_url()})
    for page in ("2", "x", "0"):
        assert browser.get(f"{PAGE}?page={page}").status_code == 404


def test_a_list_is_its_readers_alone(browser: Client, story: Article) -> None:
    browser.post(PAGE, {"of": story.get_url()})
    other = signed_in(reader("luis@example.com"))
    assert "A bridge opens" not in said(other)
    assert other.post(PAGE, {"story": story.pk, "keep": "0"}).status_code == 404
    assert SavedStory.objects.count() == 1


def test_what_is_kept_is_exported_and_goes_with_the_account(
    browser: Client, story: Article, ana: Reader
) -> None:
    browser.post(PAGE, {"of": story.get_url()})
    told = {one.name: one.collect(ana) for one in chapters()}
    assert told["saved-stories"][0]["address"] == story.get_url()
    delete_account(ana, "en", timezone.now())
    assert not SavedStory.objects.exists()
