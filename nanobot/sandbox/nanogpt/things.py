"""Boats, houses, balloons and other made things. Imports nothing of nanobot beside this package."""

from __future__ import annotations

from collections.abc import Callable

from nanobot.sandbox.nanogpt.canvas import Colour, mix
from nanobot.sandbox.nanogpt.figure import Figure

_DARK: Colour = (40, 40, 50)
_WHITE: Colour = (248, 246, 240)
_LAMP: Colour = (255, 222, 130)
_STONE: Colour = (150, 146, 150)
_WOOD: Colour = (120, 76, 48)


def _boat(figure: Figure, colour: Colour) -> None:
    figure.line([(0.5, 0.08), (0.5, 0.82)], _WOOD, 0.018)
    figure.polygon([(0.52, 0.1), (0.52, 0.72), (0.86, 0.72)], _WHITE)
    figure.polygon([(0.48, 0.2), (0.48, 0.72), (0.2, 0.72)], mix(_WHITE, colour, 0.25))
    figure.polygon([(0.12, 0.78), (0.9, 0.78), (0.78, 0.95), (0.24, 0.95)], colour)
    figure.polygon([(0.12, 0.78), (0.9, 0.78), (0.88, 0.81), (0.14, 0.81)], _WHITE)


def _house(figure: Figure, colour: Colour) -> None:
    figure.box(0.66, 0.2, 0.75, 0.46, mix(_STONE, _DARK, 0.3))
    figure.box(0.2, 0.48, 0.8, 0.98, _WHITE)
    figure.polygon([(0.5, 0.18), (0.1, 0.52), (0.9, 0.52)], colour)
    figure.box(0.44, 0.68, 0.58, 0.98, _WOOD, round_by=0.01)
    for left in (0.26, 0.63):
        figure.box(left, 0.6, left + 0.12, 0.74, _LAMP)
        figure.line([(left + 0.06, 0.6), (left + 0.06, 0.74)], _WOOD, 0.01)
        figure.line([(left, 0.67), (left + 0.12, 0.67)], _WOOD, 0.01)


def _lighthouse(figure: Figure, colour: Colour) -> None:
    figure.ellipse((0.5, 0.98), (0.36, 0.12), mix(_STONE, _DARK, 0.4))
    for band in range(5):
        top, bottom = 0.28 + band * 0.13, 0.41 + band * 0.13
        wide, wider = 0.08 + band * 0.014, 0.094 + band * 0.014
        stripe = colour if band % 2 == 0 else _WHITE
        figure.polygon(
            [(0.5 - wide, top), (0.5 + wide, top), (0.5 + wider, bottom), (0.5 - wider, bottom)], stripe
        )
    figure.box(0.38, 0.26, 0.62, 0.285, _DARK)
    figure.box(0.43, 0.15, 0.57, 0.26, _LAMP)
    figure.polygon([(0.5, 0.05), (0.4, 0.15), (0.6, 0.15)], colour)


def _castle(figure: Figure, colour: Colour) -> None:
    shade = mix(_STONE, _DARK, 0.22)
    for left, right, top in ((0.38, 0.62, 0.26), (0.08, 0.24, 0.4), (0.76, 0.92, 0.4)):
        figure.box(left, top, right, 0.98, shade if left > 0.3 and left < 0.5 else _STONE)
        middle = (left + right) / 2
        figure.polygon([(middle, top - 0.2), (left - 0.03, top + 0.01), (right + 0.03, top + 0.01)], colour)
        figure.box(middle - 0.02, top + 0.08, middle + 0.02, top + 0.17, _LAMP, round_by=0.02)
    figure.box(0.2, 0.6, 0.8, 0.98, mix(_STONE, _WHITE, 0.15))
    for step in range(7):
        left = 0.2 + step * 0.09
        figure.box(left, 0.55, left + 0.055, 0.61, mix(_STONE, _WHITE, 0.15))
    figure.ellipse((0.5, 0.8), (0.08, 0.08), _WOOD)
    figure.box(0.42, 0.8, 0.58, 0.98, _WOOD)


def _balloon(figure: Figure, colour: Colour) -> None:
    figure.leaf((0.5, 0.9), (0.5, -0.05), 0.4, colour)
    figure.ellipse((0.5, 0.36), (0.36, 0.34), colour)
    figure.ellipse((0.5, 0.36), (0.23, 0.34), mix(colour, _WHITE, 0.75))
    figure.ellipse((0.5, 0.36), (0.1, 0.34), colour)
    figure.line([(0.42, 0.72), (0.45, 0.86)], _WOOD, 0.008)
    figure.line([(0.58, 0.72), (0.55, 0.86)], _WOOD, 0.008)
    figure.box(0.43, 0.86, 0.57, 0.97, _WOOD, round_by=0.02)


def _rocket(figure: Figure, colour: Colour) -> None:
    figure.leaf((0.5, 0.72), (0.5, 1.02), 0.3, (255, 150, 50))
    figure.leaf((0.5, 0.74), (0.5, 0.94), 0.24, (255, 232, 130))
    figure.pair_of_polygons([(0.38, 0.55), (0.22, 0.82), (0.4, 0.76)], colour)
    figure.ellipse((0.5, 0.46), (0.15, 0.36), _WHITE)
    figure.polygon([(0.5, 0.06), (0.41, 0.2), (0.59, 0.2)], colour)
    figure.box(0.4, 0.72, 0.6, 0.79, _DARK, round_by=0.02)
    figure.ellipse((0.5, 0.38), (0.075, 0.075), colour)
    figure.ellipse((0.5, 0.38), (0.052, 0.052), (150, 210, 240))


def _robot(figure: Figure, colour: Colour) -> None:
    figure.line([(0.5, 0.05), (0.5, 0.16)], _DARK, 0.014)
    figure.ellipse((0.5, 0.05), (0.032, 0.032), _LAMP)
    figure.box(0.28, 0.15, 0.72, 0.47, colour, round_by=0.06)
    figure.box(0.33, 0.22, 0.67, 0.39, _DARK, round_by=0.05)
    figure.pair_of_ellipses((0.42, 0.305), (0.042, 0.042), (120, 236, 240))
    figure.box(0.32, 0.51, 0.68, 0.83, mix(colour, _DARK, 0.15), round_by=0.05)
    figure.ellipse((0.5, 0.63), (0.055, 0.055), (240, 90, 90))
    for left in (0.2, 0.71):
        figure.box(left, 0.53, left + 0.09, 0.78, mix(colour, _DARK, 0.3), round_by=0.04)
    for left in (0.36, 0.53):
        figure.box(left, 0.83, left + 0.11, 0.98, mix(colour, _DARK, 0.4), round_by=0.02)


_THINGS: dict[str, tuple[Callable[[Figure, Colour], None], Colour]] = {
    "boat": (_boat, (176, 52, 46)),
    "house": (_house, (176, 70, 56)),
    "lighthouse": (_lighthouse, (204, 56, 50)),
    "castle": (_castle, (74, 88, 150)),
    "balloon": (_balloon, (222, 74, 66)),
    "rocket": (_rocket, (214, 60, 60)),
    "robot": (_robot, (134, 168, 190)),
}
AFLOAT = frozenset({"boat"})
ALOFT = frozenset({"balloon", "rocket"})


def draw_thing(figure: Figure, name: str, colour: Colour | None) -> None:
    """Draw the thing called `name`, in `colour` if given.

    Raises:
        KeyError: there is no drawing of that name, though `wording` knows the word.
    """
    draw, own_colour = _THINGS[name]
    draw(figure, own_colour if colour is None else colour)
