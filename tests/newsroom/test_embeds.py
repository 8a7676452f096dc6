"""What other sites play: asked for when an editor saves, loaded only by a reader's own choice."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.embeds.exceptions import EmbedNotFoundException
from wagtail.embeds.models import Embed

from broadsheet.gate import response
from broadsheet.newsroom import embedding
from broadsheet.newsroom.blocks import StoryBody, plain_text
from tests.newsroom.conftest import Newsroom

FILM = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
PLAYER = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?feature=oembed"
ANSWER = {
    "title": "Big Buck <b>Bunny</b>",
    "html": '<iframe src="https://www.youtube.com/embed/aqz-KE-bpKQ?feature=oembed" '
    'onload="alert(1)"></iframe><script>alert(1)</script>',
}


class Provider:
    """Stands in for the providers: says what it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.says: Any = ANSWER
        self.asked: list[str] = []

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    cache.clear()
    stand_in = Provider()
    monkeypatch.setattr(embedding, "get_finder_for_embed", stand_in)
    yield stand_in
    cache.clear()


def stored(url: str = FILM, **fields: str) -> list[dict[str, Any]]:
    value = {"url": url, "title": "", "player": "", "found_for": "", **fields}
    return [{"type": "embed", "value": value}]


def saved(body: list[dict[str, Any]]) -> Any:
    block = StoryBody()
    return block.clean(block.to_python(body))[0].value


def printed(client: Client, newsroom: Newsroom, body: Any) -> str:
    page = client.get(newsroom.story("film", body=body, access="free").url).content.decode()
    found = re.search(r'<figure class="embed">.*?</figure>', page, re.DOTALL)
    return found[0] if found else ""


def test_title_and_player_are_found_when_an_editor_saves(db: None, provider: Provider) -> None:
    value = saved(stored())
    assert value["title"] == ANSWER["title"]
    assert value["player"] == PLAYER
    assert not Embed.objects.exists(), "the provider's HTML is not kept"


def test_a_storys_own_title_is_kept(db: None, provider: Provider) -> None:
    assert saved(stored(title="A rabbit"))["title"] == "A rabbit"


def test_the_provider_is_asked_once_and_never_by_readers(
    client: Client, newsroom: Newsroom, provider: Provider
) -> None:
    value = saved(stored())
    again = stored(title=value["title"], player=value["player"], found_for=value["found_for"])
    saved(again)
    saved(stored())
    assert printed(client, newsroom, again)
    assert provider.asked == [FILM]


def test_a_reader_sees_a_link_and_a_choice_and_loads_nothing(
    client: Client, newsroom: Newsroom, provider: Provider
) -> None:
    page = printed(client, newsroom, stored(title="A <rabbit>", player=PLAYER, found_for=FILM))
    assert f'<a href="{FILM}" rel="noopener noreferrer external">A &lt;rabbit&gt;</a>' in page
    assert "loads content from YouTube, which may see your address" in page
    assert f'data-player="{html.escape(PLAYER)}"' in page
    assert "<iframe" not in page
    assert not re.search(r'(src|srcset)="https?:', page)
    assert provider.asked == []


HOSTILE = [
    "http://www.youtube.com/embed/x",
    "javascript:alert(1)",
    "https://www.youtube.com.evil.example/embed/x",
    "https://evil.example/www.youtube.com/embed/x",
    "https://www.youtube.com@evil.example/embed/x",
    "https://www.youtube.com:8443/embed/x",
    "https://www.youtube.com/redirect?q=https://evil.example",
    "https://www.youtube.com/embed/../redirect?q=x",
    'https://www.youtube.com/embed/x" onload="alert(1)',
    "https://www.youtube.com/embed/x\nhttps://evil.example",
    "https://player.vimeo.com/external/x",
    "//www.youtube.com/embed/x",
    "https://[",
    "",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_only_known_players_are_shown_whoever_stored_what(
    address: str, client: Client, newsroom: Newsroom
) -> None:
    page = printed(client, newsroom, stored(title="x", player=address, found_for=FILM))
    assert "data-player" not in page
    assert f'href="{FILM}"' in page


@pytest.mark.parametrize(
    "address",
    [
        "https://player.vimeo.com/video/76979871?app_id=122963",
        "https://w.soundcloud.com/player/?visual=true&url=https%3A%2F%2Fapi.soundcloud.com%2F1",
        "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ",
    ],
)
def test_known_players_are(address: str) -> None:
    found = embedding.player(address)
    assert found is not None
    assert found.address == address


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (EmbedNotFoundException("gone"), "knows nothing at this address"),
        (ValueError("nonsense"), "knows nothing at this address"),
        (
            {"title": "x", "html": "<script>1</script>"},
            "nothing at this address that can be played",
        ),
        ({"title": "x", "html": None}, "nothing at this address that can be played"),
        (
            {"title": "x", "html": '<iframe src="https://evil.example/"></iframe>'},
            "nothing at this address that can be played",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(
    says: Any, why: str, db: None, provider: Provider
) -> None:
    provider.says = says
    with translation.override("en"), pytest.raises(StreamBlockValidationError) as refused:
        saved(stored())
    assert why in str(refused.value.as_json_data())


def test_other_sites_are_refused_without_asking_anybody(db: None) -> None:
    with translation.override("en"), pytest.raises(StreamBlockValidationError) as refused:
        saved(stored("https://video.example/watch?v=1"))
    assert "YouTube, Vimeo, SoundCloud" in str(refused.value.as_json_data())


def test_a_link_to_nowhere_is_not_printed(client: Client, newsroom: Newsroom) -> None:
    assert printed(client, newsroom, stored("javascript:alert(1)", player=PLAYER)) == ""


def test_its_title_is_among_the_storys_words() -> None:
    (child,) = StoryBody().to_python(stored(title="A rabbit"))
    assert plain_text(child) == "A rabbit"


def test_articles_may_frame_the_players_and_other_pages_nothing(
    client: Client, newsroom: Newsroom
) -> None:
    origins = {provider.origin for provider in embedding.PROVIDERS}
    assert set(response.PLAYERS) == origins
    allowed = "frame-src " + " ".join(response.PLAYERS) + ";"
    assert allowed in response.policy()
    article = newsroom.story("film", body=stored(), access="free")
    policy = client.get(article.url).headers["Content-Security-Policy"] + ";"
    assert allowed in policy
    assert "frame-src" not in client.get("/us/").headers["Content-Security-Policy"]
