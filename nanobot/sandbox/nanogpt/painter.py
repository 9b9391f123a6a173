"""Paints what a prompt asks for, or changes the pictures that came with it: real PNG files without any model.

The same prompt, model, seed, size and pictures give the same picture, in every process. Pure and synchronous; call it
in a thread. Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from nanobot.sandbox.nanogpt.canvas import Colour, Size, column, dice, mix
from nanobot.sandbox.nanogpt.creatures import draw_animal
from nanobot.sandbox.nanogpt.edits import apply_styles, arrange, change, fall
from nanobot.sandbox.nanogpt.figure import Figure
from nanobot.sandbox.nanogpt.models import Model, pixels_of
from nanobot.sandbox.nanogpt.palette import choose_palette
from nanobot.sandbox.nanogpt.scenery import paint_scene
from nanobot.sandbox.nanogpt.things import AFLOAT, ALOFT, draw_thing
from nanobot.sandbox.nanogpt.wording import Mood, Scene, Style, Subject, Wish, read_wish

_DEFAULT_SIZE: Size = (1024, 1024)
_MAX_EDIT_SIDE = 2048
_MAX_UPSCALED_SIDE = 4096
_UPSCALING = 2
_ALWAYS_CARTOON_MODEL_ID = "ghiblify"
# Of zlib's 0-9: a quarter of the time of the default for a tenth more bytes.
_PNG_COMPRESSION = 2
_SMALLEST_SIDE_WITH_CAPTION = 200


def paint(
    prompt: str,
    *,
    model: Model,
    seed: int,
    size: str,
    pictures: Sequence[bytes] = (),
    mask: bytes | None = None,
    strength: float = 0.8,
) -> bytes:
    """Return a PNG file.

    Without pictures it is a landscape with what the prompt names in it, with pictures it is those, changed by
    `strength` (0 not at all, 1 wholly) and only where `mask` is white. `size` is one of the model's resolutions.
    """
    if model.upscales:
        return _encode(_upscale(_open(pictures[0])))
    wish = read_wish(prompt)
    if model.id == _ALWAYS_CARTOON_MODEL_ID:
        wish = replace(wish, styles=(*wish.styles, Style.CARTOON))
    chance = dice(prompt, model.id, seed)
    if not pictures:
        painted = _paint_new(wish, pixels_of(size) or _DEFAULT_SIZE, chance)
        return _encode(_captioned(painted, prompt))
    before = _arranged([_open(picture) for picture in pictures], size)
    if mask is None:
        return _encode(_captioned(Image.blend(before, _change(before, wish, chance), strength**0.5), prompt))
    region = ImageOps.grayscale(_open(mask)).resize(before.size)
    after = Image.blend(before, _fill(before, region, wish, chance), strength**0.5)
    # Captioned first: the caption, too, stays within the mask.
    return _encode(Image.composite(_captioned(after, prompt), before, region))


def _paint_new(wish: Wish, size: Size, chance: Random) -> Image.Image:
    scene = wish.scene or chance.choice(
        (Scene.MOUNTAINS, Scene.MEADOW, Scene.FOREST, Scene.SEA, Scene.DESERT)
    )
    palette = choose_palette(wish, scene, chance)
    canvas = paint_scene(size, scene, palette, wish.moods, chance)
    _set_subjects(canvas, wish.subjects, mix(palette.light, (255, 255, 255), 0.3))
    fall(canvas, wish.moods, chance)
    return apply_styles(canvas, wish.styles)


def _change(picture: Image.Image, wish: Wish, chance: Random) -> Image.Image:
    changed = change(picture, wish, chance)
    if wish.subjects:
        changed = changed.copy()
        _set_subjects(
            changed, wish.subjects, (120, 130, 170) if Mood.NIGHT in wish.moods else (255, 255, 255)
        )
    return changed


def _fill(picture: Image.Image, region: Image.Image, wish: Wish, chance: Random) -> Image.Image:
    """Return `picture` painted anew within the bounds of `region`, or changed where nothing new is named."""
    bounds = region.getbbox()
    if bounds is None or wish.scene is None:
        return _change(picture, wish, chance)
    filled = picture.copy()
    left, top, right, bottom = bounds
    filled.paste(_paint_new(wish, (right - left, bottom - top), chance), (left, top))
    return filled


def _set_subjects(canvas: Image.Image, subjects: Sequence[Subject], light: Colour) -> None:
    """Set `subjects` side by side into the foreground, in the light that falls on it."""
    for number, subject in enumerate(subjects):
        share = 0.46 / (1 + 0.22 * (len(subjects) - 1))
        side = max(8, round(share * min(canvas.size)))
        figure = Figure(side)
        if not draw_animal(figure, subject.name, subject.colour):
            draw_thing(figure, subject.name, subject.colour)
        drawn = figure.finish()
        lit = ImageChops.multiply(drawn.convert("RGB"), Image.new("RGB", drawn.size, light))
        bottom = 0.6 if subject.name in ALOFT else 0.86 if subject.name in AFLOAT else 0.93
        left = round(canvas.width * (number + 1) / (len(subjects) + 1) - side / 2)
        top = round(canvas.height * bottom - side)
        if bottom > 0.9:
            _cast_shadow(canvas, left, top, side)
        canvas.paste(lit, (left, top), drawn.getchannel("A"))


def _cast_shadow(canvas: Image.Image, left: int, top: int, side: int) -> None:
    shadow = Image.new("L", (side, max(2, side // 6)))
    ImageDraw.Draw(shadow).ellipse((side * 0.15, side * 0.03, side * 0.85, side * 0.13), fill=130)
    soft = shadow.filter(ImageFilter.GaussianBlur(side / 50))
    canvas.paste((10, 12, 24), (left, top + side - soft.height * 5 // 8), soft)


def _captioned(picture: Image.Image, prompt: str) -> Image.Image:
    """Return `picture` with the prompt in small letters along its lower edge, where there is room for any."""
    if min(picture.size) < _SMALLEST_SIDE_WITH_CAPTION:
        return picture
    font = ImageFont.load_default(max(10, picture.height // 44))
    margin = picture.height // 44
    text = " ".join(prompt.split())
    room = picture.width - 2 * margin
    if font.getlength(text) > room:
        # A prompt may have thousands of letters: cut it roughly first, then to the letter.
        text = text[: room // 3]
        while text and font.getlength(f"{text}…") > room:
            text = text[:-1]
        text = f"{text.rstrip()}…"
    captioned = picture.copy()
    height = margin * 3
    shade = column((picture.width, height), [(0, 0, 0), (110, 110, 110), (150, 150, 150)]).convert("L")
    captioned.paste((0, 0, 0), (0, picture.height - height), shade)
    place = (margin, picture.height - margin * 3 // 4)
    ImageDraw.Draw(captioned).text(place, text, fill=(255, 255, 255), font=font, anchor="ls")
    return captioned


def _arranged(pictures: Sequence[Image.Image], size: str) -> Image.Image:
    return arrange(pictures, pixels_of(size) or _within(pictures[0].size, _MAX_EDIT_SIDE))


def _upscale(picture: Image.Image) -> Image.Image:
    doubled = (picture.width * _UPSCALING, picture.height * _UPSCALING)
    return picture.resize(_within(doubled, _MAX_UPSCALED_SIDE), Image.Resampling.LANCZOS)


def _within(size: Size, longest: int) -> Size:
    shrink = min(1.0, longest / max(size))
    return max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))


def _open(content: bytes) -> Image.Image:
    """Return the picture upright, its first frame, on white where it is transparent."""
    with Image.open(io.BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    paper = Image.new("RGB", upright.size, (255, 255, 255))
    paper.paste(upright, (0, 0), upright.getchannel("A"))
    return paper


def _encode(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=_PNG_COMPRESSION)
    return buffer.getvalue()
