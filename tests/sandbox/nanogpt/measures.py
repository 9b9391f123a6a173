"""How tests look at pictures."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageOps, ImageStat

from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.painter import paint
from tests.sandbox.nanogpt.photographs import opened


def edited(prompt: str, *pictures: bytes, size: str = "512x512", strength: float = 0.8) -> Image.Image:
    return opened(
        paint(prompt, model=MODELS["flux-kontext"], seed=1, size=size, pictures=pictures, strength=strength)
    )


def brightness(picture: Image.Image) -> float:
    return ImageStat.Stat(ImageOps.grayscale(picture)).mean[0]


def difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageOps.grayscale(ImageChops.difference(one, other))).mean[0]


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Return Pearson's correlation of two pictures' brightness, over 32x32 fields of the part without letters."""
    fields = []
    for picture in (one, other):
        without_letters = picture.crop((0, 0, picture.width, picture.height * 9 // 10))
        small = ImageOps.grayscale(without_letters).resize((32, 32), Image.Resampling.BOX)
        values = list(small.tobytes())
        mean = sum(values) / len(values)
        fields.append([value - mean for value in values])
    a, b = fields
    squares = sum(x * x for x in a) * sum(y * y for y in b)
    return float(sum(x * y for x, y in zip(a, b, strict=True)) / squares**0.5)
