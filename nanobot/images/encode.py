"""The smallest loss that fits a number of bytes: quality is lowered first, then the picture made smaller. Needs Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from nanobot.images.errors import PictureTooCostly
from nanobot.images.resample import resampled
from nanobot.images.sniff import ImageFormat

LEAST_MAX_BYTES = 1024
"""Below this not even a single pixel is sure to fit."""

_WEBP_METHOD = (
    0  # the fastest: 0.1 s for a photograph at 2048 squared, where the best takes over half a second
)
_FULL_COLOUR, _HALF_COLOUR = 0, 2  # 4:4:4 keeps red edges sharp and costs a third more bytes than 4:2:0
_FINE = 92
_HEADROOM = 0.95
_LEAST_SHRINK = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPicture:
    data: bytes
    image_format: ImageFormat
    width: int
    height: int


def on_white(image: Image.Image) -> Image.Image:
    """Return `image` as RGB, white where it was transparent."""
    if image.mode != "RGBA":
        return image
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def encode_within(
    image: Image.Image, *, max_bytes: int, qualities: Sequence[int], has_sharp_colours: bool = False
) -> EncodedPicture:
    """Encode RGB as JPEG and RGBA as WebP, at the best of `qualities` (falling) that fits; if none does, smaller.

    `has_sharp_colours` keeps the edges of coloured text and drawings as long as the quality is high.

    Raises:
        PictureTooCostly: the encoder gave up.
        ValueError: `max_bytes` is less than `LEAST_MAX_BYTES`.
    """
    if max_bytes < LEAST_MAX_BYTES:
        raise ValueError(f"no picture is sure to fit {max_bytes} bytes")
    image_format = ImageFormat.WEBP if image.mode == "RGBA" else ImageFormat.JPEG
    while True:
        data = _best_within(image, max_bytes, qualities, has_sharp_colours=has_sharp_colours)
        if len(data) <= max_bytes:
            return EncodedPicture(
                data=data, image_format=image_format, width=image.width, height=image.height
            )
        shrink = min(_LEAST_SHRINK, _HEADROOM * math.sqrt(max_bytes / len(data)))
        image = resampled(image, (max(1, int(image.width * shrink)), max(1, int(image.height * shrink))))


def _best_within(
    image: Image.Image, max_bytes: int, qualities: Sequence[int], *, has_sharp_colours: bool
) -> bytes:
    """Return the picture at the best quality that fits, else at the lowest: the best at once, or by halving the rest."""
    best = _encode(image, qualities[0], has_sharp_colours=has_sharp_colours)
    if len(best) <= max_bytes or len(qualities) == 1:
        return best
    best = _encode(image, qualities[-1], has_sharp_colours=has_sharp_colours)
    low, high = 1, len(qualities) - 1
    while len(best) <= max_bytes and low < high:
        middle = (low + high) // 2
        data = _encode(image, qualities[middle], has_sharp_colours=has_sharp_colours)
        if len(data) <= max_bytes:
            best, high = data, middle
        else:
            low = middle + 1
    return best


def _encode(image: Image.Image, quality: int, *, has_sharp_colours: bool) -> bytes:
    out = BytesIO()
    if image.mode == "RGBA":
        try:
            image.save(out, "WEBP", quality=quality, method=_WEBP_METHOD)
        except (
            ValueError
        ) as error:  # "encoding error": memory ran out, or noise passes the bounds of the format
            raise PictureTooCostly from error
    else:
        is_full = has_sharp_colours and quality >= _FINE
        image.save(out, "JPEG", quality=quality, subsampling=_FULL_COLOUR if is_full else _HALF_COLOUR)
    return out.getvalue()
