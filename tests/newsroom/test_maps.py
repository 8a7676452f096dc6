"""Locator maps: places fall where they are, and a map says in words what it shows."""

import math
import xml.etree.ElementTree as ET
from itertools import accumulate
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.blocks.stream_block import StreamBlockValidationError

from broadsheet.newsroom.blocks import StoryBody
from broadsheet.newsroom.maps import NARROWEST, NORTHMOST, WIDEST, LocatorMap, Place, around, draw
from broadsheet.newsroom.maps.view import HEIGHT, WIDTH
from tests.newsroom.conftest import Newsroom

HARBIN = Place("Harbin", 45.76, 126.64)
VLADIVOSTOK = Place("Vladivostok", 43.12, 131.89)
PLACES = st.builds(
    Place,
    st.text(max_size=24),
    st.floats(-NORTHMOST, NORTHMOST),
    st.floats(-180, 180),
)


def drawn(*places: Place, kilometres: float = 1500, title: str = "Where") -> ET.Element:
    svg = draw(LocatorMap(title, places, kilometres))
    return ET.fromstring("".join(c for c in svg if c >= " " and c < "\ud800"))


def by_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [part for part in svg.iter() if part.get("class") == name]


def rings(svg: ET.Element) -> list[list[tuple[int, int]]]:
    """The outlines of the land, read back from the drawing's steps."""
    (land,) = by_class(svg, "map-land")
    found = []
    for ring in (land.get("d") or "").split("M")[1:]:
        start, _, steps = ring.rstrip("z").partition("l")
        numbers = [int(one) for one in f"{start} {steps}".split()]
        across, down = accumulate(numbers[::2]), accumulate(numbers[1::2])
        found.append(list(zip(across, down, strict=True)))
    return found


def inside(svg: ET.Element, x: float, y: float) -> bool:
    """Whether a point of the drawing is land (even-odd over all rings)."""
    odd = False
    for points in rings(svg):
        for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                odd = not odd
    return odd


def stored(*places: Place, kilometres: int = 1500) -> list[dict[str, Any]]:
    rows = [
        {"label": one.label, "latitude": str(one.latitude), "longitude": str(one.longitude)}
        for one in places
    ]
    value = {"title": "Where Harbin lies", "places": rows, "kilometres": kilometres}
    return [{"type": "map", "value": value}]


@settings(max_examples=20)
@given(st.lists(PLACES, min_size=1, max_size=5), st.floats(NARROWEST, WIDEST))
def test_every_map_can_be_drawn_and_stays_near_its_frame(
    places: list[Place], kilometres: float
) -> None:
    svg = drawn(*places, kilometres=kilometres)
    for part in svg.iter():
        assert not {"style", "onload", "href"} & set(part.keys())
    if by_class(svg, "map-land"):
        points = [point for ring in rings(svg) for point in ring]
        assert all(-20 < x < WIDTH + 20 and -20 < y < HEIGHT + 20 for x, y in points)


def test_two_cities_are_as_far_apart_as_they_are() -> None:
    """Harbin and Vladivostok: 510 km."""
    view = around([HARBIN, VLADIVOSTOK], 1500)
    (ax, ay), (bx, by) = (view(one.longitude, one.latitude) for one in (HARBIN, VLADIVOSTOK))
    assert math.hypot(ax - bx, ay - by) * 1500 / WIDTH == pytest.approx(510, rel=0.02)


def test_land_is_land_and_sea_is_sea() -> None:
    svg = drawn(VLADIVOSTOK, kilometres=800)
    view = around([VLADIVOSTOK], 800)
    assert inside(svg, *view(131.0, 44.5)), "north of the city"
    assert not inside(svg, *view(133.0, 41.5)), "the Sea of Japan"


def test_a_map_in_the_middle_of_a_country_is_all_land() -> None:
    place = Place("Omaha", 41.26, -96.0)
    assert inside(drawn(place, kilometres=60), WIDTH / 2, HEIGHT / 2)


def test_a_lake_is_not_land() -> None:
    svg = drawn(Place("Baku", 40.4, 49.9), kilometres=1500)
    assert not inside(svg, *around([Place("Baku", 40.4, 49.9)], 1500)(50.8, 42.0)), "the Caspian"


