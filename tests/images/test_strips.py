"""A picture is made smaller a few rows at a time, and nobody can tell from the result."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from nanobot.images import colour, heic, strips
from nanobot.images.resample import resampled
from tests.images.photographs import cut_out, file_of, photograph, picture_in, pixels

_LEAST_PART = 0.75


def in_mode(mode: str, size: tuple[int, int]) -> Image.Image:
    """Return a photograph in many strips; half of the transparent ones has no transparency."""
    image = (cut_out() if mode in {"RGBA", "LA"} else photograph()).resize(size)
    match mode:
        case "P":
            return image.quantize(50)
        case "P with a hole":
            image = image.quantize(50)
            image.info["transparency"] = 3
            return image
        case "I;16":
            return image.convert("L").convert("I;16")
        case "RGBA" | "LA":
            image.paste(255, (0, 0, size[0], size[1] // 2), Image.new("L", (size[0], size[1] // 2), 255))
            return image.convert(mode)
        case _:
            return image.convert(mode)


def shrunk_whole(image: Image.Image, max_side: int) -> Image.Image:
    image, longest = colour.without_unused_alpha(colour.to_resizable(image)), max(image.size)
    factor = -(-longest // max_side)
    if longest / factor >= _LEAST_PART * max_side:
        return image.reduce(factor)
    width, height = (max(1, round(side * max_side / longest)) for side in image.size)
    return resampled(image, (width, height))


@pytest.mark.parametrize(
    "mode", ["RGB", "RGBA", "LA", "P", "P with a hole", "L", "1", "I;16", "CMYK", "I", "F"]
)
@pytest.mark.parametrize("size", [(2003, 1401), (1333, 3000)], ids=["wide", "tall"])
@pytest.mark.parametrize("max_side", [1000, 200, 1280, 130], ids=["halved", "many", "between", "tiny"])
def test_strips_make_the_same_picture_as_the_whole(mode: str, size: tuple[int, int], max_side: int) -> None:
    image = in_mode(mode, size)
    small, expected = strips.shrunk(strips.LoadedImage(image=image), max_side), shrunk_whole(image, max_side)
    # Premultiplied: what is all but transparent has hardly a colour to compare, and is rounded once more.
    difference = np.abs(pixels(small.convert("RGBA"), "RGBa") - pixels(expected.convert("RGBA"), "RGBa"))

    assert (small.mode, small.size) == (expected.mode, expected.size)
    assert difference.max() <= 2
    assert (difference > 0).mean() < 0.0001


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_heic_is_read_as_its_plugin_reads_it(mode: str) -> None:
    """Rows of an odd width are longer than their pixels."""
    image = cut_out() if mode == "RGBA" else photograph(mode=mode)
    data = file_of(image.resize((1001, 1501)), "HEIF")
    raw = heic.decode(data)

    assert raw is not None
    assert raw.stride > raw.size[0] * len(raw.mode)
    assert raw.rows(0, 1501).tobytes() == picture_in(data).tobytes()
    assert raw.rows(700, 703).tobytes() == picture_in(data).crop((0, 700, 1001, 703)).tobytes()
