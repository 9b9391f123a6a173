"""How much memory and time a picture may take, judged by its header before a decoder sees it.

A file of a few kilobytes can ask for gigabytes or minutes. Pillow's own limit counts pixels alone, which lets some of those in
and keeps real photographs out. Imports only its neighbours `sniff` and `errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nanobot.images.errors import PictureTooComplex, PictureTooLarge
from nanobot.images.sniff import ImageFormat

MAX_PICTURE_BYTES: Final = 300_000_000
"""What a person's picture may take beyond the process at rest: the file, its pixels, and what is made of them."""

MAX_RESULT_BYTES: Final = 1_000_000_000
"""The same for a picture that NanoGPT made, which is lost money if it is given up: upscalers make 67 megapixels."""

MAX_JPEG_SCANS: Final = 100
MAX_JPEG_SCAN_PIXELS: Final = 2_000_000_000
"""Scans × pixels: a decoder passes over every pixel once per scan, some 0.6 ns each."""

# Measured (`tests/images/test_memory.py`): bytes a pixel while it is decoded, and what does not grow with the picture.
_FIXED_BYTES: Final = 16_000_000
_BYTES_STORED: Final = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I": 12, "F": 12}
_OVERHEAD: Final = 0.5
_TIFF_STRIP: Final = 3
_WEBP: Final = 16.5
_AVIF, _AVIF_ALPHA = 9.5, 12.0
_HEIC, _HEIC_ALPHA, _HEIC_RICH = 5.0, 2.5, 5.0
_COEFFICIENT_BYTES: Final = 2
# Turned, brought to sRGB and encoded: as JPEG, or with its transparency as WebP.
_FINISHED, _FINISHED_ALPHA = 13, 30
_SHRUNK: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a job may take: seconds of CPU time, and bytes of memory beyond the process at rest."""

    cpu_seconds: float
    memory_bytes: int


def decoder_bytes(
    image_format: ImageFormat,
    mode: str,
    width: int,
    height: int,
    *,
    scale: int = 1,
    held_samples: float = 0,
    is_rich: bool = False,
) -> int:
    """Return how much memory decoding takes; `mode` is Pillow's.

    A JPEG is decoded at 1/`scale` of its sides, and of one in several scans `held_samples` coefficients for each pixel are
    held whole at any scale: 3 for three colours at full size, 1.5 for the halved colours of cameras. A HEIC `is_rich` that
    has more than eight bits a channel, or colours at full size.
    """
    pixels = width * height
    held = pixels * held_samples * _COEFFICIENT_BYTES
    has_alpha = mode.endswith("A")
    match image_format:
        case ImageFormat.WEBP:
            each = _WEBP
        case ImageFormat.AVIF:
            each = _AVIF_ALPHA if has_alpha else _AVIF
        case ImageFormat.HEIC:
            each = _HEIC + (_HEIC_ALPHA if has_alpha else 0) + (_HEIC_RICH if is_rich else 0)
        case ImageFormat.TIFF:
            each = _BYTES_STORED.get(mode, 4) + _OVERHEAD + _TIFF_STRIP
        case _:
            each = _BYTES_STORED.get(mode, 4) + _OVERHEAD
    return int(_FIXED_BYTES + held + pixels * each / (scale * scale))


def most_pixels(free_bytes: int, decoded_bytes: int, *, has_alpha: bool) -> int:
    """Return how large a picture may be made of one whose decoding took `decoded_bytes` of the `free_bytes`."""
    beside_it = (free_bytes - decoded_bytes) // _SHRUNK
    after_it = (free_bytes - _FIXED_BYTES) // (_FINISHED_ALPHA if has_alpha else _FINISHED)
    return max(0, min(beside_it, after_it))


def check_memory(needed_bytes: int, free_bytes: int, width: int, height: int, name: str | None) -> None:
    """Refuse what would take too much memory.

    Raises:
        PictureTooLarge: more is needed than is free.
    """
    if needed_bytes > free_bytes:
        raise PictureTooLarge(width, height, name)


def check_scans(scans: int, pixels: int, name: str | None) -> None:
    """Refuse what would take too much time.

    Raises:
        PictureTooComplex: a JPEG would keep its decoder busy for too long.
    """
    if scans > MAX_JPEG_SCANS or scans * pixels > MAX_JPEG_SCAN_PIXELS:
        raise PictureTooComplex(name)
