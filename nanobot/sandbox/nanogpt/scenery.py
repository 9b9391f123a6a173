"""Landscapes: a sky, then layers of land that grow darker towards the viewer. Imports nothing of nanobot beside this package."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops

from nanobot.sandbox.nanogpt.canvas import Colour, Point, Size, Stencil, column, dim, glow, mix, veil
from nanobot.sandbox.nanogpt.palette import Palette
from nanobot.sandbox.nanogpt.sky import drift_clouds, hang_lamp, hang_planet, scatter_stars
from nanobot.sandbox.nanogpt.wording import Mood, Scene

_STEPS = 160
_WHITE: Colour = (255, 255, 255)
_SAND: Colour = (232, 206, 156)
_WINDOW: Colour = (255, 214, 120)


def paint_scene(
    size: Size, scene: Scene, palette: Palette, moods: frozenset[Mood], chance: Random
) -> Image.Image:
    """Return a landscape of `size`; subjects are set into its foreground afterwards."""
    canvas = column(size, palette.sky)
    lamp_at = (chance.uniform(0.18, 0.82), chance.uniform(0.14, 0.34))
    if palette.hour in {Mood.SUNSET, Mood.DAWN}:
        lamp_at = (lamp_at[0], chance.uniform(0.38, 0.5))
    if palette.hour is Mood.NIGHT:
        scatter_stars(canvas, chance, 0.75)
    if scene is not Scene.SPACE:
        if not moods & {Mood.RAIN, Mood.FOG}:
            hang_lamp(canvas, lamp_at, palette)
        drift_clouds(canvas, palette, chance, 9 if Mood.RAIN in moods else 4)
    _LANDS[scene](canvas, palette, moods, chance, lamp_at)
    return canvas


def _ridge(chance: Random, base: float, height: float, roughness: float) -> list[Point]:
    """Return a line across the canvas around `base`: waves for low `roughness`, crags for high."""
    waves = [
        (chance.uniform(0.7, 1.3) * pitch, chance.uniform(0, math.tau), height / pitch**0.75)
        for pitch in (1.0, 2.2, 4.6)
    ]
    crags = [chance.uniform(-1, 1) for _ in range(_STEPS + 1)]
    for _ in range(2):
        crags = [(crags[i - 1] + crags[i] * 2 + crags[(i + 1) % len(crags)]) / 4 for i in range(len(crags))]
    line = []
    for step in range(_STEPS + 1):
        x = step / _STEPS
        swell = sum(reach * math.sin(pitch * x * math.tau + phase) for pitch, phase, reach in waves)
        peaks = -abs(swell) * 1.2 if roughness > 0.5 else swell * 0.6
        line.append((x, base + peaks + crags[step] * height * roughness * 0.35))
    return line


def _fill_below(canvas: Image.Image, line: list[Point], top: Colour, bottom: Colour, mask: Stencil) -> None:
    """Fill the canvas below `line`, and what `mask` holds already, with a gradient."""
    mask.polygon([*line, (1.0, 1.01), (0.0, 1.01)])
    shape = mask.finish()
    if bounds := shape.getbbox():
        left, upper, right, lower = bounds
        canvas.paste(column((right - left, lower - upper), (top, bottom)), (left, upper), shape.crop(bounds))


def _hills(
    canvas: Image.Image,
    palette: Palette,
    chance: Random,
    *,
    bases: tuple[float, ...],
    height: float,
    roughness: float,
) -> list[Point]:
    """Paint one layer of land per base, far to near, and return the nearest ridge."""
    line: list[Point] = []
    for number, base in enumerate(bases):
        line = _ridge(chance, base, height * (1 - 0.35 * number / len(bases)), roughness)
        colour = palette.layer(number / max(1, len(bases) - 1))
        _fill_below(canvas, line, colour, mix(colour, palette.horizon, 0.18), Stencil(canvas.size))
    return line


def _mountains(
    canvas: Image.Image, palette: Palette, moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    snow_share = 0.75 if Mood.SNOW in moods else 0.34
    for depth, base, height in ((0.1, 0.62, 0.34), (0.42, 0.72, 0.26)):
        peaks = [
            (place + chance.uniform(-0.07, 0.07), height * chance.uniform(0.5, 1.0))
            for place in (0.04, 0.28, 0.52, 0.76, 0.98)
        ]
        crags = _ridge(chance, 0.0, 0.03, 1.0)
        line = [(x, base + rough - _height_at(x, peaks)) for x, rough in crags]
        colour = palette.layer(depth)
        _fill_below(canvas, line, colour, mix(colour, palette.horizon, 0.5), Stencil(canvas.size))
        _snow_caps(canvas, palette, chance, line, base - height * (1 - snow_share))
        shade = Stencil(canvas.size)
        for x, height_here in peaks:
            tip = (x, base - height_here * 0.97)
            foot = (x + chance.uniform(-0.02, 0.03), base + 0.04)
            shade.polygon(
                [
                    tip,
                    (x + chance.uniform(0.02, 0.03), base - height_here * 0.5),
                    foot,
                    (x + height_here * 0.8, foot[1]),
                ],
                84,
            )
        # Fades towards the foot, where the next range begins.
        levels = [round(255 * min(1.0, max(0.0, (base + 0.02 - row / 40) / 0.16))) for row in range(40)]
        fade = column(canvas.size, [(level, level, level) for level in levels]).convert("L")
        veil(canvas, mix(palette.near, (10, 10, 40), 0.5), ImageChops.multiply(shade.finish(), fade))
    _pines(canvas, palette, chance, bases=(0.82, 0.91), tallest=0.085)


def _height_at(x: float, peaks: list[tuple[float, float]]) -> float:
    return max(tall - abs(x - place) * 1.25 for place, tall in peaks)


def _snow_caps(
    canvas: Image.Image, palette: Palette, chance: Random, line: list[Point], snow_line: float
) -> None:
    caps = Stencil(canvas.size)
    edge = [
        (x, max(y, snow_line + (0.022 if step % 6 < 3 else -0.012) + chance.uniform(-0.012, 0.012)))
        for step, (x, y) in enumerate(line)
    ]
    caps.polygon([*line, *reversed(edge)], 235)
    veil(canvas, dim((246, 249, 255), palette.light), caps.finish())


def _pines(
    canvas: Image.Image, palette: Palette, chance: Random, *, bases: tuple[float, ...], tallest: float
) -> None:
    """Paint rows of conifers, far to near, each row rooted in its own ridge."""
    for number, base in enumerate(bases):
        depth = (number + 1) / len(bases)
        line = _ridge(chance, base, 0.035, 0.2)
        trees = Stencil(canvas.size)
        squeeze = canvas.height / canvas.width
        x = -0.02
        while x < 1.02:
            root = line[min(_STEPS, max(0, round(x * _STEPS)))][1] + 0.012
            tall = tallest * (0.55 + 0.45 * depth) * chance.uniform(0.6, 1.15)
            for tier in range(3):
                wide = tall * (0.2 + 0.09 * tier) * squeeze
                tip = root - tall * (1 - 0.27 * tier)
                trees.polygon([(x, tip), (x - wide, tip + tall * 0.42), (x + wide, tip + tall * 0.42)])
            x += tall * squeeze * chance.uniform(0.3, 0.75)
        colour = palette.layer(depth)
        _fill_below(canvas, line, colour, mix(colour, palette.horizon, 0.25 * (1 - depth)), trees)


def _forest(
    canvas: Image.Image, palette: Palette, moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    _hills(canvas, palette, chance, bases=(0.5,), height=0.09, roughness=0.7)
    _pines(canvas, palette, chance, bases=(0.6, 0.7, 0.82), tallest=0.26)
    _ground(canvas, palette, chance, snowy=Mood.SNOW in moods)


def _ground(canvas: Image.Image, palette: Palette, chance: Random, *, snowy: bool) -> None:
    line = _ridge(chance, 0.88, 0.02, 0.1)
    cover = dim((236, 242, 250) if snowy else (120, 150, 70), palette.light)
    colour = mix(palette.near, cover, 0.9 if snowy else 0.3)
    _fill_below(canvas, line, colour, mix(colour, palette.near, 0.3), Stencil(canvas.size))


def _meadow(
    canvas: Image.Image, palette: Palette, moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    _hills(canvas, palette, chance, bases=(0.56, 0.64, 0.73, 0.83), height=0.07, roughness=0.05)
    if moods & {Mood.SNOW}:
        return
    colours: tuple[Colour, ...] = ((250, 240, 240), (248, 210, 84), (232, 110, 130), (170, 120, 210))
    for colour in colours:
        petals = Stencil(canvas.size)
        for _ in range(70):
            y = 1 - chance.random() ** 1.6 * 0.16
            petals.disc((chance.random(), y), 0.0018 + (y - 0.84) * 0.026)
        veil(canvas, dim(colour, palette.light), petals.finish())


def _sea(canvas: Image.Image, palette: Palette, _moods: frozenset[Mood], chance: Random, lamp: Point) -> None:
    horizon = 0.58
    rock = mix(palette.near, palette.sky[0], 0.5)
    island = _ridge(chance, horizon + 0.015, 0.08, 0.9)
    _fill_below(canvas, island, rock, mix(rock, palette.horizon, 0.3), Stencil(canvas.size))
    top = round(horizon * canvas.height)
    deep = mix(palette.near, (4, 16, 40), 0.25)
    canvas.paste(
        column((canvas.width, canvas.height - top), (mix(palette.sky[1], palette.near, 0.35), deep)),
        (0, top),
    )
    _glitter(canvas, palette.lamp, chance, lamp[0], horizon)
    for colour, level in ((palette.horizon, 70), (deep, 80)):
        waves = Stencil(canvas.size)
        for _ in range(90):
            nearness = chance.random()
            x, y = chance.random(), horizon + 0.01 + nearness**1.3 * 0.42
            waves.ellipse((x, y), (0.012 + 0.06 * nearness, 0.0006 + 0.0028 * nearness), level)
        veil(canvas, colour, waves.finish())
    shore = _ridge(chance, 0.915, 0.02, 0.0)
    sand = dim(_SAND, palette.light)
    _fill_below(canvas, shore, mix(sand, _WHITE, 0.15), mix(sand, palette.near, 0.2), Stencil(canvas.size))


def _glitter(canvas: Image.Image, colour: Colour, chance: Random, x: float, horizon: float) -> None:
    path = Stencil(canvas.size)
    for _ in range(120):
        nearness = chance.random()
        spread = 0.02 + 0.1 * nearness
        centre = (x + chance.gauss(0, spread / 2), horizon + 0.004 + nearness * 0.36)
        path.ellipse(
            centre, (0.008 + 0.02 * nearness, 0.0009 + 0.0016 * nearness), round(210 * (1 - 0.6 * nearness))
        )
    veil(canvas, colour, path.finish())


def _desert(
    canvas: Image.Image, palette: Palette, _moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    bases = (0.6, 0.68, 0.77, 0.88)
    for number, base in enumerate(bases):
        line = _ridge(chance, base, 0.07, 0.0)
        colour = palette.layer(0.25 + 0.75 * number / len(bases))
        _fill_below(
            canvas,
            line,
            mix(colour, (255, 236, 190), 0.2),
            mix(colour, (90, 40, 30), 0.22),
            Stencil(canvas.size),
        )


def _city(
    canvas: Image.Image, palette: Palette, _moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    lit = palette.hour in {Mood.NIGHT, Mood.SUNSET}
    for depth, base, tallest in ((0.15, 0.9, 0.5), (0.5, 0.95, 0.42), (1.0, 1.0, 0.36)):
        houses, windows = Stencil(canvas.size), Stencil(canvas.size)
        x = -0.02
        while x < 1.02:
            wide, tall = chance.uniform(0.05, 0.11), tallest * chance.uniform(0.4, 1.0)
            houses.box(x, base - tall, x + wide, 1.0)
            if chance.random() < 0.3:
                houses.box(x + wide * 0.48, base - tall - 0.05, x + wide * 0.52, base - tall)
            _windows(windows, chance, (x, base - tall, wide), lit=lit)
            x += wide + chance.uniform(0.0, 0.012)
        veil(canvas, palette.layer(depth), houses.finish())
        colour = _WINDOW if lit else mix(palette.layer(depth), palette.sky[1], 0.5)
        veil(canvas, mix(palette.layer(depth), colour, 0.35 + 0.6 * depth), windows.finish())


def _windows(windows: Stencil, chance: Random, house: tuple[float, float, float], *, lit: bool) -> None:
    left, top, wide = house
    across = max(2, round(wide / 0.016))
    for row in range(1, 24):
        for place in range(across):
            if chance.random() < (0.42 if lit else 0.75):
                x, y = left + wide * (place + 0.5) / across, top + row * 0.024
                windows.box(x - 0.003, y - 0.006, x + 0.003, y + 0.006)


def _space(
    canvas: Image.Image, palette: Palette, _moods: frozenset[Mood], chance: Random, _lamp: Point
) -> None:
    clouds: tuple[Colour, ...] = ((200, 60, 150), (60, 110, 220), (250, 150, 90), palette.near)
    for colour in clouds:
        for _ in range(3):
            centre = (chance.uniform(0, 1), chance.uniform(0.1, 0.9))
            glow(canvas, centre, chance.uniform(0.25, 0.6), colour, chance.uniform(0.2, 0.4))
    scatter_stars(canvas, chance, 1.0)
    side = chance.choice((0.27, 0.73))
    hang_planet(canvas, (side, chance.uniform(0.2, 0.34)), chance.uniform(0.12, 0.16), chance, ringed=True)
    hang_planet(
        canvas, (1 - side, chance.uniform(0.5, 0.75)), chance.uniform(0.04, 0.07), chance, ringed=False
    )


_Land = Callable[[Image.Image, Palette, frozenset[Mood], Random, Point], None]
_LANDS: dict[Scene, _Land] = {
    Scene.MOUNTAINS: _mountains,
    Scene.MEADOW: _meadow,
    Scene.FOREST: _forest,
    Scene.SEA: _sea,
    Scene.DESERT: _desert,
    Scene.CITY: _city,
    Scene.SPACE: _space,
}
