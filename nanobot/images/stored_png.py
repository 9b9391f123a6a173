"""PNG files read twice as fast: inflated by ISA-L, and handed to Pillow with their pixels uncompressed. May import isal.

Pillow takes the zlib of the system, which inflates at a third of the speed. So it reads the same PNG here, whose pixel data
stands in stored blocks (https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.4), and has left to undo the filters.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import IO, cast

from isal import isal_zlib

from nanobot.images.containers import png_chunk_bounds

_BLOCK_BYTES = 65_000  # fits a core's own cache, and into the 64 KB that Pillow reads at once
_READ_BYTES = 16_384  # inflating to a bound copies what it has not come to yet
_ZLIB_HEAD = b"\x78\x01"
_BLOCK_HEAD = struct.Struct("<BHH")
_NO_CHECKSUM = bytes(4)
_PNG_HEADER, _PNG_HEADER_AT = struct.Struct(">IIB"), 16


def open_png(data: bytes) -> IO[bytes]:
    """Return `data`, a PNG, as a file for `Image.open`. It can be read once, and sought only where Pillow does.

    Of an animation the pixels stay compressed: its first picture may be in chunks of another kind.
    """
    for kind, start, _ in png_chunk_bounds(data):
        if kind == b"acTL":
            break
        if kind == b"IDAT" and start > _PNG_HEADER_AT:
            return cast("IO[bytes]", _StoredPng(data, start))
    return io.BytesIO(data)


class _StoredPng:
    """The file, made up while it is read: `_window` is the part around the place where the reader is."""

    def __init__(self, data: bytes, pixels_start: int) -> None:
        # An empty chunk in front, so that a file of which only the header is wanted is not begun to be inflated.
        self._window = data[:pixels_start] + _chunk()
        self._window_start = self._at = 0
        self._rest = _rest(data, pixels_start)

    def tell(self) -> int:
        return self._window_start + self._at

    def seek(self, place: int) -> int:
        at = place - self._window_start
        if not 0 <= at <= len(self._window):
            raise OSError("this part of the picture has been read already, or not yet")
        self._at = at
        return place

    def read(self, size: int) -> bytes:
        while self._at + size > len(self._window):
            try:
                part = next(self._rest, None)
            except isal_zlib.error as error:  # type: ignore[misc]  # its types call the class an instance
                raise OSError(str(error)) from error
            if part is None:
                break
            self._window_start += self._at
            self._window, self._at = self._window[self._at :] + part, 0
        end = min(self._at + size, len(self._window))
        found = self._window[self._at : end]
        self._at = end
        return found


def _rest(data: bytes, pixels_start: int) -> Iterator[bytes]:
    view = memoryview(data)
    pixels: list[memoryview] = []
    after = pixels_start
    for kind, start, end in png_chunk_bounds(data, pixels_start):
        if kind != b"IDAT":
            break
        pixels.append(view[start + 8 : end - 4])
        after = end
    yield from _stored_pixels(pixels, _most_bytes(data))
    yield data[after:]


def _most_bytes(data: bytes) -> int:
    """Return how many bytes a picture with this header can have, in four colours and interlaced: all else is padding."""
    width, height, depth = _PNG_HEADER.unpack_from(data, _PNG_HEADER_AT)
    return int(height * (width * depth // 2 + 4) + 64)


def _stored_pixels(pixels: list[memoryview], most_bytes: int) -> Iterator[bytes]:
    """Yield chunks with what is in `pixels`, and little more than `most_bytes`: after the picture anything may follow.

    Neither is their stream of blocks ended, since Pillow stops when it has all rows, nor are there sums of it: ISA-L checks
    those of the file.
    """
    inflater = isal_zlib.decompressobj()
    head = _ZLIB_HEAD
    for part in pixels:
        for at in range(0, len(part), _READ_BYTES):
            waiting: bytes | memoryview = part[at : at + _READ_BYTES]
            is_more = True
            while is_more:
                block = inflater.decompress(waiting, _BLOCK_BYTES)
                waiting = inflater.unconsumed_tail
                is_more = bool(waiting) or len(block) == _BLOCK_BYTES
                if block:
                    most_bytes -= len(block)
                    yield _chunk(head + _BLOCK_HEAD.pack(0, len(block), len(block) ^ 0xFFFF), block)
                    head = b""
                if inflater.eof or most_bytes < 0:
                    return


def _chunk(*parts: bytes) -> bytes:
    return b"".join((sum(map(len, parts)).to_bytes(4, "big"), b"IDAT", *parts, _NO_CHECKSUM))
