"""Ways to bring a picture into a data URL, to measure ours against: the plain one, pyvips, OpenCV, and the floor.

Needs the extra `bench`. The rivals do less than ours: they take neither budgets nor orientation nor colours into account
beyond what their one call does, and keep metadata.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from io import BytesIO

import cv2
import numpy as np
import pillow_heif
import pybase64
import pyvips
import simplejpeg
from PIL import Image, JpegImagePlugin

from nanobot.images.stored_png import open_png

MAX_SIDE = 2048
MAX_FILE_BYTES = 3_000_000
_PLAIN_QUALITY, _PLAIN_STEP = 95, 5
_QUALITY = 95

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None


def plain(data: bytes) -> str:
    """Do what most programs do."""
    image = Image.open(BytesIO(data)).convert("RGB")
    if max(image.size) > MAX_SIDE:
        scale = MAX_SIDE / max(image.size)
        image = image.resize(
            (round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS
        )
    quality = _PLAIN_QUALITY
    while True:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= MAX_FILE_BYTES:
            return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
        quality -= _PLAIN_STEP


def pyvips_way(data: bytes) -> str:
    image = pyvips.Image.thumbnail_buffer(data, MAX_SIDE, height=MAX_SIDE, size="down")
    if image.hasalpha():
        return _url("webp", image.webpsave_buffer(Q=_QUALITY, effort=0, keep="none"))
    return _url("jpeg", image.jpegsave_buffer(Q=_QUALITY, keep="none"))


_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}


def opencv_way(data: bytes, *, longest: int, is_transparent: bool) -> str | None:
    """Return `None` for formats that OpenCV does not read; the caller knows the size from the header."""
    flags = cv2.IMREAD_UNCHANGED if is_transparent else cv2.IMREAD_COLOR
    if data.startswith(b"\xff\xd8"):
        flags = next(
            (flag for scale, flag in _REDUCED.items() if longest // scale >= MAX_SIDE * 3 // 4), flags
        )
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        return None
    scale = MAX_SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    kind = ".webp" if is_transparent else ".jpg"
    option = cv2.IMWRITE_WEBP_QUALITY if is_transparent else cv2.IMWRITE_JPEG_QUALITY
    _, encoded = cv2.imencode(kind, pixels, [option, _QUALITY])
    return _url(kind[1:], encoded.tobytes())


def decoders(data: bytes, *, width: int, height: int) -> tuple[Callable[[], object], ...]:
    """Return calls that only decode `data`, a JPEG at the decoder's own scale; the quickest is the floor's."""
    longest = max(width, height)
    is_jpeg = data.startswith(b"\xff\xd8")
    scale = next((each for each in _REDUCED if longest // each >= MAX_SIDE * 3 // 4), 1) if is_jpeg else 1

    def with_pillow() -> object:
        image = Image.open(BytesIO(data))
        if scale > 1:
            image.draft(None, (width // scale, height // scale))
        return image.load()

    def with_simplejpeg() -> object:
        least = (-(-height // scale), -(-width // scale))
        return simplejpeg.decode_jpeg(data, min_height=least[0], min_width=least[1], min_factor=scale)

    def with_opencv() -> object:
        return cv2.imdecode(np.frombuffer(data, np.uint8), _REDUCED.get(scale, cv2.IMREAD_COLOR))

    def with_pyvips() -> object:
        return pyvips.Image.new_from_buffer(data, "", access="sequential").write_to_memory()

    def with_scaled_webp() -> object:
        half = 0.5 if longest // 2 >= MAX_SIDE * 3 // 4 else 1
        return pyvips.Image.webpload_buffer(data, scale=half).write_to_memory()

    if is_jpeg:
        return (with_pillow, with_simplejpeg, with_opencv)
    if data[8:12] == b"WEBP":
        return (with_pillow, with_opencv, with_scaled_webp)
    if data.startswith(b"\x89PNG"):
        return (with_pillow, partial(_with_isal, data), with_opencv, with_pyvips)
    return (with_pillow, with_opencv, with_pyvips)


def _with_isal(data: bytes) -> object:
    return Image.open(open_png(data)).load()


def encoder(data_url: tuple[bytes, ...]) -> Callable[[], object]:
    """Return a call that only encodes what `data_url` shows, in its format and at our quality, and makes it text."""
    head, _, body = b"".join(data_url).decode("ascii").partition(",")
    image = Image.open(BytesIO(pybase64.b64decode(body)))
    image.load()
    kind = head.removeprefix("data:image/").partition(";")[0]
    options = {"method": 0} if kind == "webp" else {"subsampling": JpegImagePlugin.get_sampling(image)}

    def encode() -> object:
        out = BytesIO()
        image.save(out, kind, quality=_QUALITY, **options)
        return _url(kind, out.getvalue())

    return encode


def _url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{pybase64.b64encode_as_string(data)}"
