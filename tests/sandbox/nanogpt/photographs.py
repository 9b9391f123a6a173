"""Real photographs as files and as data URLs."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

import skimage
from PIL import Image, ImageDraw


@cache
def photograph(name: str) -> bytes:
    """Return the file called `name` among those that scikit-image ships."""
    return (Path(skimage.__file__).parent / "data" / name).read_bytes()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


@cache
def encoded(name: str, picture_format: str) -> bytes:
    """Return the photograph called `name`, small and in another format."""
    buffer = io.BytesIO()
    opened(photograph(name)).convert("RGB").resize((96, 64)).save(buffer, picture_format)
    return buffer.getvalue()


def data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def disc_mask(width: int, height: int) -> bytes:
    """Return a PNG that is white in a disc in the middle and black around it."""
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=255)
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    return buffer.getvalue()


CAT = data_url(encoded("chelsea.png", "JPEG"), "image/jpeg")
CUP = data_url(encoded("coffee.png", "PNG"), "image/png")
MASK = data_url(disc_mask(96, 64), "image/png")
