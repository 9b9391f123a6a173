"""Real photographs as the files that phones and editors make of them, and what of them reached NanoGPT."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
import skimage
from PIL import ExifTags, Image

from nanobot.sandbox.discord import File
from nanobot.sandbox.nanogpt import RecordedImageRequest

FOLDER = Path(skimage.__file__).parent / "data"
_SAME_WITHIN = 6  # of 255, on average; two photographs of this folder are further apart
_HELD_SIDEWAYS = 6  # EXIF's orientation of a phone that was turned: the pixels lie on their left side


def photograph(name: str) -> Image.Image:
    with Image.open(FOLDER / name) as stored:
        return stored.convert("RGB")


def stored_file(name: str) -> File:
    """Return a photograph as it lies on the disk."""
    return File(name, (FOLDER / name).read_bytes())


def file_of(image: Image.Image, filename: str, image_format: str, **options: Any) -> File:
    out = BytesIO()
    image.save(out, image_format, **options)
    return File(filename, out.getvalue())


def phone_photograph() -> File:
    """Return rocket.jpg as a phone held upright stores it: pixels turned, and a note of it in EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = _HELD_SIDEWAYS
    turned = photograph("rocket.jpg").transpose(Image.Transpose.ROTATE_90)
    return file_of(turned, "IMG_0815.JPG", "JPEG", quality=95, exif=exif)


def moving_gif() -> File:
    frames = [photograph(name).resize((320, 240)) for name in ("chelsea.png", "coffee.png")]
    return file_of(frames[0], "party.gif", "GIF", save_all=True, append_images=frames[1:], duration=200)


def webp() -> File:
    return file_of(photograph("coffee.png"), "coffee.webp", "WEBP", quality=90)


def heic() -> File:
    """Return what an iPhone makes of a picture unless it is told otherwise."""
    out = BytesIO()
    pillow_heif.from_pillow(photograph("chelsea.png")).save(out, quality=90)
    return File("IMG_4711.HEIC", out.getvalue())


def mask_of(size: tuple[int, int]) -> File:
    """Return a mask whose left half is to be painted anew."""
    mask = Image.new("L", size, 0)
    mask.paste(255, (0, 0, size[0] // 2, size[1]))
    return file_of(mask, "mask.png", "PNG")


def picture_in(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def sent_pictures(request: RecordedImageRequest) -> list[Image.Image]:
    """Return the pictures that a request carried, in their order and as their bytes are: not turned by EXIF."""
    body = request.body
    assert isinstance(body, dict)
    urls = body.get("imageDataUrls") or ([body["imageDataUrl"]] if "imageDataUrl" in body else [])
    return [_decoded(url) for url in urls]


def sent_mask(request: RecordedImageRequest) -> Image.Image:
    body = request.body
    assert isinstance(body, dict)
    return _decoded(body["maskDataUrl"])


def _decoded(data_url: str) -> Image.Image:
    return picture_in(base64.b64decode(data_url.partition(",")[2], validate=True))


def looks_like(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether two pictures of the same proportions show the same, whatever their size and compression."""
    if abs(one.width / one.height - other.width / other.height) > 0.02:
        return False
    thumbs = [image.convert("RGB").resize((16, 16), Image.Resampling.BOX).tobytes() for image in (one, other)]
    differences = [abs(a - b) for a, b in zip(*thumbs, strict=True)]
    mean: float = sum(differences) / len(differences)
    return mean < _SAME_WITHIN
