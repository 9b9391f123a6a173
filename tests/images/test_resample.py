"""A picture resized with vector instructions is the picture that Pillow would have made with the same filter."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from nanobot.images.resample import IS_VECTORISED, Box, resampled
from tests.images.photographs import cut_out, photograph, pixels

needs_vectors = pytest.mark.skipif(not IS_VECTORISED, reason="the package has no wheel for this processor")
CATMULL_ROM = Image.Resampling.BICUBIC


@needs_vectors
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("size", [(300, 200), (451, 299), (1, 1), (451, 7), (3, 300)], ids=str)
@pytest.mark.parametrize("box", [None, (0, 10.25, 451, 290.5), (0.5, 0, 451, 300)], ids=str)
def test_it_is_the_bicubic_of_pillow(mode: str, size: tuple[int, int], box: Box | None) -> None:
    image = photograph(mode="RGB" if mode == "CMYK" else mode).resize((451, 300)).convert(mode)
    ours, expected = resampled(image, size, box=box), image.resize(size, CATMULL_ROM, box=box)
    difference = np.abs(np.asarray(ours, dtype=int) - np.asarray(expected, dtype=int))

    assert ours.mode == mode
    assert difference.max() <= 8
    assert difference.mean() < 0.3


def test_what_is_transparent_gives_nothing_of_its_colour() -> None:
    image = cut_out()
    shrill = Image.new("RGBA", image.size, (255, 0, 255, 0))
    shrill.paste(image, mask=image.getchannel("A").point(lambda value: 255 if value else 0))
    small, expected = resampled(shrill, (300, 246)), image.resize((300, 246), CATMULL_ROM)
    difference = np.abs(pixels(small, "RGBa") - pixels(expected, "RGBa"))

    assert difference.mean() < 2


@pytest.mark.parametrize("mode", ["LA", "LAB", "I", "F"])
def test_what_has_no_vectors_is_resized_all_the_same(mode: str) -> None:
    image = photograph(mode="L").convert("RGB" if mode == "LAB" else "L")
    if mode == "LAB":
        image = Image.merge("LAB", image.split())
    image = image.convert(mode)
    small = resampled(image, (100, 60), box=(0, 3.5, 451, 280))

    assert (small.mode, small.size) == (mode, (100, 60))


def test_large_pictures_are_resized_over_all_their_rows() -> None:
    """Pillow keeps them in several pieces of memory."""
    stripes = Image.new("RGB", (2000, 9000), "white")
    for top in range(0, 9000, 1000):
        stripes.paste((top // 40, 100, 0), (0, top, 2000, top + 500))
    small = resampled(stripes, (400, 1800))

    assert [small.getpixel((200, top // 5 + 50)) for top in range(0, 9000, 1000)] == [
        (top // 40, 100, 0) for top in range(0, 9000, 1000)
    ]
