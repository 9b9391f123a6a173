"""Photographs with something erased or faded, and a mask for one of them."""

from __future__ import annotations

import io

from PIL import Image

from tests.generation.studio import Given, photograph


def erased_photograph() -> Given:
    """Return the photograph with its left half erased."""
    picture = Image.open(io.BytesIO(photograph("chelsea.png"))).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, picture.width // 2, picture.height))
    return Given(name="cut.png", data=_png(picture))


def faded_photograph() -> Given:
    """Return the photograph, all of which lets a little shine through."""
    picture = Image.open(io.BytesIO(photograph("chelsea.png"))).convert("RGBA")
    picture.putalpha(230)
    return Given(name="faded.png", data=_png(picture))


def mask_of_left_half() -> Given:
    """Return a mask for the photograph, white on the left."""
    size = Image.open(io.BytesIO(photograph("chelsea.png"))).size
    mask = Image.new("L", size, 0)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return Given(name="mask.png", data=_png(mask))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
