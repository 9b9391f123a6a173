"""Animals, sitting and looking at the viewer; a table of looks over one body. Imports nothing of nanobot beside this package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nanobot.sandbox.nanogpt.canvas import Colour, mix
from nanobot.sandbox.nanogpt.figure import Figure

_DARK: Colour = (38, 32, 36)
_WHITE: Colour = (250, 248, 244)
_CREAM: Colour = (250, 236, 216)
_ROSE: Colour = (226, 140, 146)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    coat: Colour
    belly: Colour
    ears: Callable[[Figure, Colour, Colour], None]
    inner_ear: Colour = _ROSE
    marks: Callable[[Figure, Colour, Colour], None] | None = None
    tail: bool = True
    mane: Colour | None = None


def _pointed_ears(figure: Figure, coat: Colour, inner: Colour) -> None:
    figure.pair_of_polygons([(0.27, 0.02), (0.245, 0.27), (0.43, 0.16)], coat)
    figure.pair_of_polygons([(0.29, 0.08), (0.28, 0.22), (0.375, 0.165)], inner)


def _round_ears(figure: Figure, coat: Colour, inner: Colour) -> None:
    figure.pair_of_ellipses((0.3, 0.15), (0.085, 0.085), coat)
    figure.pair_of_ellipses((0.3, 0.155), (0.05, 0.05), inner)


def _long_ears(figure: Figure, coat: Colour, inner: Colour) -> None:
    for direction in (-1, 1):
        figure.leaf((0.5 + direction * 0.1, 0.26), (0.5 + direction * 0.27, 0.0), 0.2, coat)
        figure.leaf((0.5 + direction * 0.12, 0.22), (0.5 + direction * 0.25, 0.03), 0.12, inner)


def _hanging_ears(figure: Figure, coat: Colour, _inner: Colour) -> None:
    for direction in (-1, 1):
        figure.leaf(
            (0.5 + direction * 0.14, 0.13), (0.5 + direction * 0.31, 0.46), 0.24, mix(coat, _DARK, 0.35)
        )


def _fox_marks(figure: Figure, coat: Colour, belly: Colour) -> None:
    figure.pair_of_polygons([(0.2, 0.42), (0.44, 0.4), (0.5, 0.58), (0.4, 0.55)], belly)
    figure.polygon([(0.42, 0.33), (0.58, 0.33), (0.54, 0.5), (0.46, 0.5)], coat)
    figure.pair_of_polygons([(0.27, 0.02), (0.262, 0.1), (0.325, 0.068)], _DARK)


def _cat_marks(figure: Figure, coat: Colour, belly: Colour) -> None:
    _muzzle(figure, coat, belly)
    stripe = mix(coat, _DARK, 0.4)
    for x in (0.44, 0.5, 0.56):
        figure.line([(x, 0.15), (x, 0.23)], stripe, 0.014)
    for rise in (-0.02, 0.02):
        figure.line([(0.4, 0.49), (0.2, 0.49 + rise)], _WHITE, 0.005)
        figure.line([(0.6, 0.49), (0.8, 0.49 + rise)], _WHITE, 0.005)


def _tiger_marks(figure: Figure, coat: Colour, belly: Colour) -> None:
    _cat_marks(figure, coat, belly)
    for y in (0.36, 0.43):
        figure.pair_of_polygons([(0.24, y - 0.02), (0.34, y), (0.24, y + 0.02)], _DARK)
    for y in (0.66, 0.76, 0.86):
        figure.pair_of_polygons([(0.28, y - 0.018), (0.4, y), (0.28, y + 0.018)], _DARK)


def _muzzle(figure: Figure, _coat: Colour, belly: Colour) -> None:
    figure.ellipse((0.5, 0.48), (0.12, 0.085), belly)


def _panda_marks(figure: Figure, coat: Colour, belly: Colour) -> None:
    figure.pair_of_ellipses((0.395, 0.365), (0.06, 0.07), _DARK)
    _muzzle(figure, coat, belly)


def _owl_marks(figure: Figure, _coat: Colour, belly: Colour) -> None:
    figure.pair_of_ellipses((0.395, 0.35), (0.115, 0.115), belly)
    figure.pair_of_ellipses((0.395, 0.35), (0.07, 0.07), (244, 196, 70))


def _pig_marks(figure: Figure, coat: Colour, _belly: Colour) -> None:
    figure.ellipse((0.5, 0.47), (0.1, 0.068), mix(coat, (200, 70, 100), 0.35))
    figure.pair_of_ellipses((0.47, 0.47), (0.014, 0.022), mix(coat, _DARK, 0.6))


def _koala_marks(figure: Figure, _coat: Colour, _belly: Colour) -> None:
    figure.ellipse((0.5, 0.44), (0.055, 0.085), _DARK)


_LOOKS = {
    "fox": _Look(coat=(226, 104, 40), belly=_WHITE, ears=_pointed_ears, inner_ear=_CREAM, marks=_fox_marks),
    "cat": _Look(coat=(150, 140, 142), belly=_CREAM, ears=_pointed_ears, marks=_cat_marks),
    "dog": _Look(coat=(196, 140, 84), belly=_CREAM, ears=_hanging_ears, marks=_muzzle),
    "bear": _Look(coat=(122, 80, 52), belly=(206, 168, 126), ears=_round_ears, marks=_muzzle, tail=False),
    "panda": _Look(
        coat=_WHITE, belly=(236, 232, 228), ears=_round_ears, inner_ear=_DARK, marks=_panda_marks, tail=False
    ),
    "rabbit": _Look(coat=(214, 196, 178), belly=_WHITE, ears=_long_ears, marks=_muzzle, tail=False),
    "wolf": _Look(
        coat=(112, 122, 138), belly=(230, 234, 238), ears=_pointed_ears, inner_ear=_DARK, marks=_fox_marks
    ),
    "lion": _Look(coat=(226, 172, 88), belly=_CREAM, ears=_round_ears, marks=_muzzle, mane=(160, 86, 36)),
    "tiger": _Look(coat=(236, 140, 48), belly=_WHITE, ears=_round_ears, marks=_tiger_marks),
    "owl": _Look(
        coat=(134, 96, 66),
        belly=(228, 206, 172),
        ears=_pointed_ears,
        inner_ear=_CREAM,
        marks=_owl_marks,
        tail=False,
    ),
    "mouse": _Look(coat=(168, 164, 170), belly=_CREAM, ears=_round_ears, marks=_muzzle, tail=False),
    "pig": _Look(
        coat=(246, 176, 184), belly=(252, 208, 212), ears=_pointed_ears, marks=_pig_marks, tail=False
    ),
    "koala": _Look(
        coat=(150, 156, 166),
        belly=(226, 226, 226),
        ears=_round_ears,
        inner_ear=_WHITE,
        marks=_koala_marks,
        tail=False,
    ),
}


def draw_animal(figure: Figure, name: str, colour: Colour | None) -> bool:
    """Draw the animal called `name`, its coat in `colour` if given; return whether there is one of that name."""
    if name not in _LOOKS:
        return False
    look = _LOOKS[name]
    coat = look.coat if colour is None else mix(colour, look.coat, 0.2)
    if look.tail:
        figure.leaf((0.62, 0.95), (0.96, 0.56), 0.26, mix(coat, _DARK, 0.12))
        figure.leaf((0.85, 0.7), (0.96, 0.56), 0.38, look.belly)
    _draw_body(figure, coat, look.belly)
    if look.mane is not None:
        figure.ellipse((0.5, 0.36), (0.35, 0.34), look.mane)
    ear = _DARK if name == "panda" else coat
    look.ears(figure, ear, look.inner_ear)
    figure.ellipse((0.5, 0.36), (0.27, 0.225), coat)
    if look.marks is not None:
        look.marks(figure, coat, look.belly)
    _draw_face(figure, name)
    return True


def _draw_body(figure: Figure, coat: Colour, belly: Colour) -> None:
    figure.ellipse((0.5, 0.77), (0.235, 0.24), coat)
    figure.pair_of_ellipses((0.32, 0.88), (0.11, 0.1), mix(coat, _DARK, 0.1))
    figure.ellipse((0.5, 0.74), (0.13, 0.18), belly)
    figure.box(0.39, 0.74, 0.475, 0.985, coat, round_by=0.04)
    figure.box(0.525, 0.74, 0.61, 0.985, coat, round_by=0.04)
    figure.pair_of_ellipses((0.428, 0.968), (0.055, 0.026), mix(coat, belly, 0.6))


def _draw_face(figure: Figure, name: str) -> None:
    figure.pair_of_ellipses((0.395, 0.36), (0.034, 0.042), _DARK)
    figure.ellipse((0.384, 0.345), (0.012, 0.013), _WHITE)
    figure.ellipse((0.594, 0.345), (0.012, 0.013), _WHITE)
    if name == "owl":
        figure.polygon([(0.465, 0.39), (0.535, 0.39), (0.5, 0.48)], (238, 156, 52))
        return
    if name in {"pig", "koala"}:
        return
    drop = 0.07 if name in {"fox", "wolf"} else 0.0
    figure.ellipse((0.5, 0.455 + drop), (0.036, 0.026), _DARK)
    figure.line([(0.5, 0.48 + drop), (0.5, 0.505 + drop)], _DARK, 0.008)
    if drop == 0.0:
        figure.line([(0.455, 0.52), (0.5, 0.505), (0.545, 0.52)], _DARK, 0.008)
