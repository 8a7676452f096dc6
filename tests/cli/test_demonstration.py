"""What the command has built of a demonstration paper."""

import pytest
from PIL import Image

from broadsheet.newsroom.demo import pictures
from broadsheet.newsroom.demo.pictures import portraits
from tests.live import LivePaper


@pytest.mark.parametrize("name", pictures.NAMES)
def test_every_picture_was_drawn_and_is_not_blank(paper: LivePaper, name: str) -> None:
    (file,) = (paper.folder / "data" / "media" / "original_images").glob(f"{name}.*")
    with Image.open(file) as picture:
        square = (portraits.SIZE, portraits.SIZE)
        assert picture.size == (square if name in portraits.SITTERS else (1800, 1200))
        # Four bits a channel: the grain of the paper alone gives only a few colours.
        coarse = picture.resize((450, 300)).point([value & 0xF0 for value in range(256)] * 3)
    colours = coarse.getcolors(maxcolors=450 * 300)
    assert colours is not None
    assert len(colours) > 40
    assert max(count for count, _ in colours) < 0.7 * 450 * 300
