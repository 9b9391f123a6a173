"""The colours of an hour, a season and a place. Imports nothing of nanobot beside this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from nanobot.sandbox.nanogpt.canvas import Colour, dim, mix
from nanobot.sandbox.nanogpt.wording import Mood, Scene, Wish

_TINT_SHARE = 0.42
_HOURS = (Mood.NIGHT, Mood.SUNSET, Mood.DAWN, Mood.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """`sky` runs from the zenith to the horizon; `light` is what falls on things, white at noon."""

    hour: Mood
    sky: tuple[Colour, Colour, Colour]
    light: Colour
    lamp: Colour
    """The colour of the sun or the moon."""
    near: Colour
    """The land at the viewer's feet; further layers fade towards the horizon's colour."""

    @property
    def horizon(self) -> Colour:
        return self.sky[2]

    def layer(self, depth: float) -> Colour:
        """Return the colour of land at `depth`, 0 at the horizon and 1 at the viewer's feet."""
        return mix(mix(self.near, self.horizon, 0.72), self.near, depth)


_SKIES: Mapping[Mood, tuple[tuple[Colour, Colour, Colour], Colour, Colour]] = {
    Mood.DAY: (((66, 140, 214), (132, 190, 236), (222, 238, 244)), (255, 255, 255), (255, 246, 214)),
    Mood.DAWN: (((104, 128, 190), (214, 164, 186), (255, 222, 188)), (255, 232, 222), (255, 238, 200)),
    Mood.SUNSET: (((62, 44, 104), (206, 88, 92), (255, 190, 108)), (255, 206, 176), (255, 226, 150)),
    Mood.NIGHT: (((8, 12, 36), (22, 32, 78), (66, 82, 136)), (96, 110, 160), (246, 244, 226)),
}
_LAND: Mapping[Scene, Colour] = {
    Scene.MOUNTAINS: (46, 66, 84),
    Scene.MEADOW: (74, 128, 58),
    Scene.FOREST: (22, 62, 52),
    Scene.SEA: (20, 92, 122),
    Scene.DESERT: (206, 134, 70),
    Scene.CITY: (38, 44, 72),
    Scene.SPACE: (72, 56, 110),
}
_SNOW: Colour = (232, 240, 248)
_AUTUMN: Colour = (176, 84, 30)
_SPACE_SKY: tuple[Colour, Colour, Colour] = ((8, 6, 26), (26, 16, 58), (64, 30, 92))
_STORM: Colour = (112, 122, 134)


def hour_of(wish: Wish, chance: Random) -> Mood:
    """Return the hour that the words name, the darkest of several, or one by chance."""
    named = [hour for hour in _HOURS if hour in wish.moods]
    return named[0] if named else chance.choice((Mood.DAY, Mood.DAY, Mood.DAWN, Mood.SUNSET))


def choose_palette(wish: Wish, scene: Scene, chance: Random) -> Palette:
    hour = Mood.NIGHT if scene is Scene.SPACE else hour_of(wish, chance)
    sky, light, lamp = _SKIES[hour]
    drift: Colour = (chance.randint(90, 200), chance.randint(90, 190), chance.randint(120, 230))
    palette = Palette(
        hour=hour,
        sky=(mix(sky[0], drift, 0.12), mix(sky[1], drift, 0.10), mix(sky[2], drift, 0.05)),
        light=light,
        lamp=lamp,
        near=dim(_land(wish, scene), light),
    )
    if scene is Scene.SPACE:
        palette = replace(palette, sky=_SPACE_SKY)
    return _weathered(_tinted(palette, wish), wish)


def _land(wish: Wish, scene: Scene) -> Colour:
    land = _LAND[scene]
    if Mood.AUTUMN in wish.moods and scene in {Scene.FOREST, Scene.MEADOW, Scene.MOUNTAINS}:
        return mix(land, _AUTUMN, 0.75)
    if Mood.SNOW in wish.moods and scene in {Scene.MEADOW, Scene.MOUNTAINS, Scene.DESERT}:
        return mix(land, _SNOW, 0.72)
    if Mood.SNOW in wish.moods:
        return mix(land, _SNOW, 0.3)
    return land


def _tinted(palette: Palette, wish: Wish) -> Palette:
    if wish.tint is None:
        return palette
    tint = dim(wish.tint, palette.light)
    top, middle, horizon = (mix(colour, tint, _TINT_SHARE) for colour in palette.sky)
    return replace(palette, sky=(top, middle, horizon), near=mix(palette.near, tint, _TINT_SHARE))


def _weathered(palette: Palette, wish: Wish) -> Palette:
    overcast = 0.55 if Mood.RAIN in wish.moods else 0.3 if wish.moods & {Mood.SNOW, Mood.FOG} else 0.0
    cloud = dim(_STORM if Mood.RAIN in wish.moods else _SNOW, palette.light)
    top, middle, horizon = (mix(colour, cloud, overcast) for colour in palette.sky)
    return replace(palette, sky=(top, middle, horizon))
