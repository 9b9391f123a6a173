"""A person's picture as the data URL that NanoGPT takes, and a mask beside it. May import Pillow and pybase64.

What NanoGPT takes (https://docs.nano-gpt.com/api-reference/image-generation): JPEG, PNG, WebP or GIF as a base64 data URL
of at most 4 MB after encoding; in a mask white is the region to edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pybase64
from PIL import Image, ImageChops

from nanobot.images import colour, containers, encode
from nanobot.images.decode import OpenPicture, decode_picture, open_picture
from nanobot.images.errors import MaskEmpty, PictureTooLarge
from nanobot.images.sniff import ImageFormat

MAX_DATA_URL_BYTES = 4_000_000
"""The stricter reading of "4 MB after encoding"."""

_LONGEST_HEAD = "data:image/jpeg;base64,"
MAX_FILE_BYTES = (MAX_DATA_URL_BYTES - len(_LONGEST_HEAD)) // 4 * 3
"""What base64 makes `MAX_DATA_URL_BYTES` of, head included."""

_QUALITIES = (90, 80, 65)
_PASSED_MODES = {
    ImageFormat.JPEG: frozenset({"RGB", "L"}),
    ImageFormat.PNG: frozenset({"RGB", "RGBA", "L", "LA", "P", "1"}),
    ImageFormat.WEBP: frozenset({"RGB", "RGBA"}),
}
_MARKED, _UNMARKED = 255, 0
_MARKED_FROM = 128
_PLAIN_WITHIN = 48
_PLAIN_PART = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPicture:
    """`data_url` is ASCII of `data_url_bytes`, at most `MAX_DATA_URL_BYTES`; sides in pixels."""

    data_url: str
    media_type: str
    width: int
    height: int
    data_url_bytes: int


def prepare_picture(
    data: bytes, *, max_side: int = 2048, keep_transparency: bool = True, name: str | None = None
) -> PreparedPicture:
    """Bring the (first) picture in `data` into a data URL: upright, in sRGB, without metadata, never enlarged.

    A JPEG, PNG or WebP that fits already keeps its pixels exactly. Transparency that is not kept turns white.

    Raises:
        PictureError: `data` is no picture, is damaged, or would take too much time or memory.
    """
    opened = open_picture(data, name=name)
    passed = _pass_through(data, opened, max_side=max_side, keep_transparency=keep_transparency)
    if passed is not None:
        width, height = opened.image.size
        return _prepared(passed, opened.image_format, width, height)
    image = encode.without_unused_alpha(decode_picture(opened, max_side=max_side))
    image = image if keep_transparency else encode.on_white(image)
    encoded = encode.encode_within(image, max_bytes=MAX_FILE_BYTES, qualities=_QUALITIES)
    return _prepared(encoded.data, encoded.image_format, encoded.width, encoded.height)


def _pass_through(
    data: bytes, opened: OpenPicture, *, max_side: int, keep_transparency: bool
) -> bytes | None:
    """Return the file less its metadata, where nothing else needs to change."""
    image = opened.image
    if image.mode not in _PASSED_MODES.get(opened.image_format, ()) or max(image.size) > max_side:
        return None
    if not opened.is_upright or not colour.is_srgb(opened.profile):
        return None
    if image.has_transparency_data and not keep_transparency:
        return None
    bare = containers.without_metadata(data, opened.image_format)
    return bare if bare is not None and len(bare) <= MAX_FILE_BYTES else None


def prepare_mask(data: bytes, *, width: int, height: int, name: str | None = None) -> PreparedPicture:
    """Bring a mask to exactly `width` × `height`, each pixel white (to edit) or black (to keep), as a PNG.

    Strokes of white on black or on nothing mark themselves; in any other picture with transparency, what is
    erased is marked.

    Raises:
        PictureError: `data` is no picture, is damaged or too large, or marks nothing.
    """
    image = encode.without_unused_alpha(decode_picture(open_picture(data, name=name), max_side=None))
    region = mask_from_transparency(image) if _marks_by_erasing(image) else _bright_parts(image)
    region = region.resize((width, height), Image.Resampling.BOX).point(_to_two_values)
    if region.getextrema() == (_UNMARKED, _UNMARKED):
        raise MaskEmpty(name)
    out = BytesIO()
    region.save(out, "PNG")
    if out.tell() > MAX_FILE_BYTES:
        raise PictureTooLarge(width, height, name)
    return _prepared(out.getvalue(), ImageFormat.PNG, width, height)


def mask_from_transparency(image: Image.Image) -> Image.Image:
    """Return a mask, white where the RGBA `image` is transparent."""
    return ImageChops.invert(image.getchannel("A"))


def _bright_parts(image: Image.Image) -> Image.Image:
    """Return a mask, white where `image` is bright; what is transparent counts as black."""
    bright = image.convert("L")
    return ImageChops.multiply(bright, image.getchannel("A")) if image.mode == "RGBA" else bright


def _marks_by_erasing(image: Image.Image) -> bool:
    """Tell whether it is the transparent part of `image` that is meant: what is left is a picture, or plain black."""
    if image.mode != "RGBA":
        return False
    visible = image.getchannel("A").point(_to_two_values)
    brightness = image.convert("L").histogram(visible)
    black, white = sum(brightness[:_PLAIN_WITHIN]), sum(brightness[-_PLAIN_WITHIN:])
    return white == 0 or black + white < _PLAIN_PART * sum(brightness)


def _to_two_values(value: int) -> int:
    return _MARKED if value >= _MARKED_FROM else _UNMARKED


def _prepared(data: bytes, image_format: ImageFormat, width: int, height: int) -> PreparedPicture:
    data_url = f"data:{image_format.media_type};base64,{pybase64.b64encode_as_string(data)}"
    return PreparedPicture(
        data_url=data_url,
        media_type=image_format.media_type,
        width=width,
        height=height,
        data_url_bytes=len(data_url),
    )
