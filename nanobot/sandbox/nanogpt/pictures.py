"""The pictures that come in a request: data URLs taken apart, checked and summed up. Imports nothing of nanobot."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass

from PIL import ExifTags, Image, UnidentifiedImageError

from nanobot.sandbox.nanogpt.refusals import Refusal

# https://docs.nano-gpt.com/api-reference/image-generation: "Uploads sent via the API must be 4 MB or smaller";
# read strictly, as 4 * 10^6 characters of the whole data URL after encoding.
MAX_DATA_URL_BYTES = 4_000_000

# https://docs.nano-gpt.com/api-reference/image-generation: "Image Data URL Format"
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
}
# What Pillow raises for bytes that are not a whole picture of the format they claim.
_UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUrlSummary:
    """What a picture in a request was; `bytes` counts the decoded file, `orientation` is EXIF's (1 is upright)."""

    media_type: str
    bytes: int
    width: int
    height: int
    orientation: int
    has_alpha: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPicture:
    """A picture that passed every rule."""

    content: bytes
    summary: DataUrlSummary


def read_picture(data_url: object, param: str) -> InputPicture:
    """Take `data_url` apart.

    Raises:
        Refusal: it is too large, not a base64 data URL of an accepted type, or its bytes are not of that type.
    """
    if not isinstance(data_url, str):
        raise _unusable(param, "a base64 data URL is needed")
    if len(data_url) > MAX_DATA_URL_BYTES:
        raise Refusal(
            status=413,
            code="image_input_too_large",
            message=f"{param} has {len(data_url)} bytes; at most {MAX_DATA_URL_BYTES} are accepted.",
            param=param,
        )
    head, comma, encoded = data_url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    if not comma or head != f"data:{media_type};base64" or media_type not in _FORMATS:
        raise _unusable(
            param, "a base64 data URL of image/jpeg, image/png, image/webp or image/gif is needed"
        )
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise _unusable(param, "its base64 is broken") from error
    return InputPicture(content=content, summary=_sum_up(content, media_type, param))


def _sum_up(content: bytes, media_type: str, param: str) -> DataUrlSummary:
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as picture:
            summary = DataUrlSummary(
                media_type=media_type,
                bytes=len(content),
                width=picture.width,
                height=picture.height,
                orientation=picture.getexif().get(ExifTags.Base.Orientation, 1),
                has_alpha=picture.has_transparency_data,
            )
            picture.load()
    except _UNREADABLE as error:
        raise _unusable(param, f"its bytes are not a whole picture of type {media_type}") from error
    return summary


def _unusable(param: str, reason: str) -> Refusal:
    return Refusal(
        status=400, code="invalid_image", message=f"{param} cannot be used: {reason}.", param=param
    )
