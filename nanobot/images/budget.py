"""How much memory and time a picture may take to decode, judged by its header before a decoder sees it.

A file of a few kilobytes can ask for gigabytes or minutes. Pillow's own limit counts pixels alone, which lets some of those in
and keeps real photographs out. Imports only its neighbours `sniff` and `errors`.
"""

from __future__ import annotations

from nanobot.images.errors import PictureTooComplex, PictureTooLarge
from nanobot.images.sniff import ImageFormat

MAX_DECODER_BYTES = 512 * 1024 * 1024
"""What decoding one picture may take. A worker decodes one at a time, and there are few (`workers.MAX_WORKERS`)."""

MAX_JPEG_SCANS = 100
MAX_JPEG_SCAN_PIXELS = 2_000_000_000
"""Scans × pixels: a decoder passes over every pixel once per scan, some 0.6 ns each."""

# Bytes per pixel at the decoders' peak, measured, conversions to eight bits and to RGBA included.
_BYTES_PER_PIXEL = {
    ImageFormat.JPEG: 4,
    ImageFormat.PNG: 8,
    ImageFormat.GIF: 8,
    ImageFormat.WEBP: 16,
    ImageFormat.BMP: 8,
    ImageFormat.TIFF: 12,
    ImageFormat.HEIC: 8,
    ImageFormat.AVIF: 9,
}
_COEFFICIENT_BYTES = 2


def decoder_bytes(
    image_format: ImageFormat, width: int, height: int, *, scale: int = 1, held_samples: float = 0
) -> int:
    """Return how much memory decoding takes.

    For JPEG alone: it is decoded at 1/`scale` of its sides, and of a progressive one `held_samples` coefficients for each
    pixel are held whole at any scale: 3 for three colours at full size, 1.5 for the halved colours of cameras.
    """
    pixels = width * height
    held = int(pixels * held_samples) * _COEFFICIENT_BYTES
    return held + pixels * _BYTES_PER_PIXEL[image_format] // (scale * scale)


def check_memory(needed_bytes: int, width: int, height: int, name: str | None) -> None:
    """Refuse what would take too much memory.

    Raises:
        PictureTooLarge: more is needed than one picture may take.
    """
    if needed_bytes > MAX_DECODER_BYTES:
        raise PictureTooLarge(width, height, name)


def check_scans(scans: int, pixels: int, name: str | None) -> None:
    """Refuse what would take too much time.

    Raises:
        PictureTooComplex: a JPEG would keep its decoder busy for too long.
    """
    if scans > MAX_JPEG_SCANS or scans * pixels > MAX_JPEG_SCAN_PIXELS:
        raise PictureTooComplex(name)
