"""The smallest loss that fits a number of bytes: quality is lowered first, then the picture made smaller. Needs only Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

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
_OPAQUE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPicture:
    data: bytes
    image_format: ImageFormat
    width: int
    height: int


def without_unused_alpha(image: Image.Image) -> Image.Image:
    """Return `image` as RGB if nothing in it shows through."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == _OPAQUE:
        return image.convert("RGB")
    return image


def on_white(image: Image.Image) -> Image.Image:
    """Return `image` as RGB, white where it was transparent."""
    if image.mode != "RGBA":
        return image
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def encode_within(image: Image.Image, *, max_bytes: int, qualities: Sequence[int]) -> EncodedPicture:
    """Encode RGB as JPEG and RGBA as WebP, at the first of `qualities` (falling) that fits; if none does, smaller.

    Raises:
        ValueError: `max_bytes` is less than `LEAST_MAX_BYTES`.
    """
    if max_bytes < LEAST_MAX_BYTES:
        raise ValueError(f"no picture is sure to fit {max_bytes} bytes")
    image_format = ImageFormat.WEBP if image.mode == "RGBA" else ImageFormat.JPEG
    while True:
        for quality in qualities:
            data = _encode(image, image_format, quality)
            if len(data) <= max_bytes:
                return EncodedPicture(
                    data=data, image_format=image_format, width=image.width, height=image.height
                )
        shrink = min(_LEAST_SHRINK, _HEADROOM * math.sqrt(max_bytes / len(data)))
        image = image.resize(
            (max(1, int(image.width * shrink)), max(1, int(image.height * shrink))), Image.Resampling.LANCZOS
        )


def _encode(image: Image.Image, image_format: ImageFormat, quality: int) -> bytes:
    out = BytesIO()
    if image_format is ImageFormat.WEBP:
        image.save(out, "WEBP", quality=quality, method=_WEBP_METHOD)
    else:
        image.save(
            out, "JPEG", quality=quality, subsampling=_FULL_COLOUR if quality >= _FINE else _HALF_COLOUR
        )
    return out.getvalue()
