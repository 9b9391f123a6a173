"""Colours, chance and soft shapes, with Pillow alone. Imports nothing of nanobot.

Coordinates are fractions of the canvas, (0, 0) at the top left, so that one drawing serves every size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeAlias

from PIL import Image, ImageDraw

Colour: TypeAlias = tuple[int, int, int]
Size: TypeAlias = tuple[int, int]
Point: TypeAlias = tuple[float, float]

# Shapes are drawn this much larger and reduced, which smooths their edges.
_OVERSAMPLING = 2
_OPAQUE = 255


def dice(*parts: object) -> Random:
    """Return the chance that belongs to `parts`: the same in every process, since it rests on SHA-256."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 -- it chooses where hills go, no secrets


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a `share` (0-1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def dim(colour: Colour, light: Colour) -> Colour:
    """Return how `colour` looks under `light`, where white is full daylight."""
    red, green, blue = (round(a * b / 255) for a, b in zip(colour, light, strict=True))
    return red, green, blue


def column(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """Return a canvas that runs from the first of `stops` at the top to the last at the bottom."""
    strip = Image.new("RGB", (1, len(stops)))
    strip.putdata(list(stops))
    return strip.resize((1, size[1]), Image.Resampling.BILINEAR).resize(size, Image.Resampling.NEAREST)


class Stencil:
    """A white-on-black mask to draw on; `finish` returns it in the size that was asked for."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._width = size[0] * _OVERSAMPLING
        self._height = size[1] * _OVERSAMPLING
        self._image = Image.new("L", (self._width, self._height))
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Iterable[Point], level: int = _OPAQUE) -> None:
        self._draw.polygon([(x * self._width, y * self._height) for x, y in points], fill=level)

    def disc(self, centre: Point, radius: float, level: int = _OPAQUE) -> None:
        """Draw a disc whose `radius` is a fraction of the shorter side."""
        reach = radius * min(self._width, self._height)
        x, y = centre[0] * self._width, centre[1] * self._height
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=level)

    def ellipse(self, centre: Point, reach: Point, level: int = _OPAQUE) -> None:
        x, y = centre[0] * self._width, centre[1] * self._height
        across, down = reach[0] * self._width, reach[1] * self._height
        self._draw.ellipse((x - across, y - down, x + across, y + down), fill=level)

    def box(self, left: float, top: float, right: float, bottom: float, level: int = _OPAQUE) -> None:
        self._draw.rectangle(
            (left * self._width, top * self._height, right * self._width, bottom * self._height), fill=level
        )

    def line(self, points: Iterable[Point], thickness: float, level: int = _OPAQUE) -> None:
        """Draw a line whose `thickness` is a fraction of the shorter side."""
        width = max(1, round(thickness * min(self._width, self._height)))
        self._draw.line([(x * self._width, y * self._height) for x, y in points], fill=level, width=width)

    def finish(self) -> Image.Image:
        return self._image.reduce(_OVERSAMPLING)


def glow(canvas: Image.Image, centre: Point, radius: float, colour: Colour, strength: float) -> None:
    """Let `colour` shine from `centre`, fading to nothing at `radius` (a fraction of the shorter side)."""
    reach = max(1, round(radius * min(canvas.size)))
    fade = Image.radial_gradient("L").point(
        [round(max(0, 180 - level) / 180 * 255 * strength) for level in range(256)]
    )
    left, top = round(centre[0] * canvas.width) - reach, round(centre[1] * canvas.height) - reach
    canvas.paste(colour, (left, top, left + 2 * reach, top + 2 * reach), fade.resize((2 * reach, 2 * reach)))


def veil(canvas: Image.Image, colour: Colour, mask: Image.Image) -> None:
    """Lay `colour` over the canvas where `mask` is light; a smaller mask is stretched, which makes it soft."""
    if mask.size != canvas.size:
        mask = mask.resize(canvas.size, Image.Resampling.BICUBIC)
    if bounds := mask.getbbox():
        canvas.paste(colour, bounds, mask.crop(bounds))