def test_a_map_across_the_date_line_has_both_its_sides() -> None:
    fiji, samoa = Place("Suva", -18.1, 178.4), Place("Apia", -13.8, -171.8)
    view = around([fiji, samoa], 2500)
    assert view.shows(fiji)
    assert view.shows(samoa)
    marks = by_class(drawn(fiji, samoa, kilometres=2500), "map-place")
    assert [float((one.get("cx") or "").rstrip("%")) for one in marks] == sorted(
        float((one.get("cx") or "").rstrip("%")) for one in marks
    ), "east is to the right"
    assert all(0 < float((one.get("cx") or "").rstrip("%")) < 100 for one in marks)


def test_a_country_that_crosses_the_date_line_is_whole() -> None:
    yamal, beijing = Place("Yamal", 68.0, 70.0), Place("Beijing", 39.9, 116.4)
    svg, view = drawn(yamal, beijing, kilometres=6000), around([yamal, beijing], 6000)
    for longitude in (75.0, 95.0, 110.0):
        assert inside(svg, *view(longitude, 65.5)), "Siberia is land"
    chukotka = Place("Anadyr", 64.7, 177.5)
    svg, view = drawn(chukotka, kilometres=1200), around([chukotka], 1200)
    for longitude in (178.0, 181.0, 184.0):
        assert inside(svg, *view(longitude, 67.2)), "on both sides of the line"


def test_names_of_neighbours_do_not_lie_on_each_other() -> None:
    near = [Place("Harbin", 45.76, 126.64), Place("Acheng", 45.7, 126.9)]
    one, other = by_class(drawn(*near, kilometres=500), "map-label")
    assert (one.get("text-anchor"), one.get("dy")) != (other.get("text-anchor"), other.get("dy"))


def test_the_scale_is_as_long_as_it_says() -> None:
    svg = drawn(HARBIN, kilometres=1500)
    (bar,) = by_class(svg, "map-scale")
    length = float((bar.get("x2") or "").rstrip("%")) - float((bar.get("x1") or "").rstrip("%"))
    assert by_class(svg, "map-kilometres")[0].text == "200 km"
    assert length / 100 * 1500 == pytest.approx(200, rel=0.01)


def test_who_cannot_see_it_is_told_the_places() -> None:
    svg = drawn(HARBIN, Place("Lima", -12.05, -77.04), title="Two cities", kilometres=6000)
    assert svg.get("role") == "img"
    assert svg[0].text == "Two cities"
    assert svg[1].text == "Harbin, 45.76° north, 126.64° east. Lima, 12.05° south, 77.04° west."


def test_names_cannot_become_markup() -> None:
    svg = draw(LocatorMap("</title><script>", [Place("<script>", 1, 1)], 500))
    assert "<script" not in svg


def test_a_storys_map_is_in_its_editions_language(client: Client, newsroom: Newsroom) -> None:
    newsroom.us.language = "es-ES"
    newsroom.us.save()
    article = newsroom.story("harbin", body=stored(HARBIN), access="free")
    page = client.get(article.url).content.decode()
    assert "126,64°" in page
    assert "Natural Earth" in page
    assert page.count("<svg") >= 2


def test_a_place_that_is_not_on_the_map_is_refused() -> None:
    block = StoryBody()
    with translation.override("en"), pytest.raises(StreamBlockValidationError) as refused:
        block.clean(block.to_python(stored(HARBIN, VLADIVOSTOK, kilometres=300)))
    assert "no room for Harbin" in str(refused.value.as_json_data())


@pytest.mark.parametrize(
    ("place", "kilometres"),
    [
        (Place("Pole", 89.0, 0), 500),
        (Place("Nowhere", float("nan"), 0), 500),
        (Place("Round", 0, 400), 500),
        (HARBIN, 5),
        (HARBIN, 100_000),
        (Place("x" * 25, 0, 0), 500),
    ],
)
def test_what_cannot_be_drawn_is_refused(place: Place, kilometres: int) -> None:
    block = StoryBody()
    with pytest.raises(StreamBlockValidationError):
        block.clean(block.to_python(stored(place, kilometres=kilometres)))


def test_more_than_five_places_are_refused() -> None:
    block = StoryBody()
    with pytest.raises(StreamBlockValidationError):
        block.clean(block.to_python(stored(*[HARBIN] * 6)))


def test_what_was_stored_wrong_still_prints(client: Client, newsroom: Newsroom) -> None:
    body = stored(Place("Pole", 89.0, 0), kilometres=0)
    article = newsroom.story("pole", body=body, access="free")
    assert client.get(article.url).status_code == 200


def test_the_widest_map_of_the_busiest_coasts_is_not_heavy() -> None:
    svg = draw(LocatorMap("Norway", [Place("Bodø", 67.3, 14.4)], WIDEST))
    assert len(svg.encode()) < 100_000
