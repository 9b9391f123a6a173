"""A person's picture as the data URL that NanoGPT takes, and a mask beside it. May import Pillow.

What NanoGPT takes (https://docs.nano-gpt.com/api-reference/image-generation): JPEG, PNG, WebP or GIF as a base64 data URL
of at most 4 MB after encoding; in a mask white is the region to edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops

from nanobot.images import colour, containers, encode
from nanobot.images.budget import MAX_PICTURE_BYTES
from nanobot.images.data_url import to_data_url
from nanobot.images.decode import OpenPicture, decode_picture, open_picture
from nanobot.images.errors import MaskEmpty, PictureTooLarge
from nanobot.images.sniff import ImageFormat

MAX_DATA_URL_BYTES = 4_000_000
"""The stricter reading of "4 MB after encoding"."""

MAX_BODY_BYTES = 16_000_000
"""What the data URLs of one request may take together: four pictures at their own bound.

NanoGPT names no bound, and hands pictures on to providers that do: Google reads requests of at most 20 MB
(https://ai.google.dev/gemini-api/docs/image-understanding).
"""

_LONGEST_HEAD = "data:image/jpeg;base64,"


def file_bytes_within(data_url_bytes: int) -> int:
    """Return how large a file may be whose data URL is to be at most `data_url_bytes` long, head included."""
    return (data_url_bytes - len(_LONGEST_HEAD)) // 4 * 3


MAX_FILE_BYTES = file_bytes_within(MAX_DATA_URL_BYTES)

# From 95 on photographs of phones stay within an SSIM of 0.98 of the original. At 90, which many take, half of them do not;
# a third of the bytes would be saved, but of the time only 3 %: nearly all of it goes into reading the file.
_QUALITIES = range(95, 49, -1)
# Text, charts and drawings have even areas, which these formats store in almost nothing; photographs take over a byte.
_DRAWN_FORMATS = frozenset({ImageFormat.PNG, ImageFormat.GIF})
_DRAWN_BYTES_PER_PIXEL = 0.5
_PASSED_MODES = {
    ImageFormat.JPEG: frozenset({"RGB", "L"}),
    ImageFormat.PNG: frozenset({"RGB", "RGBA", "L", "LA", "P", "1"}),
    ImageFormat.WEBP: frozenset({"RGB", "RGBA"}),
}
MASK_OVERSAMPLING = 2
"""How much larger than itself a mask is read at most."""

_MARKED, _UNMARKED = 255, 0
_MARKED_FROM = 128
_PLAIN_WITHIN = 48
_PLAIN_PART = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPicture:
    """`data_url` is ASCII in pieces, `data_url_bytes` in all, at most `MAX_DATA_URL_BYTES`; sides in pixels."""

    data_url: tuple[bytes, ...]
    media_type: str
    width: int
    height: int
    data_url_bytes: int


def share_of_body(pictures: int) -> int:
    """Return how long each data URL may be where `pictures`, the mask counted, go into one request."""
    return min(MAX_DATA_URL_BYTES, MAX_BODY_BYTES // max(1, pictures))


def prepare_picture(
    data: bytes,
    *,
    max_side: int = 2048,
    keep_transparency: bool = True,
    max_data_url_bytes: int = MAX_DATA_URL_BYTES,
    max_memory_bytes: int = MAX_PICTURE_BYTES,
    name: str | None = None,
) -> PreparedPicture:
    """Bring the (first) picture in `data` into a data URL: upright, in sRGB, without metadata, never enlarged.

    A JPEG, PNG or WebP that fits already keeps its pixels exactly. Transparency that is not kept turns white.

    Raises:
        PictureError: `data` is no picture, is damaged, or would take too much time or memory.
    """
    max_file_bytes = file_bytes_within(max_data_url_bytes)
    plain = containers.plain_webp_dimensions(data)
    if plain is not None and max(plain) <= max_side and len(data) <= max_file_bytes:
        return _prepared([data], ImageFormat.WEBP, *plain)
    opened = open_picture(data, max_memory_bytes=max_memory_bytes, name=name)
    bare = _pass_through(data, opened, max_side=max_side)
    if bare is not None and sum(map(len, bare)) > max_file_bytes:
        bare = None
    if bare is not None and (keep_transparency or not opened.image.has_transparency_data):
        return _prepared(bare, opened.image_format, *opened.image.size)
    image = decode_picture(opened, max_side=max_side)
    if bare is not None and image.mode == "RGB":  # Screenshots have a transparency that they do not use.
        return _prepared(bare, opened.image_format, *opened.image.size)
    encoded = encode.encode_within(
        image if keep_transparency else encode.on_white(image),
        max_bytes=max_file_bytes,
        qualities=_QUALITIES,
        has_sharp_colours=_is_drawn(data, opened),
    )
    return _prepared([encoded.data], encoded.image_format, encoded.width, encoded.height)


def _pass_through(data: bytes, opened: OpenPicture, *, max_side: int) -> list[memoryview] | None:
    """Return the file less its metadata, in parts, where nothing else needs to change."""
    image = opened.image
    if image.mode not in _PASSED_MODES.get(opened.image_format, ()) or max(image.size) > max_side:
        return None
    if not opened.is_upright or not colour.is_srgb(opened.profile):
        return None
    return containers.parts_without_metadata(data, opened.image_format)


def _is_drawn(data: bytes, opened: OpenPicture) -> bool:
    width, height = opened.image.size
    return opened.image_format in _DRAWN_FORMATS and len(data) < _DRAWN_BYTES_PER_PIXEL * width * height


def prepare_mask(data: bytes, *, width: int, height: int, name: str | None = None) -> PreparedPicture:
    """Bring a mask to exactly `width` × `height`, each pixel white (to edit) or black (to keep), as a PNG.

    Strokes of white on black or on nothing mark themselves; in any other picture with transparency, what is
    erased is marked.

    Raises:
        PictureError: `data` is no picture, is damaged or too large, or marks nothing.
    """
    image = decode_picture(open_picture(data, name=name), max_side=MASK_OVERSAMPLING * max(width, height))
    region = mask_from_transparency(image) if _marks_by_erasing(image) else _bright_parts(image)
    return finished_mask(region, width=width, height=height, name=name)


def finished_mask(
    region: Image.Image, *, width: int, height: int, name: str | None = None
) -> PreparedPicture:
    """Return the grey `region` at exactly this size and in two values, as a PNG.

    Raises:
        MaskEmpty: nothing in it is brighter than dark.
        PictureTooLarge: it does not fit.
    """
    region = region.resize((width, height), Image.Resampling.BOX).point(to_two_values)
    if region.getextrema() == (_UNMARKED, _UNMARKED):
        raise MaskEmpty(name)
    out = BytesIO()
    region.save(out, "PNG")
    if out.tell() > MAX_FILE_BYTES:
        raise PictureTooLarge(width, height, name)
    return _prepared([out.getvalue()], ImageFormat.PNG, width, height)


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
    visible = image.getchannel("A").point(to_two_values)
    brightness = image.convert("L").histogram(visible)
    black, white = sum(brightness[:_PLAIN_WITHIN]), sum(brightness[-_PLAIN_WITHIN:])
    return white == 0 or black + white < _PLAIN_PART * sum(brightness)


def to_two_values(value: int) -> int:
    """Tell of one brightness whether it marks, as white or black."""
    return _MARKED if value >= _MARKED_FROM else _UNMARKED


def _prepared(
    parts: Sequence[bytes | memoryview], image_format: ImageFormat, width: int, height: int
) -> PreparedPicture:
    data_url = to_data_url(image_format.media_type, parts)
    return PreparedPicture(
        data_url=data_url,
        media_type=image_format.media_type,
        width=width,
        height=height,
        data_url_bytes=sum(map(len, data_url)),
    )
