"""What hangs in the sky: stars, sun or moon, clouds and planets. Imports nothing of nanobot beside this package."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from nanobot.sandbox.nanogpt.canvas import Colour, Point, Stencil, dim, glow, mix, veil
from nanobot.sandbox.nanogpt.palette import Palette
from nanobot.sandbox.nanogpt.wording import Mood

_MOON_SHADE: Colour = (206, 204, 190)
_EMBER: Colour = (255, 158, 84)
_WHITE: Colour = (255, 255, 255)


def scatter_stars(canvas: Image.Image, chance: Random, depth: float, brightness: float = 1.0) -> None:
    """Set stars into the upper `depth` of the canvas, fewer towards its lower edge."""
    stars = Stencil(canvas.size)
    for _ in range(150):
        height = chance.random() ** 1.4 * depth
        level = round(chance.uniform(90, 255) * (1 - height / depth * 0.7) * brightness)
        stars.disc((chance.random(), height), chance.choice((0.0009, 0.0012, 0.0018, 0.0026)), level)
    veil(canvas, _WHITE, stars.finish())


def hang_lamp(canvas: Image.Image, centre: Point, palette: Palette) -> None:
    """Hang the sun or the moon with its glow."""
    if palette.hour is Mood.NIGHT:
        glow(canvas, centre, 0.34, palette.lamp, 0.42)
        moon = Stencil(canvas.size)
        moon.disc(centre, 0.062)
        veil(canvas, palette.lamp, moon.finish())
        craters = Stencil(canvas.size)
        for across, down, radius in ((-0.018, -0.016, 0.015), (0.022, 0.006, 0.011), (-0.008, 0.026, 0.009)):
            craters.disc((centre[0] + across, centre[1] + down), radius, 150)
        veil(canvas, _MOON_SHADE, craters.finish())
        return
    low = palette.hour is not Mood.DAY
    glow(canvas, centre, 0.9 if low else 0.5, _EMBER if low else palette.lamp, 0.8 if low else 0.42)
    sun = Stencil(canvas.size)
    sun.disc(centre, 0.085 if low else 0.058)
    veil(canvas, mix(palette.lamp, _WHITE, 0.35), sun.finish())


def drift_clouds(canvas: Image.Image, palette: Palette, chance: Random, count: int) -> None:
    small = (max(8, canvas.width // 8), max(8, canvas.height // 8))
    mask = Stencil(small)
    for _ in range(count):
        x, y, width = chance.uniform(-0.1, 1.1), chance.uniform(0.08, 0.36), chance.uniform(0.1, 0.2)
        for puff in range(6):
            centre = (x + (puff - 2.5) * width / 4, y - chance.uniform(0, 0.02))
            mask.ellipse(centre, (width * chance.uniform(0.2, 0.36), chance.uniform(0.008, 0.026)), 150)
    veil(canvas, mix(dim(_WHITE, palette.light), palette.horizon, 0.25), mask.finish())


def hang_planet(canvas: Image.Image, centre: Point, radius: float, chance: Random, *, ringed: bool) -> None:
    tones: tuple[Colour, ...] = ((226, 140, 90), (110, 170, 220), (214, 190, 140), (180, 120, 200))
    colour = chance.choice(tones)
    if ringed:
        _half_ring(canvas, centre, radius, colour, behind=True)
    globe = Stencil(canvas.size)
    globe.disc(centre, radius)
    ball = Image.new("RGB", canvas.size, mix(colour, (10, 6, 30), 0.8))
    lit_from = (centre[0] - radius * 0.35, centre[1] - radius * 0.35)
    glow(ball, lit_from, radius * 2.2, mix(colour, _WHITE, 0.2), 1.0)
    canvas.paste(ball, (0, 0), globe.finish())
    if ringed:
        _half_ring(canvas, centre, radius, colour, behind=False)


def _half_ring(canvas: Image.Image, centre: Point, radius: float, colour: Colour, *, behind: bool) -> None:
    reach = radius * min(canvas.size)
    across, down = reach / canvas.width, reach / canvas.height
    for wide, level in ((1.9, 200), (1.68, 120), (1.52, 170)):
        ring = Stencil(canvas.size)
        arc = [(math.pi * step / 40 + (math.pi if behind else 0.0)) for step in range(41)]
        tilt = -0.16
        points = [
            (
                centre[0] + across * wide * math.cos(turn),
                centre[1] + down * wide * (0.26 * math.sin(turn) + tilt * math.cos(turn)),
            )
            for turn in arc
        ]
        ring.line(points, 0.007, level)
        veil(canvas, mix(colour, _WHITE, 0.5), ring.finish())
