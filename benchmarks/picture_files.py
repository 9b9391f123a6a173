"""The files that `pictures.py` measures: photographs that scikit-image ships, as cameras, phones and editors would store them.

Enlarged photographs are smoother than real ones, so grain of a sensor is laid over them. Needs scikit-image of the extra `dev`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import skimage
from PIL import ExifTags, Image, ImageOps

from nanobot.images.sniff import ImageFormat

FOLDER = Path(skimage.__file__).parent / "data"
_GRAIN = 4
_TURNED_BY_90_DEGREES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """`is_passed`: it fits as it is. `is_phone`: what a phone's camera stores, 12 megapixels as JPEG."""

    name: str
    image_format: ImageFormat
    make: Callable[[], bytes]
    is_passed: bool = False
    is_phone: bool = False
    is_transparent: bool = False


@cache
def photograph(name: str, width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return one of scikit-image's photographs at this size, with grain."""
    with Image.open(FOLDER / name) as stored:
        image = ImageOps.fit(stored.convert("RGB"), (width, height), Image.Resampling.BICUBIC)
    random = np.random.default_rng(width)
    grain = random.integers(-_GRAIN, _GRAIN + 1, (height, width, 1), dtype=np.int16)
    grained = np.clip(np.asarray(image, dtype=np.int16) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(grained).convert(mode)


def _file(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def _turned() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _TURNED_BY_90_DEGREES
    return _file(photograph("coffee.png", 4032, 3024), "JPEG", quality=92, exif=exif)


def _screenshot(mode: str = "RGB") -> bytes:
    """Return a page of text and a chart at the size of a good screen: large even areas, hard edges."""
    with Image.open(FOLDER / "page.png") as page, Image.open(FOLDER / "text.png") as text:
        screen = Image.new("RGB", (2880, 1800), (245, 246, 248))
        for column in range(3):
            screen.paste(page.convert("RGB").resize((900, 430)), (40 + 940 * column, 60))
            screen.paste(text.convert("RGB").resize((900, 345)), (40 + 940 * column, 560))
    for bar in range(24):
        top = 1700 - 25 * ((bar * 7) % 20 + 1)
        screen.paste((30, 90 + 6 * bar, 220 - 5 * bar), (60 + 115 * bar, top, 150 + 115 * bar, 1700))
    return _file(screen.convert(mode), "PNG")


def _cut_out(width: int, height: int) -> Image.Image:
    image = photograph("coffee.png", width, height).convert("RGBA")
    with Image.open(FOLDER / "horse.png") as horse:
        outline = ImageOps.invert(horse.convert("L")).resize(image.size, Image.Resampling.BICUBIC)
    image.putalpha(outline)
    return image


def _palette() -> bytes:
    image = photograph("coffee.png", 2400, 1800).quantize(255)
    return _file(image, "PNG", transparency=0)


def _grey_16() -> bytes:
    grey = np.asarray(photograph("camera.png", 2400, 1800, "L"), dtype=np.uint16) * 257
    return _file(Image.fromarray(grey), "PNG")


def _real(name: str) -> Callable[[], bytes]:
    return (FOLDER / name).read_bytes


def _jpeg(name: str, width: int, height: int, mode: str = "RGB", **options: Any) -> Callable[[], bytes]:
    return lambda: _file(photograph(name, width, height, mode), "JPEG", **({"quality": 92} | options))


def _other(image_format: str, name: str, width: int, height: int, **options: Any) -> Callable[[], bytes]:
    return lambda: _file(photograph(name, width, height), image_format, **options)


def _of(name: str, image_format: ImageFormat, make: Callable[[], bytes], **marks: bool) -> PictureFile:
    return PictureFile(name=name, image_format=image_format, make=make, **marks)


_JPEG, _PNG, _WEBP = ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP
FILES = (
    _of("JPEG 2 MP, real", _JPEG, _real("retina.jpg"), is_passed=True),
    _of("JPEG 0.9 MP, real", _JPEG, _real("hubble_deep_field.jpg"), is_passed=True),
    _of("JPEG 3 MP", _JPEG, _jpeg("coffee.png", 2048, 1536), is_passed=True),
    _of("JPEG 12 MP", _JPEG, _jpeg("coffee.png", 4032, 3024), is_phone=True),
    _of("JPEG 12 MP, second", _JPEG, _jpeg("hubble_deep_field.jpg", 4032, 3024), is_phone=True),
    _of("JPEG 12 MP, best quality", _JPEG, _jpeg("chelsea.png", 4000, 3000, quality=97), is_phone=True),
    _of("JPEG 12 MP, turned", _JPEG, _turned, is_phone=True),
    _of("JPEG 12 MP, progressive", _JPEG, _jpeg("retina.jpg", 4032, 3024, progressive=True)),
    _of("JPEG 8 MP", _JPEG, _jpeg("retina.jpg", 3264, 2448)),
    _of("JPEG 24 MP", _JPEG, _jpeg("coffee.png", 6000, 4000)),
    _of("JPEG 48 MP", _JPEG, _jpeg("coffee.png", 8064, 6048)),
    _of("JPEG 108 MP", _JPEG, _jpeg("coffee.png", 12_000, 9_000)),
    _of("JPEG 12 MP, grey", _JPEG, _jpeg("camera.png", 4032, 3024, "L")),
    _of("JPEG 7 MP, CMYK", _JPEG, _jpeg("coffee.png", 3072, 2304, "CMYK")),
    _of("PNG 0.3 MP, real", _PNG, _real("astronaut.png"), is_passed=True),
    _of("PNG 12 MP", _PNG, _other("PNG", "coffee.png", 4032, 3024)),
    _of("PNG 2048², too many bytes", _PNG, _other("PNG", "retina.jpg", 2048, 2048)),
    _of("PNG 5 MP, screenshot", _PNG, _screenshot),
    _of("PNG 4 MP, RGBA", _PNG, lambda: _file(_cut_out(2400, 1800), "PNG"), is_transparent=True),
    _of("PNG 4 MP, palette with a hole", _PNG, _palette, is_transparent=True),
    _of("PNG 4 MP, grey of 16 bits", _PNG, _grey_16),
    _of("WebP 1 MP", _WEBP, _other("WEBP", "coffee.png", 1200, 900, quality=90), is_passed=True),
    _of("WebP 12 MP", _WEBP, _other("WEBP", "coffee.png", 4032, 3024, quality=90)),
    _of("AVIF 12 MP", ImageFormat.AVIF, _other("AVIF", "coffee.png", 4032, 3024, quality=80, speed=9)),
    _of("HEIC 12 MP", ImageFormat.HEIC, _other("HEIF", "coffee.png", 4032, 3024, quality=55)),
    _of("GIF 2 MP", ImageFormat.GIF, _other("GIF", "coffee.png", 1600, 1200)),
    _of("BMP 4 MP", ImageFormat.BMP, _other("BMP", "coffee.png", 2400, 1800)),
    _of("TIFF 4 MP", ImageFormat.TIFF, _other("TIFF", "coffee.png", 2400, 1800, compression="tiff_lzw")),
)
"""Every file, from the small real ones to those of 108 megapixels."""
