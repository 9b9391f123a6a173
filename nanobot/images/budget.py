"""How much memory and time a picture may take to decode, judged by its header before a decoder sees it.

A file of a few kilobytes can ask for gigabytes or minutes. Pillow's own limit counts pixels alone, which lets some of those in
and keeps real photographs out. Imports only its neighbours `sniff` and `errors`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nanobot.images.errors import PictureTooComplex, PictureTooLarge
from nanobot.images.sniff import ImageFormat

MAX_DECODER_BYTES = 512 * 1024 * 1024
"""What decoding one picture may take."""

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


class DecoderMemory:
    """Lets threads decode side by side as long as together they stay within `limit_bytes`, in the order they came."""

    def __init__(self, limit_bytes: int) -> None:
        self._free_bytes = limit_bytes
        self._limit_bytes = limit_bytes
        self._changed = threading.Condition()
        self._turn = (
            threading.Lock()
        )  # whoever waits keeps it, so that small pictures cannot overtake a large one for ever

    @contextmanager
    def reserved(self, needed_bytes: int) -> Iterator[None]:
        """Wait until `needed_bytes` are free and hold them; more than there is at all counts as all of it."""
        needed_bytes = min(needed_bytes, self._limit_bytes)
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._free_bytes >= needed_bytes)
            self._free_bytes -= needed_bytes
        try:
            yield
        finally:
            with self._changed:
                self._free_bytes += needed_bytes
                self._changed.notify_all()
