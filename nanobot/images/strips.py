"""A decoded picture made smaller a few rows at a time, so that nothing as large as itself is needed beside it.

A conversion of the whole picture, or a copy of it into Pillow, would double what it takes. May import Pillow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from PIL import Image

from nanobot.images import colour
from nanobot.images.resample import REACH, resampled

_LEAST_PART_OF_SIDE: Final = 0.75
_STRIP_PIXELS: Final = 1_000_000
_WITH_ALPHA: Final = frozenset({"RGBA", "LA"})
_OPAQUE: Final = 255
_DEEP_MODES: Final = frozenset({"I", "F"})
_SHRINK_AS_THEY_ARE: Final = frozenset({"RGB", "L", "CMYK", "LAB"})


class Pixels(Protocol):
    """What a decoder has left behind."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows from `top` to before `bottom`."""

    def has_used_alpha(self) -> bool:
        """Tell whether anything may show through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedImage:
    """What Pillow has decoded."""

    image: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        return self.image.size

    def rows(self, top: int, bottom: int) -> Image.Image:
        width, height = self.size
        return self.image if (top, bottom) == (0, height) else self.image.crop((0, top, width, bottom))

    def has_used_alpha(self) -> bool:
        if self.image.mode in _WITH_ALPHA:
            return self.image.getchannel("A").getextrema() != (_OPAQUE, _OPAQUE)
        return self.image.has_transparency_data


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPixels:
    """Bytes of a decoder: `size` pixels in Pillow's raw `mode`, each row `stride` bytes after the one before."""

    size: tuple[int, int]
    mode: str
    stride: int
    data: memoryview

    def rows(self, top: int, bottom: int) -> Image.Image:
        part = self.data[top * self.stride : bottom * self.stride]
        size = (self.size[0], bottom - top)
        return Image.frombytes(self.mode, size, part, "raw", self.mode, self.stride)

    def has_used_alpha(self) -> bool:
        return self.mode in _WITH_ALPHA


def shrunk(pixels: Pixels, max_side: int) -> Image.Image:
    """Return the picture with its longest side at most `max_side`, in a mode that `colour.to_srgb` takes.

    A whole-numbered reduction that lands within a quarter below `max_side` is taken: it is much faster than a resize.
    """
    if isinstance(pixels, LoadedImage) and pixels.image.mode in _DEEP_MODES:
        # How bright a value is depends on all of them.
        pixels = LoadedImage(image=colour.to_resizable(pixels.image))
    longest = max(pixels.size)
    if longest <= max_side:
        return _eight_bits(pixels.rows(0, pixels.size[1]))
    factor = -(-longest // max_side)
    if longest / factor >= _LEAST_PART_OF_SIDE * max_side:
        return _joined(list(_reduced(pixels, factor)))
    width, height = (max(1, round(side * max_side / longest)) for side in pixels.size)
    return _joined(list(_resized(pixels, width, height)))


def _eight_bits(image: Image.Image) -> Image.Image:
    return colour.without_unused_alpha(colour.to_resizable(image))


def _strip_rows(pixels: Pixels) -> int:
    """Return how many rows are worked on at once: all of a picture that needs nothing but to be made smaller."""
    width, height = pixels.size
    if isinstance(pixels, LoadedImage) and _is_ready(pixels.image):
        return height
    return max(1, _STRIP_PIXELS // width)


def _is_ready(image: Image.Image) -> bool:
    return image.mode in _SHRINK_AS_THEY_ARE and "transparency" not in image.info


def _reduced(pixels: Pixels, factor: int) -> Iterator[Image.Image]:
    height = pixels.size[1]
    step = -(-_strip_rows(pixels) // factor) * factor
    for top in range(0, height, step):
        yield _eight_bits(pixels.rows(top, min(top + step, height))).reduce(factor)


def _resized(pixels: Pixels, width: int, height: int) -> Iterator[Image.Image]:
    """Yield the rows of the picture at `width` × `height`; each strip sees as far beyond its edges as the filter looks."""
    full_width, full_height = pixels.size
    scale = full_height / height
    margin = math.ceil(REACH * max(scale, 1)) + 1
    step = max(1, int(_strip_rows(pixels) / scale))
    for first in range(0, height, step):
        last = min(first + step, height)
        top = max(0, math.floor(first * scale) - margin)
        bottom = min(full_height, math.ceil(last * scale) + margin)
        box = (0, first * scale - top, full_width, min(last * scale - top, bottom - top))
        strip = _eight_bits(pixels.rows(top, bottom))
        yield resampled(strip, (width, last - first), box=box)


def _joined(strips: list[Image.Image]) -> Image.Image:
    """Return the strips one below the other; those that need no transparency get it back where others do."""
    if len(strips) == 1:
        return strips[0]
    mode = max((strip.mode for strip in strips), key=len)
    whole = Image.new(mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        whole.paste(strip if strip.mode == mode else strip.convert(mode), (0, top))
        top += strip.height
    return whole
