"""Where a part of the picture is erased, that part is the mask."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from nanobot.images.erased import prepare_erased_mask
from nanobot.images.errors import MaskEmpty
from tests.images.photographs import file_in, file_of, photograph, picture_in, pixels

SIZE = (900, 600)


def erased(box: tuple[int, int, int, int]) -> bytes:
    image = photograph("coffee.png", "RGBA").resize(SIZE)
    ImageDraw.Draw(image).rectangle(box, fill=(255, 0, 255, 0))
    return file_of(image, "PNG")


@pytest.mark.parametrize("shrink", [1, 2, 3, 5])
def test_what_is_erased_is_white_and_nothing_else(shrink: int) -> None:
    """A mask of the size that the picture is sent at, however much smaller that is than the file."""
    width, height = SIZE[0] // shrink, SIZE[1] // shrink
    expected = Image.new("L", SIZE, 0)
    ImageDraw.Draw(expected).rectangle((180, 120, 539, 359), fill=255)
    mask = prepare_erased_mask(erased((180, 120, 539, 359)), width=width, height=height)

    assert mask is not None
    drawn = pixels(picture_in(file_in(mask)), "L")
    assert set(np.unique(drawn)) == {0, 255}
    assert np.mean(drawn != pixels(expected.resize((width, height), Image.Resampling.BOX), "L")) < 0.01


def test_a_picture_of_which_nothing_is_erased_is_no_mask() -> None:
    opaque = file_of(photograph("coffee.png"), "PNG")
    thinned = photograph("coffee.png", "RGBA")
    thinned.putalpha(200)

    assert prepare_erased_mask(opaque, width=60, height=40) is None
    assert prepare_erased_mask(file_of(thinned, "PNG"), width=60, height=40) is None


def test_a_speck_that_is_lost_on_the_way_is_refused() -> None:
    with pytest.raises(MaskEmpty):
        prepare_erased_mask(erased((400, 300, 400, 300)), width=450, height=300)
