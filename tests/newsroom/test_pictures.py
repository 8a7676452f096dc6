"""The demonstration pictures: all there, the same every time, and true where they are maps."""

import pytest
from PIL import ImageChops

from broadsheet.newsroom.demo import pictures
from broadsheet.newsroom.demo.pictures import atlas, maps

CHINA = atlas.load().countries["156"]
BRICK = (168, 67, 44)


def test_every_name_has_a_credit() -> None:
    assert set(pictures.CREDITS) == set(pictures.NAMES)
    assert all(artist and agency for artist, agency in pictures.CREDITS.values())
    assert len(pictures.NAMES) == 46


@pytest.mark.parametrize("name", ["harbour", "lighthouse", "map-harbin"])
def test_is_the_same_every_time(name: str) -> None:
    assert pictures.draw(name).tobytes() == pictures.draw(name).tobytes()


def test_unknown_name() -> None:
    with pytest.raises(KeyError, match="no picture called 'unicorn'"):
        pictures.draw("unicorn")


def test_maps_speak_spanish() -> None:
    for name in ("map-harbin", "map-pipeline"):
        difference = ImageChops.difference(pictures.draw(name), pictures.draw(f"{name}-es"))
        assert difference.getbbox() is not None


def test_harbin_lies_in_china_and_its_neighbours_do_not() -> None:
    assert CHINA.contains(*maps.HARBIN)
    assert not CHINA.contains(131.89, 43.12), "Vladivostok"
    assert not CHINA.contains(106.92, 47.92), "Ulaanbaatar"


def test_harbin_is_marked_where_the_projection_puts_it() -> None:
    x, y = maps.harbin_projection()(*maps.HARBIN)
    assert 0 < x < 1800
    assert 0 < y < 1200
    shape = [
        maps.harbin_projection().line(rings[0]) for rings in CHINA.polygons if len(rings[0]) > 500
    ]
    drawn = atlas.Country("156", "China as drawn", tuple((ring,) for ring in shape))
    assert drawn.contains(x, y)
    pixel = pictures.draw("map-harbin").getpixel((round(x), round(y)))
    assert isinstance(pixel, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(pixel, BRICK, strict=True))


def test_projection_and_its_way_back() -> None:
    to = maps.pipeline_projection()
    for place in ((68.4, 70.35), (116.4, 39.9), (104.28, 52.29)):
        assert to.place(to(*place)) == pytest.approx(place)


def test_scale_holds_between_two_cities() -> None:
    """Harbin and Vladivostok are 510 km apart; the map must say so within 1 %."""
    to = maps.harbin_projection()
    (ax, ay), (bx, by) = to(*maps.HARBIN), to(131.89, 43.12)
    assert ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 / to.scale == pytest.approx(510, rel=0.01)


def test_planned_pipeline_crosses_mongolia_and_ends_in_china() -> None:
    mongolia, russia = (atlas.load().countries[code] for code in ("496", "643"))
    assert russia.contains(*maps.ROUTE[0])
    assert any(mongolia.contains(*place) for place in maps.ROUTE)
    assert CHINA.contains(*maps.ROUTE[-1])
