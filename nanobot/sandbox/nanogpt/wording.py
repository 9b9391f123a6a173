"""What a prompt asks the painter for, read off its words. Imports nothing of nanobot.

Understands a few hundred English words; the rest of a prompt steers the painter only by its hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from nanobot.sandbox.nanogpt.canvas import Colour

_Meaning = TypeVar("_Meaning")


class Scene(StrEnum):
    MOUNTAINS = "mountains"
    MEADOW = "meadow"
    FOREST = "forest"
    SEA = "sea"
    DESERT = "desert"
    CITY = "city"
    SPACE = "space"


class Mood(StrEnum):
    """The hour and the weather; several may hold at once."""

    DAY = "day"
    NIGHT = "night"
    SUNSET = "sunset"
    DAWN = "dawn"
    SNOW = "snow"
    RAIN = "rain"
    FOG = "fog"
    AUTUMN = "autumn"


class Style(StrEnum):
    WATERCOLOUR = "watercolour"
    SKETCH = "sketch"
    PIXELS = "pixels"
    CARTOON = "cartoon"
    NEON = "neon"
    GREY = "grey"
    SEPIA = "sepia"


_SCENES: dict[Scene, str] = {
    Scene.SPACE: "space planet galaxy cosmos cosmic nebula alien mars saturn jupiter orbit astronaut universe",
    Scene.CITY: "city street skyline town tokyo york london paris building skyscraper cyberpunk neon urban bus taxi",
    Scene.SEA: "sea ocean beach wave coast harbour harbor island lake whale fish river "
    "pirate shark sail surf surfing underwater mermaid bay shore",
    Scene.DESERT: "desert dune sahara cactus pyramid camel oasis canyon",
    Scene.FOREST: "forest wood woods woodland tree pine jungle oak birch taiga",
    Scene.MOUNTAINS: "mountain alps peak alpine himalaya volcano cliff ski range glacier dragon",
    Scene.MEADOW: "meadow field flower garden grass hill spring farm picnic park lawn prairie village flowers",
}
_MOODS: dict[Mood, str] = {
    Mood.NIGHT: "night midnight moon moonlight moonlit starry stars dark darkness nighttime",
    Mood.SUNSET: "sunset dusk evening twilight golden",
    Mood.DAWN: "dawn sunrise morning",
    Mood.DAY: "day noon sunny daylight midday summer",
    Mood.SNOW: "snow snowy winter snowfall christmas blizzard ice icy frozen arctic",
    Mood.RAIN: "rain rainy storm stormy thunderstorm",
    Mood.FOG: "fog foggy mist misty haze hazy",
    Mood.AUTUMN: "autumn autumnal",
}
_STYLES: dict[Style, str] = {
    Style.WATERCOLOUR: "watercolor watercolour aquarelle painting painted oil impressionist gouache",
    Style.SKETCH: "sketch pencil drawing charcoal lineart ink",
    Style.PIXELS: "pixel pixelated 8bit retro voxel lego",
    Style.CARTOON: "cartoon anime ghibli comic manga poster pop",
    Style.NEON: "neon cyberpunk synthwave vaporwave futuristic",
    Style.GREY: "monochrome noir grayscale greyscale",
    Style.SEPIA: "sepia vintage antique western",
}
COLOURS: dict[str, Colour] = {
    "red": (204, 48, 44),
    "orange": (236, 130, 38),
    "yellow": (245, 205, 62),
    "gold": (222, 176, 60),
    "green": (64, 150, 76),
    "teal": (36, 140, 140),
    "turquoise": (64, 190, 190),
    "blue": (52, 108, 200),
    "purple": (124, 72, 176),
    "violet": (124, 72, 176),
    "pink": (236, 130, 170),
    "brown": (124, 84, 56),
    "white": (244, 244, 246),
    "black": (48, 48, 56),
    "grey": (134, 140, 150),
    "gray": (134, 140, 150),
    "silver": (176, 184, 196),
}
# The animals and things that `creatures` and `things` can draw, and where each is at home.
_HOMES = {
    "fox": Scene.FOREST,
    "cat": Scene.MEADOW,
    "dog": Scene.MEADOW,
    "bear": Scene.FOREST,
    "panda": Scene.FOREST,
    "rabbit": Scene.MEADOW,
    "wolf": Scene.FOREST,
    "lion": Scene.DESERT,
    "tiger": Scene.FOREST,
    "owl": Scene.FOREST,
    "mouse": Scene.MEADOW,
    "pig": Scene.MEADOW,
    "koala": Scene.FOREST,
    "boat": Scene.SEA,
    "lighthouse": Scene.SEA,
    "house": Scene.MEADOW,
    "castle": Scene.MOUNTAINS,
    "balloon": Scene.MOUNTAINS,
    "rocket": Scene.SPACE,
    "robot": Scene.CITY,
}
_OTHER_NAMES = {
    "kitten": "cat",
    "kitty": "cat",
    "puppy": "dog",
    "corgi": "dog",
    "cub": "bear",
    "bunny": "rabbit",
    "hare": "rabbit",
    "husky": "wolf",
    "wolve": "wolf",
    "mice": "mouse",
    "piglet": "pig",
    "sailboat": "boat",
    "ship": "boat",
    "cabin": "house",
    "cottage": "house",
    "hut": "house",
    "barn": "house",
    "palace": "castle",
    "fortress": "castle",
    "spaceship": "rocket",
    "android": "robot",
    "airship": "balloon",
}
_MOST_SUBJECTS = 3
_COUNTS = {"two": 2, "pair": 2, "couple": 2, "three": 3}
_ADJECTIVE_REACH = 3
_BLACK_AND_WHITE = re.compile(r"\bblack[\s-]*(?:and|&)[\s-]*white\b")


def _by_word(table: Mapping[_Meaning, str]) -> dict[str, _Meaning]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


_SCENE_OF = _by_word(_SCENES)
_MOOD_OF = _by_word(_MOODS)
_STYLE_OF = _by_word(_STYLES)
_KNOWN = {*_SCENE_OF, *_MOOD_OF, *_STYLE_OF, *_HOMES, *_OTHER_NAMES, *COLOURS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something that stands in the picture; `colour` None leaves it its own."""

    name: str
    colour: Colour | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the prompt asks for; empty where it asks for nothing that the painter knows."""

    scene: Scene | None
    moods: frozenset[Mood]
    styles: tuple[Style, ...]
    subjects: tuple[Subject, ...]
    tint: Colour | None


def read_wish(prompt: str) -> Wish:
    """Read `prompt`. A colour shortly before a subject is the subject's, any other tints the picture."""
    text = _BLACK_AND_WHITE.sub(" monochrome ", prompt.lower())
    words = [_plain(word) for word in re.findall(r"[a-z0-9]+", text)]
    subjects: list[Subject] = []
    tints: list[Colour] = []
    for place, word in enumerate(words):
        following = words[place + 1 : place + 1 + _ADJECTIVE_REACH]
        if word in COLOURS and not _HOMES.keys() & set(following):
            tints.append(COLOURS[word])
        if word in _HOMES:
            before = words[max(0, place - _ADJECTIVE_REACH) : place]
            colour = next((COLOURS[name] for name in reversed(before) if name in COLOURS), None)
            count = next((_COUNTS[name] for name in before if name in _COUNTS), 1)
            subjects += [Subject(name=word, colour=colour)] * count
    places = [_SCENE_OF[word] for word in words if word in _SCENE_OF]
    return Wish(
        scene=next(iter([*places, *(_HOMES[subject.name] for subject in subjects)]), None),
        moods=frozenset(_MOOD_OF[word] for word in words if word in _MOOD_OF),
        styles=tuple(dict.fromkeys(_STYLE_OF[word] for word in words if word in _STYLE_OF)),
        subjects=tuple(subjects[:_MOST_SUBJECTS]),
        tint=tints[0] if tints else None,
    )


def _plain(word: str) -> str:
    """Return the form that the tables know: `foxes` as `fox`, `kittens` as `cat`, others as they are."""
    for ending in ("", "s", "es"):
        stem = word.removesuffix(ending)
        if stem in _KNOWN:
            return _OTHER_NAMES.get(stem, stem)
    return word
