"""The pages on which stories are given, and what stands on a story that was."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from broadsheet.access import Level
from broadsheet.gate.pages import Face, Kind, Note, Wall
from broadsheet.gifts.models import StoryGift
from broadsheet.newsroom import press
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import Cast

PAGE = "/gifts/story/"
LINK = re.compile(r'value="(http://[^"]+\?gift=[A-Za-z0-9_-]{22})"')


def signed_in(reader: Reader) -> Client:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    return client


def given(client: Client, path: str) -> str:
    """The link of a new gift, as the page shows it; empty when there is none."""
    answer = client.post(PAGE, {"of": path}, follow=True)
    assert answer.status_code == 200
    found = LINK.search(answer.content.decode())
    return found[1] if found else ""


def said(client: Client, path: str) -> str:
    return str(client.get(f"{PAGE}?of={quote(path)}").content.decode())


def test_a_subscriber_makes_a_link_and_sees_it_until_they_leave(cast: Cast, path: str) -> None:
    ana = signed_in(cast.ana)
    assert "You can give 10 of 10 stories this month." in said(ana, path)
    link = given(ana, path)
    assert link.startswith(f"http://127.0.0.1:8000{path}?gift=")
    again = said(ana, path)
    assert link in again  # a reload neither makes another nor loses it
    assert "You can give 9 of 10 stories this month." in again
    assert "Opened 0 of 10 times" in again
    assert StoryGift.objects.count() == 1
    token = link.partition("gift=")[2]
    ana.cookies.pop("bs_given")
    assert token not in said(ana, path)
    assert token not in str(list(StoryGift.objects.values()))


def test_the_links_cookie_is_the_givers_alone_and_short(cast: Cast, path: str) -> None:
    ana, luis = signed_in(cast.ana), signed_in(cast.luis)
    link = given(ana, path)
    cookie = ana.cookies["bs_given"]
    assert cookie["httponly"]
    assert cookie["max-age"] == 600
    assert cookie["path"] == PAGE
    luis.cookies["bs_given"] = cookie.value
    assert link not in said(luis, path)


def test_the_page_is_nobodys_to_keep(cast: Cast, path: str) -> None:
    ana = signed_in(cast.ana)
    given(ana, path)
    assert "no-store" in ana.get(f"{PAGE}?of={quote(path)}").headers["Cache-Control"]


def test_a_visitor_signs_in_first(path: str) -> None:
    for answer in (Client().get(f"{PAGE}?of={path}"), Client().post(PAGE, {"of": path})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/login/")


def test_whoever_may_not_give_is_told_why(cast: Cast, path: str, newsroom: Newsroom) -> None:
    assert "Subscribers can give stories to friends." in said(signed_in(cast.nora), path)
    assert given(signed_in(cast.nora), path) == ""
    free = str(newsroom.story("free", access="free").get_url())
    assert "This story is open to everybody" in said(signed_in(cast.ana), free)
    Plan.objects.update(gifts_per_month=1)
    ana = signed_in(cast.ana)
    assert given(ana, path)
    other = str(newsroom.story("other", access="subscribers").get_url())
    assert "You have given all the stories you can this month." in said(ana, other)
    assert given(ana, other) == ""
    assert StoryGift.objects.count() == 1


@pytest.mark.parametrize(
    "of",
    ["", "/", "/us/world/none/", "https://evil.example/us/world/story/", "/us/world/story", "%"],
)
def test_a_story_that_is_not_there_is_not_found(cast: Cast, path: str, of: str) -> None:
    ana = signed_in(cast.ana)
    assert ana.get(PAGE, {"of": of}).status_code == 404
    assert ana.post(PAGE, {"of": of}).status_code == 404


def test_a_gift_is_taken_back_by_its_giver_alone(cast: Cast, path: str) -> None:
    ana, luis = signed_in(cast.ana), signed_in(cast.luis)
    given(ana, path)
    gift = StoryGift.objects.get()
    address = f"{PAGE}{gift.pk}/withdraw/"
    assert luis.post(address).status_code == 404
    assert ana.get(address).status_code == 405
    assert StoryGift.objects.get().withdrawn_at is None
    assert "The link no longer opens" in ana.post(address, follow=True).content.decode()
    assert StoryGift.objects.get().withdrawn_at is not None
    assert "withdrawn" in ana.get(PAGE).content.decode()


# What a story says


def printed(path: str, **face: Any) -> str:
    story = press.find(path)
    assert story is not None
    values: dict[str, Any] = {"kind": Kind.FULL, "wall": Wall.NONE, "message": False}
    values |= {"signed_in": True, "language": "en", **face}
    page = press.print_page(story, Face(**values))
    assert page is not None
    return page.decode()


def test_a_given_story_says_so_above_the_text(path: str) -> None:
    page = printed(path, note=Note.GIFT, signed_in=False)
    note, text = page.index("A subscriber gave you this story."), page.index('id="story-text"')
    assert note < text
    assert HIDDEN in page
    assert "gift=" not in page  # no address on the page carries the link


@pytest.mark.parametrize("note", [Note.GIFT, Note.NETWORK])
def test_a_page_that_took_no_lease_does_not_keep_one(path: str, note: Note) -> None:
    assert "seat.js" not in printed(path, note=note)
    assert "seat.js" in printed(path)


def test_a_link_that_opens_nothing_is_one_sentence_on_each_wall(path: str) -> None:
    for wall in (Wall.REGISTER, Wall.SUBSCRIBE, Wall.METER, Wall.IN_USE):
        page = printed(path, kind=Kind.PREVIEW, wall=wall, note=Note.GIFT_OVER)
        assert page.count("The gift link you followed does not open this story") == 1
        assert page.index('id="wall"') < page.index("The gift link you followed")
        assert HIDDEN not in page


def test_a_payment_that_is_due_leads_to_the_card(path: str) -> None:
    page = printed(path, note=Note.PAYMENT_DUE)
    assert "Your last payment did not go through." in page
    assert 'href="/account/card/"' in page


def test_only_who_has_a_seat_is_offered_to_give_and_only_what_can_be_given(
    path: str, newsroom: Newsroom
) -> None:
    offer = f'href="/gifts/story/?of={path}"'
    assert offer in printed(path, gives=True)
    assert offer not in printed(path)
    assert offer not in printed(path, kind=Kind.PREVIEW, wall=Wall.IN_USE, gives=True)
    free = str(newsroom.story("free", access=Level.FREE).get_url())
    assert "/gifts/story/" not in printed(free, gives=True)
