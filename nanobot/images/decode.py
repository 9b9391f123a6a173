"""From the bytes of a stranger's file to an upright picture in sRGB, within bounds. May import Pillow and pillow-heif.

Registers the HEIC reader once, and turns Pillow's own pixel limit off: `budget` bounds memory and time by format instead.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import AvifImagePlugin, ExifTags, Image, ImageFile, JpegImagePlugin

from nanobot.images import budget, colour, containers, heic, strips
from nanobot.images.errors import NotAPicture, PictureTooCostly, PictureTooLarge, PictureUnreadable
from nanobot.images.sniff import ImageFormat, sniff
from nanobot.images.stored_png import open_png

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.MAX_IMAGE_PIXELS = None
AvifImagePlugin.DEFAULT_MAX_THREADS = 4  # by itself one for each core, all of which take memory

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
# The last is what libheif says where C++ has none left.
_OUT_OF_MEMORY = re.compile(r"memory|alloc|unexpected C\+\+ exception", re.IGNORECASE)
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
_LEAST_SIDE = 1024
"""A picture is refused rather than made smaller than this for want of memory."""

_JPEG_SCALES = (8, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPicture:
    """A file whose header has been read and found good; its pixels have not."""

    data: bytes
    image: Image.Image
    image_format: ImageFormat
    max_memory_bytes: int
    name: str | None

    @property
    def free_bytes(self) -> int:
        """Return how much memory there is beside the file."""
        return self.max_memory_bytes - len(self.data)

    @property
    def is_upright(self) -> bool:
        """Tell whether the header asks for no turn. TIFF and HEIC turn by themselves while they are decoded."""
        return _orientation(self.image) == _UPRIGHT

    @property
    def profile(self) -> bytes | None:
        icc = self.image.info.get("icc_profile")
        return icc if isinstance(icc, bytes) and icc else None


def open_picture(
    data: bytes, *, max_memory_bytes: int = budget.MAX_PICTURE_BYTES, name: str | None = None
) -> OpenPicture:
    """Read the header of `data`. It may take `max_memory_bytes` of memory, itself included.

    Raises:
        PictureError: `data` is no picture, is damaged, or would take too much time or memory.
    """
    image_format = sniff(data)
    if image_format is None:
        raise NotAPicture(name)
    _check_before_opening(data, image_format, max_memory_bytes, name)
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
    return OpenPicture(
        data=data, image=image, image_format=image_format, max_memory_bytes=max_memory_bytes, name=name
    )


def _check_before_opening(
    data: bytes, image_format: ImageFormat, max_memory_bytes: int, name: str | None
) -> None:
    if image_format in {ImageFormat.HEIC, ImageFormat.AVIF} and not containers.has_all_boxes(data):
        raise PictureUnreadable(name)
    if image_format is ImageFormat.WEBP:
        dimensions = containers.webp_dimensions(data)
        if dimensions is None:
            raise PictureUnreadable(name)
        needed = budget.decoder_bytes(image_format, "RGBA", *dimensions)
        budget.check_memory(needed, max_memory_bytes - len(data), *dimensions, name)


def decode_picture(opened: OpenPicture, *, max_side: int) -> Image.Image:
    """Return the (first) picture upright, RGB or RGBA in sRGB, its longest side at most `max_side`; never enlarged.

    A picture of which so much would take too much memory is made smaller than that, down to a side of 1024 pixels.
    Where the decoder or a whole-numbered reduction lands within a quarter below `max_side`, that is taken: it is much faster.

    Raises:
        PictureError: the file is damaged, or would take too much memory.
    """
    image = opened.image
    width, height = image.size
    scale = _jpeg_scale(opened, max_side)
    needed = budget.decoder_bytes(
        opened.image_format,
        image.mode,
        width,
        height,
        scale=scale,
        held_samples=_held_samples(opened),
        is_rich=opened.image_format is ImageFormat.HEIC and heic.is_rich(image),
    )
    budget.check_memory(needed, opened.free_bytes, width, height, opened.name)
    with _decoding(opened.name):
        if scale > 1:
            image.draft(None, (max(1, width // scale), max(1, height // scale)))
        try:
            pixels = _pixels(opened)
            small = strips.shrunk(pixels, _affordable_side(opened, pixels, needed, max_side))
        except MemoryError as error:
            raise PictureTooLarge(width, height, opened.name) from error
        if small is not image:
            image.close()  # The encoder needs the room.
        finished = colour.to_srgb(_turn(small, _orientation(image)), opened.profile)
    finished.info = {}  # else Pillow's encoders would write the comments and the profile that it holds
    return finished


def _held_samples(opened: OpenPicture) -> float:
    """Return how many samples for each pixel a JPEG's decoder holds until the last of several scans; else 0."""
    image = opened.image
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or containers.is_read_at_once(opened.data):
        return 0
    parts = [(across, down) for _, across, down, _ in image.layer]
    widest, tallest = (max(sides) for sides in zip(*parts, strict=True))
    return float(sum(across * down for across, down in parts) / max(1, widest * tallest))


def _jpeg_scale(opened: OpenPicture, max_side: int) -> int:
    """Return the largest scale of the JPEG decoder that leaves enough pixels."""
    if opened.image_format is not ImageFormat.JPEG:
        return 1
    longest = max(opened.image.size)
    return next((scale for scale in _JPEG_SCALES if longest / scale >= _LEAST_PART_OF_SIDE * max_side), 1)


def _pixels(opened: OpenPicture) -> strips.Pixels:
    raw = heic.decode(opened.data) if opened.image_format is ImageFormat.HEIC else None
    if raw is not None:
        return raw
    opened.image.load()
    return strips.LoadedImage(image=opened.image)


def _affordable_side(opened: OpenPicture, pixels: strips.Pixels, decoded_bytes: int, max_side: int) -> int:
    """Return `max_side`, or less where what is made of so large a picture would take too much memory.

    Raises:
        PictureTooLarge: hardly anything would be left of it.
    """
    width, height = pixels.size
    longest = max(width, height)
    most = budget.most_pixels(opened.free_bytes, decoded_bytes, has_alpha=pixels.has_used_alpha())
    affordable = int(longest * min(1, math.sqrt(most / (width * height))))
    if affordable < min(longest, max_side, _LEAST_SIDE):
        raise PictureTooLarge(width, height, opened.name)
    return min(max_side, affordable) if affordable < longest else max_side


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
    """Translate whatever the decoders raise on damaged files: they share no base class below `Exception`.

    Where memory ran out, only their words tell.
    """
    try:
        yield
    except _DECODER_FAILURES as error:
        if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(str(error)):
            raise PictureTooCostly(name) from error
        raise PictureUnreadable(name) from error
