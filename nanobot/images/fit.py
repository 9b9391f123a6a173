"""A finished picture as a file that Discord accepts: untouched where it fits. Imports only its neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nanobot.images import containers, encode
from nanobot.images.budget import MAX_RESULT_BYTES
from nanobot.images.decode import decode_picture, open_picture
from nanobot.images.errors import NotAPicture
from nanobot.images.metadata import PictureDetails, with_details
from nanobot.images.sniff import sniff

_QUALITIES = (95, 92, 88, 84, 78, 70)
_MAX_SIDE = 16_383  # WebP's longest side, https://developers.google.com/speed/webp/faq


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFile:
    """`suffix` is the end of the file's name, with the dot."""

    data: bytes
    suffix: str


def whole_picture_dimensions(data: bytes) -> tuple[int, int]:
    """Return width and height as stored, of a file that is whole and not only starts like a picture.

    Raises:
        PictureError: `data` is no picture, or a damaged one; or finding that out takes too much memory.
    """
    opened = open_picture(data, max_memory_bytes=MAX_RESULT_BYTES)
    size = opened.image.size
    if containers.without_metadata(data, opened.image_format) is None:
        decode_picture(opened, max_side=_MAX_SIDE)
    return size


def fit_for_upload(
    data: bytes, *, max_bytes: int, details: PictureDetails | None = None, name: str | None = None
) -> UploadFile:
    """Return `data` byte for byte if it fits, else as JPEG (WebP, if it is transparent) as good and as large as fits.

    `details` are written into the file if there is room for them beside the picture.

    Raises:
        PictureError: `data` is no picture, or a damaged one; or it does not fit and takes too much memory to shrink.
        ValueError: `max_bytes` is less than `encode.LEAST_MAX_BYTES`.
    """
    fitted = _fitted(data, max_bytes=max_bytes, name=name)
    told = fitted.data if details is None else with_details(fitted.data, details)
    return replace(fitted, data=told) if len(told) <= max_bytes else fitted


def _fitted(data: bytes, *, max_bytes: int, name: str | None) -> UploadFile:
    image_format = sniff(data)
    if image_format is None:
        raise NotAPicture(name)
    fits = len(data) <= max_bytes
    if fits and containers.without_metadata(data, image_format) is not None:
        return UploadFile(data=data, suffix=image_format.suffix)
    opened = open_picture(data, max_memory_bytes=MAX_RESULT_BYTES, name=name)
    image = decode_picture(opened, max_side=_MAX_SIDE)
    if fits:
        return UploadFile(data=data, suffix=image_format.suffix)
    encoded = encode.encode_within(image, max_bytes=max_bytes, qualities=_QUALITIES, has_sharp_colours=True)
    return UploadFile(data=encoded.data, suffix=encoded.image_format.suffix)
