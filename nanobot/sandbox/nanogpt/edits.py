"""Changes to a picture that is already there: hours, weather, styles, and several pictures as one.

Every change keeps the structure of what it changes. Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from nanobot.sandbox.nanogpt.canvas import Colour, Size, Stencil, column, glow, mix, veil
from nanobot.sandbox.nanogpt.sky import scatter_stars
from nanobot.sandbox.nanogpt.wording import Mood, Style, Wish

_WHITE: Colour = (255, 255, 255)
_PAPER: Colour = (244, 240, 230)
_MOON: Colour = (246, 244, 226)
_FRAME_SHARE = 0.012


def arrange(pictures: Sequence[Image.Image], size: Size) -> Image.Image:
    """Return one picture of `size`: a single one cropped to it, several as a collage in white frames."""
    if len(pictures) == 1:
        return ImageOps.fit(pictures[0], size, Image.Resampling.BICUBIC)
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    canvas = Image.new("RGB", size, _PAPER)
    margin = max(1, round(_FRAME_SHARE * min(size)))
    for number, picture in enumerate(pictures):
        row, place = divmod(number, columns)
        in_row = min(columns, len(pictures) - row * columns)
        left, right = size[0] * place // in_row + margin, size[0] * (place + 1) // in_row - margin
        top, bottom = size[1] * row // rows + margin, size[1] * (row + 1) // rows - margin
        tile = ImageOps.fit(picture, (max(1, right - left), max(1, bottom - top)), Image.Resampling.BICUBIC)
        canvas.paste(tile, (left, top))
    return canvas


def change(picture: Image.Image, wish: Wish, chance: Random) -> Image.Image:
    """Return `picture` with the hours, the weather, the tint and the styles of `wish`, or a gentle new light."""
    changed = picture
    for mood in Mood:
        if mood in wish.moods:
            changed = _MOODS[mood](changed, chance)
    if wish.tint is not None:
        changed = Image.blend(changed, _duotone(changed, wish.tint), 0.55)
    changed = apply_styles(changed, wish.styles)
    if changed is picture:
        warmth: Colour = (chance.randint(180, 255), chance.randint(170, 235), chance.randint(150, 255))
        changed = ImageEnhance.Color(ImageEnhance.Contrast(_lit(picture, warmth)).enhance(1.12)).enhance(1.35)
    return changed


def apply_styles(picture: Image.Image, styles: Sequence[Style]) -> Image.Image:
    for style in styles:
        picture = _STYLES[style](picture)
    return picture


def fall(canvas: Image.Image, moods: frozenset[Mood], chance: Random) -> None:
    """Let snow or rain fall and fog rise in front of everything."""
    if Mood.FOG in moods:
        fade = column(canvas.size, [(60, 60, 60), (104, 104, 104), (128, 128, 128)]).convert("L")
        veil(canvas, (226, 230, 234), fade)
    if Mood.RAIN in moods:
        drops = Stencil(canvas.size)
        for _ in range(260):
            x, y, long = chance.random(), chance.random(), chance.uniform(0.02, 0.05)
            drops.line([(x, y), (x - long * 0.22, y + long)], 0.0012, chance.randint(60, 140))
        veil(canvas, (214, 226, 240), drops.finish())
    if Mood.SNOW in moods:
        flakes = Stencil(canvas.size)
        for _ in range(320):
            flakes.disc(
                (chance.random(), chance.random()), chance.uniform(0.001, 0.0052), chance.randint(140, 245)
            )
        veil(canvas, _WHITE, flakes.finish())


def _lit(picture: Image.Image, light: Colour) -> Image.Image:
    return ImageChops.multiply(picture, Image.new("RGB", picture.size, light))


def _duotone(picture: Image.Image, tint: Colour) -> Image.Image:
    return ImageOps.colorize(
        ImageOps.grayscale(picture), mix(tint, (0, 0, 0), 0.8), mix(tint, _WHITE, 0.8), mid=tint
    )


def _at_night(picture: Image.Image, chance: Random) -> Image.Image:
    night = _lit(ImageEnhance.Contrast(ImageEnhance.Color(picture).enhance(0.6)).enhance(1.3), (84, 98, 158))
    moon = (chance.uniform(0.7, 0.86), chance.uniform(0.12, 0.2))
    glow(night, moon, 0.26, (150, 160, 210), 0.26)
    scatter_stars(night, chance, 0.42)
    disc = Stencil(night.size)
    disc.disc(moon, 0.04)
    veil(night, _MOON, disc.finish())
    return night


def _at_sunset(picture: Image.Image, chance: Random) -> Image.Image:
    light = column(picture.size, [(190, 120, 150), (255, 170, 110), (255, 190, 140)])
    evening = ImageChops.multiply(picture, light)
    glow(evening, (chance.uniform(0.2, 0.8), 0.3), 0.7, (255, 190, 90), 0.34)
    return evening


def _at_dawn(picture: Image.Image, _chance: Random) -> Image.Image:
    return ImageChops.screen(
        _lit(picture, (255, 214, 206)), column(picture.size, [(70, 50, 84), (30, 16, 20)])
    )


def _by_day(picture: Image.Image, chance: Random) -> Image.Image:
    day = ImageEnhance.Color(ImageEnhance.Brightness(picture).enhance(1.22)).enhance(1.3)
    glow(day, (chance.uniform(0.1, 0.9), 0.0), 0.8, (255, 248, 214), 0.6)
    return day


def _in_snow(picture: Image.Image, chance: Random) -> Image.Image:
    winter = ImageEnhance.Color(picture).enhance(0.45)
    winter = Image.blend(winter, Image.new("RGB", picture.size, (222, 232, 246)), 0.28)
    fall(winter, frozenset({Mood.SNOW}), chance)
    return winter


def _in_rain(picture: Image.Image, chance: Random) -> Image.Image:
    wet = _lit(ImageEnhance.Color(picture).enhance(0.5), (150, 164, 184))
    fall(wet, frozenset({Mood.RAIN}), chance)
    return wet


def _in_fog(picture: Image.Image, chance: Random) -> Image.Image:
    grey = ImageEnhance.Color(picture).enhance(0.55)
    fall(grey, frozenset({Mood.FOG}), chance)
    return grey


def _in_autumn(picture: Image.Image, _chance: Random) -> Image.Image:
    return Image.blend(picture, _duotone(picture, (206, 112, 40)), 0.5)


def _as_watercolour(picture: Image.Image) -> Image.Image:
    shrink = max(1, min(picture.size) // 320)
    washes = picture.reduce(shrink).filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.ModeFilter(7))
    washes = washes.filter(ImageFilter.SMOOTH).resize(picture.size, Image.Resampling.BICUBIC)
    bright = ImageEnhance.Color(Image.blend(washes, Image.new("RGB", picture.size, _PAPER), 0.22)).enhance(
        1.35
    )
    return ImageChops.multiply(bright, _pencil_lines(washes, 0.9))


def _pencil_lines(picture: Image.Image, weight: float) -> Image.Image:
    """Return dark lines on white where the picture's brightness changes."""
    grey = ImageOps.grayscale(picture)
    soft = grey.filter(ImageFilter.BoxBlur(max(1, min(picture.size) // 250)))
    darkness = [255 - min(255, round(level * weight * 2)) for level in range(256)]
    return ImageChops.difference(grey, soft).point(darkness).convert("RGB")


def _as_sketch(picture: Image.Image) -> Image.Image:
    shades = ImageOps.autocontrast(ImageOps.grayscale(picture)).point(
        [round(90 + level * 165 / 255) for level in range(256)]
    )
    drawn = ImageChops.multiply(shades.convert("RGB"), _pencil_lines(picture, 2.6))
    return ImageChops.multiply(drawn, Image.new("RGB", picture.size, _PAPER))


def _as_pixels(picture: Image.Image) -> Image.Image:
    longest = max(picture.size)
    blocks = (max(1, picture.width * 96 // longest), max(1, picture.height * 96 // longest))
    few = picture.resize(blocks, Image.Resampling.BOX).quantize(40).convert("RGB")
    return few.resize(picture.size, Image.Resampling.NEAREST)


def _as_cartoon(picture: Image.Image) -> Image.Image:
    shrink = max(1, min(picture.size) // 320)
    flat = picture.reduce(shrink).filter(ImageFilter.MedianFilter(5)).quantize(16).convert("RGB")
    flat = flat.filter(ImageFilter.ModeFilter(5)).resize(picture.size, Image.Resampling.BICUBIC)
    vivid = ImageEnhance.Brightness(ImageEnhance.Color(flat).enhance(1.35)).enhance(1.1)
    return ImageChops.multiply(vivid, _pencil_lines(flat, 1.6))


def _as_neon(picture: Image.Image) -> Image.Image:
    grey = ImageOps.autocontrast(ImageOps.grayscale(picture))
    duotone = ImageOps.colorize(grey, (14, 6, 44), (120, 250, 255), mid=(214, 30, 160))
    return Image.blend(picture, duotone, 0.72)


def _as_grey(picture: Image.Image) -> Image.Image:
    return ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1).convert("RGB")


def _as_sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(picture), (44, 28, 16), (255, 240, 208), mid=(172, 128, 84))


_MOODS: dict[Mood, Callable[[Image.Image, Random], Image.Image]] = {
    Mood.NIGHT: _at_night,
    Mood.SUNSET: _at_sunset,
    Mood.DAWN: _at_dawn,
    Mood.DAY: _by_day,
    Mood.SNOW: _in_snow,
    Mood.RAIN: _in_rain,
    Mood.FOG: _in_fog,
    Mood.AUTUMN: _in_autumn,
}
_STYLES: dict[Style, Callable[[Image.Image], Image.Image]] = {
    Style.WATERCOLOUR: _as_watercolour,
    Style.SKETCH: _as_sketch,
    Style.PIXELS: _as_pixels,
    Style.CARTOON: _as_cartoon,
    Style.NEON: _as_neon,
    Style.GREY: _as_grey,
    Style.SEPIA: _as_sepia,
}
