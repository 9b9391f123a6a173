"""From the bytes of a stranger's file to an upright picture in sRGB, within bounds. May import Pillow and pillow-heif.

Registers the HEIC reader once, and turns Pillow's own pixel limit off: `budget` bounds memory and time by format instead.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import ExifTags, Image, ImageFile, JpegImagePlugin

from nanobot.images import budget, colour, containers
from nanobot.images.errors import NotAPicture, PictureTooLarge, PictureUnreadable
from nanobot.images.sniff import ImageFormat, sniff
from nanobot.images.stored_png import open_png

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.MAX_IMAGE_PIXELS = None

_PLUGINS = {image_format: image_format.name for image_format in ImageFormat} | {ImageFormat.HEIC: "HEIF"}
_DECODER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_UPRIGHT = 1
# https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, tag 274: how the stored picture is turned to stand upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LEAST_PART_OF_SIDE = 0.75
# As close to Lanczos as an eye can tell (SSIM 0.99), in half the time and without a halo at hard edges.
_RESAMPLING = Image.Resampling.HAMMING
_JPEG_SCALES = (8, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPicture:
    """A file whose header has been read and found good; its pixels have not."""

    image: Image.Image
    image_format: ImageFormat
    name: str | None

    @property
    def is_upright(self) -> bool:
        """Tell whether the header asks for no turn. TIFF and HEIC turn by themselves while they are decoded."""
        return _orientation(self.image) == _UPRIGHT

    @property
    def profile(self) -> bytes | None:
        icc = self.image.info.get("icc_profile")
        return icc if isinstance(icc, bytes) and icc else None


def open_picture(data: bytes, *, name: str | None = None) -> OpenPicture:
    """Read the header of `data`.

    Raises:
        PictureError: `data` is no picture, is damaged, or would take too much time or memory.
    """
    image_format = sniff(data)
    if image_format is None:
        raise NotAPicture(name)
    _check_before_opening(data, image_format, name)
    with _decoding(name):
        source = open_png(data) if image_format is ImageFormat.PNG else BytesIO(data)
        image = Image.open(source, formats=[_PLUGINS[image_format]])
        width, height = image.size
    if image_format is ImageFormat.JPEG:
        budget.check_scans(containers.count_scans(data), width * height, name)
        if isinstance(image, ImageFile.ImageFile):
            image.decodermaxblock = (
                len(data) + 1
            )  # in one piece: arithmetic coding fails otherwise, and it is faster
    return OpenPicture(image=image, image_format=image_format, name=name)


def _check_before_opening(data: bytes, image_format: ImageFormat, name: str | None) -> None:
    if image_format in {ImageFormat.HEIC, ImageFormat.AVIF} and not containers.has_all_boxes(data):
        raise PictureUnreadable(name)
    if image_format is ImageFormat.WEBP:
        dimensions = containers.webp_dimensions(data)
        if dimensions is None:
            raise PictureUnreadable(name)
        budget.check_memory(budget.decoder_bytes(image_format, *dimensions), *dimensions, name)


def decode_picture(opened: OpenPicture, *, max_side: int | None) -> Image.Image:
    """Return the (first) picture upright, RGB or RGBA in sRGB, its longest side at most `max_side`; never enlarged.

    Where the decoder or a whole-numbered reduction lands within a quarter below `max_side`, that is taken: it is much faster.

    Raises:
        PictureError: the file is damaged, or would take too much memory.
    """
    image = opened.image
    width, height = image.size
    scale = _jpeg_scale(opened, max_side)
    needed = budget.decoder_bytes(
        opened.image_format, width, height, scale=scale, held_samples=_held_samples(image)
    )
    budget.check_memory(needed, width, height, opened.name)
    with _decoding(opened.name):
        if scale > 1:
            image.draft(None, (max(1, width // scale), max(1, height // scale)))
        try:
            image.load()
            small = _shrink(colour.without_unused_alpha(colour.to_resizable(image)), max_side)
        except MemoryError as error:
            raise PictureTooLarge(width, height, opened.name) from error
        finished = colour.to_srgb(_turn(small, _orientation(image)), opened.profile)
    finished.info = {}  # else Pillow's encoders would write the comments and the profile that it holds
    return finished


def _held_samples(image: Image.Image) -> float:
    """Return how many samples for each pixel a progressive JPEG's decoder holds until the last scan; else 0."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.info.get("progressive"):
        return 0
    parts = [(across, down) for _, across, down, _ in image.layer]
    widest, tallest = (max(sides) for sides in zip(*parts, strict=True))
    return float(sum(across * down for across, down in parts) / max(1, widest * tallest))


def _jpeg_scale(opened: OpenPicture, max_side: int | None) -> int:
    """Return the largest scale of the JPEG decoder that leaves enough pixels."""
    if opened.image_format is not ImageFormat.JPEG or max_side is None:
        return 1
    longest = max(opened.image.size)
    return next((scale for scale in _JPEG_SCALES if longest / scale >= _LEAST_PART_OF_SIDE * max_side), 1)


def _shrink(image: Image.Image, max_side: int | None) -> Image.Image:
    longest = max(image.size)
    if max_side is None or longest <= max_side:
        return image
    factor = -(-longest // max_side)
    if longest / factor >= _LEAST_PART_OF_SIDE * max_side:
        return image.reduce(factor)
    width, height = (max(1, round(side * max_side / longest)) for side in image.size)
    return image.resize((width, height), _RESAMPLING)


def _turn(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation that still has to be applied, from EXIF alone; a broken one counts as upright."""
    stored = image.info.get("exif")
    if not isinstance(stored, bytes):
        return _UPRIGHT
    exif = Image.Exif()
    try:
        exif.load(stored)
        orientation = exif.get(ExifTags.Base.Orientation, _UPRIGHT)
    except _DECODER_FAILURES:
        return _UPRIGHT
    return orientation if isinstance(orientation, int) else _UPRIGHT


@contextmanager
def _decoding(name: str | None) -> Iterator[None]:
    """Translate whatever the decoders raise on damaged files: they share no base class below `Exception`."""
    try:
        yield
    except _DECODER_FAILURES as error:
        raise PictureUnreadable(name) from error
