"""A transparent square to draw one animal or thing on, then set into a picture. Imports nothing of nanobot beside this package."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PIL import Image, ImageDraw

from nanobot.sandbox.nanogpt.canvas import Colour, Point

_OVERSAMPLING = 2


class Figure:
    """Coordinates are fractions of the square; every `pair_of_…` draws its mirror image, too."""

    def __init__(self, side: int) -> None:
        self._side = side * _OVERSAMPLING
        self._image = Image.new("RGBA", (self._side, self._side))
        self._draw = ImageDraw.Draw(self._image)

    def ellipse(self, centre: Point, reach: Point, colour: Colour) -> None:
        (x, y), (across, down) = centre, reach
        box = [side * self._side for side in (x - across, y - down, x + across, y + down)]
        self._draw.ellipse(box, fill=colour)

    def pair_of_ellipses(self, centre: Point, reach: Point, colour: Colour) -> None:
        self.ellipse(centre, reach, colour)
        self.ellipse((1 - centre[0], centre[1]), reach, colour)

    def polygon(self, points: Iterable[Point], colour: Colour) -> None:
        self._draw.polygon([(x * self._side, y * self._side) for x, y in points], fill=colour)

    def pair_of_polygons(self, points: Iterable[Point], colour: Colour) -> None:
        corners = list(points)
        self.polygon(corners, colour)
        self.polygon([(1 - x, y) for x, y in corners], colour)

    def leaf(self, root: Point, tip: Point, width: float, colour: Colour) -> None:
        """Draw a shape that swells by `width` on its way from `root` to `tip`, as tails and ears do."""
        along = (tip[0] - root[0], tip[1] - root[1])
        aside = (-along[1] * width, along[0] * width)
        there, back = [], []
        for step in range(25):
            share = step / 24
            bulge = math.sin(share**0.8 * math.pi)
            x, y = root[0] + along[0] * share, root[1] + along[1] * share
            there.append((x + aside[0] * bulge, y + aside[1] * bulge))
            back.append((x - aside[0] * bulge, y - aside[1] * bulge))
        self.polygon([*there, *reversed(back)], colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, *, round_by: float = 0.0
    ) -> None:
        corners = [side * self._side for side in (left, top, right, bottom)]
        self._draw.rounded_rectangle(corners, radius=round_by * self._side, fill=colour)

    def line(self, points: Iterable[Point], colour: Colour, thickness: float) -> None:
        width = max(1, round(thickness * self._side))
        self._draw.line([(x * self._side, y * self._side) for x, y in points], fill=colour, width=width)

    def finish(self) -> Image.Image:
        return self._image.reduce(_OVERSAMPLING)
