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
# EXIF's orientations that turn a picture by a quarter.
_LYING = (5, 6, 7, 8)
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

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as a viewer shows it, after EXIF's orientation."""
        size = (self.summary.width, self.summary.height)
        return size[::-1] if self.summary.orientation in _LYING else size


def read_picture(data_url: object, param: str) -> InputPicture:
    """Take `data_url` apart.

    Raises:
        Refusal: it is too large, not a base64 data URL of an accepted type, or its bytes are not of that type. To a
            type that is not the bytes', the live service answers 413, in capital letters.
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
    if (found := _format_of(content)) not in (None, _FORMATS[media_type]):
        raise Refusal(
            status=413,
            code="IMAGE_INPUT_TOO_LARGE",
            message=f"{param} could not be processed: it is {found} and says {media_type}.",
            param=param,
        )
    return InputPicture(content=content, summary=_sum_up(content, media_type, param))


def _format_of(content: bytes) -> str | None:
    """Return which of the accepted formats the bytes begin as, None for any other."""
    try:
        with Image.open(io.BytesIO(content), formats=sorted(set(_FORMATS.values()))) as picture:
            return picture.format
    except _UNREADABLE:
        return None


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
