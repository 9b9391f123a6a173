"""The shells of picture files, read and rewritten without decoding: what is whole, and what is left without metadata.

A picture that already fits is sent on as it is, less what tells about its maker: EXIF (with the place), XMP, IPTC,
comments, a film behind a "motion photo". Imports only its neighbour `sniff`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from isal import isal_zlib

from nanobot.images.sniff import ImageFormat

# JPEG markers: ITU-T T.81, table B.1, https://www.w3.org/Graphics/JPEG/itu-t81.pdf
_SOI, _EOI, _SOS = b"\xff\xd8", 0xD9, 0xDA
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_COMMON_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_SEQUENTIAL_FRAMES = frozenset({0xC0, 0xC1, 0xC9})
_APP0, _APP14, _FIRST_APP, _LAST_APP, _COMMENT = 0xE0, 0xEE, 0xE0, 0xEF, 0xFE
_MARKER = re.compile(rb"\xff+[^\x00\xff]")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF_BYTES, _ADOBE_BYTES = 18, 16
_MAX_JPEG_SEGMENTS = 5_000
_MAX_JPEG_HEADER_SEGMENTS = 500

# PNG chunks: https://www.w3.org/TR/png-3/#4Concepts.FormatTypes
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB"})
_PNG_CRITICAL_BIT = 0x20
_PNG_DEPTH_AT, _PNG_DEEP_BITS = 16, 16
_MAX_PNG_CHUNKS = 20_000
_CHUNK_HEAD, _CHECKSUM = struct.Struct(">I4s"), struct.Struct(">I")
_LEAST_CHUNK_BYTES = _CHUNK_HEAD.size + _CHECKSUM.size

# WebP chunks: https://developers.google.com/speed/webp/docs/riff_container
_WEBP_ANIMATED, _WEBP_ALPHA = 0x02, 0x10
_WEBP_KEPT = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_SIDE_MASK = 0x3FFF
_VP8_START, _VP8_KIND, _VP8_SHOWN_KEY_FRAME, _VP8_LAST_VERSION = b"\x9d\x01\x2a", 0b10001, 0b10000, 3

_ESSENTIAL_BOXES = frozenset({b"ftyp", b"meta", b"mdat", b"moov"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegShell:
    """A JPEG from its first to its last marker; `header` are the segments before the first scan.

    `late` are the markers of those behind it, of which a progressive JPEG has tables.
    """

    header: tuple[tuple[int, bytes], ...]
    late: frozenset[int]
    scans_start: int
    end: int
    scans: int


def without_metadata(data: bytes, image_format: ImageFormat) -> bytes | None:
    """Return the same still picture with nothing but pixels and what they need to be read right, less any ICC profile.

    `None` where that takes decoding: another format, an animation, 16 bits, an unusual or a damaged file.
    """
    parts = parts_without_metadata(data, image_format)
    return None if parts is None else b"".join(parts)


def parts_without_metadata(data: bytes, image_format: ImageFormat) -> list[memoryview] | None:
    """Return what `without_metadata` joins, uncopied."""
    match image_format:
        case ImageFormat.JPEG:
            return _bare_jpeg(data)
        case ImageFormat.PNG:
            return _bare_png(data)
        case ImageFormat.WEBP:
            return _bare_webp(data)
        case _:
            return None


def count_scans(data: bytes) -> int:
    """Return how often a JPEG's decoder passes over the picture; at worst too many, never too few."""
    if is_read_at_once(data):
        return 1
    upper_bound = data.count(b"\xff\xda")
    if upper_bound <= 1:
        return upper_bound
    shell = walk_jpeg(data)
    return upper_bound if shell is None else shell.scans


def is_read_at_once(data: bytes) -> bool:
    """Tell whether the first scan has all colours of a sequential JPEG: decoders refuse any further one (T.81, B.2.3).

    What a camera stores is of this kind, and its megabytes need not be searched for scans.
    """
    at, components = len(_SOI), 0
    for _ in range(_MAX_JPEG_HEADER_SEGMENTS):
        marker, at = _marker(data, at)
        body = at + 2
        end = at + int.from_bytes(data[at:body], "big")
        if not marker or marker in _STANDALONE or not body < end < len(data):
            return False
        if marker == _SOS:
            return data[body] == components
        if marker in _FRAMES:
            if marker not in _SEQUENTIAL_FRAMES or components or end < body + 6:
                return False
            components = data[body + 5]
        at = end
    return False


def walk_jpeg(data: bytes) -> JpegShell | None:
    """Follow a JPEG's markers to its end; `None` where they do not lead there."""
    header: list[tuple[int, bytes]] = []
    late: set[int] = set()
    at, scans, scans_start = len(_SOI), 0, 0
    for _ in range(_MAX_JPEG_SEGMENTS):
        marker_at = at
        marker, at = _marker(data, at)
        if marker == _EOI and scans:
            return JpegShell(
                header=tuple(header), late=frozenset(late), scans_start=scans_start, end=at, scans=scans
            )
        if marker in _STANDALONE:
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        if not marker or marker == _EOI or end < at + 2 or end > len(data):
            return None
        if marker == _SOS:
            scans, scans_start = scans + 1, scans_start or marker_at
            found = _NEXT_MARKER.search(data, end)
            end = found.start() if found else len(data)
        elif not scans:
            header.append((marker, data[at - 2 : end]))  # without fill bytes
        else:
            late.add(marker)
        at = end
    return None


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the marker at `at`, over any fill bytes, and where it ends; 0 where there is none."""
    found = _MARKER.match(data, at)
    return (data[found.end() - 1], found.end()) if found else (0, at)


def _bare_jpeg(data: bytes) -> list[memoryview] | None:
    shell = walk_jpeg(data)
    if shell is None or not {marker for marker, _ in shell.header} & _FRAMES <= _COMMON_FRAMES:
        return None
    if any(_is_told(marker) for marker in shell.late):
        return None
    kept = (segment for marker, segment in shell.header if _is_needed(marker, segment))
    return [memoryview(b"".join((_SOI, *kept))), memoryview(data)[shell.scans_start : shell.end]]


def _is_needed(marker: int, segment: bytes) -> bool:
    """Tell what a decoder needs: all tables, and of the applications' segments those that say how colour is stored.

    A JFIF segment that is longer than needed holds a small picture, perhaps of what was cut away.
    """
    if marker == _APP0:
        return segment[4:9] == b"JFIF\x00" and len(segment) == _JFIF_BYTES
    if marker == _APP14:
        return segment[4:9] == b"Adobe" and len(segment) == _ADOBE_BYTES
    return not _is_told(marker)


def _is_told(marker: int) -> bool:
    """Tell whether a segment is an application's or a comment."""
    return _FIRST_APP <= marker <= _LAST_APP or marker == _COMMENT


def _bare_png(data: bytes) -> list[memoryview] | None:
    view = memoryview(data)
    parts: list[memoryview] = []
    kept_from = kept_to = 0  # a stretch of chunks that are kept; the signature is part of the first
    pixels_seen = False
    for kind, start, end in png_chunks(data):
        if kind in _PNG_KEPT:
            if start != kept_to and kept_to:
                parts.append(view[kept_from:kept_to])
                kept_from = start
            kept_to = end
            pixels_seen = pixels_seen or kind == b"IDAT"
            if kind == b"IEND":
                return [*parts, view[kept_from:kept_to]] if pixels_seen else None
            if kind == b"IHDR" and data[start + _PNG_DEPTH_AT] == _PNG_DEEP_BITS:
                return None
        elif not kind[0] & _PNG_CRITICAL_BIT or (kind == b"eXIf" and pixels_seen):
            # The latter may turn the picture, and comes too late for who reads only the header.
            return None
    return None


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of every chunk; end at the first whose checksum is wrong."""
    view = memoryview(data)
    for kind, start, end in png_chunk_bounds(data):
        if end > len(data) or (isal_zlib.crc32(view[start + 4 : end - 4]),) != _CHECKSUM.unpack_from(
            data, end - 4
        ):
            return
        yield kind, start, end


def png_chunk_bounds(data: bytes, at: int = len(_PNG_SIGNATURE)) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of every chunk from `at` on, unchecked; the last may end behind the file."""
    for _ in range(_MAX_PNG_CHUNKS):
        if at + _LEAST_CHUNK_BYTES > len(data):
            return
        size, kind = _CHUNK_HEAD.unpack_from(data, at)
        end = at + _LEAST_CHUNK_BYTES + size
        yield kind, at, end
        at = end


def webp_dimensions(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP's canvas from its header: its decoder takes the memory on opening already."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    match kind:
        case b"VP8X":
            return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
        case b"VP8 ":
            width, height = struct.unpack("<HH", body[6:10])
            return width & _WEBP_SIDE_MASK, height & _WEBP_SIDE_MASK
        case b"VP8L":
            bits = int.from_bytes(body[1:5], "little")
            return (bits & _WEBP_SIDE_MASK) + 1, ((bits >> 14) & _WEBP_SIDE_MASK) + 1
        case _:
            return None


def plain_webp_dimensions(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP that is one lossy frame and nothing else; `None` for any other.

    The frame's header is held to what its decoder asks of it on opening, which takes memory for the whole picture:
    https://datatracker.ietf.org/doc/html/rfc6386#section-9.1
    """
    chunk_bytes, frame_tag = (int.from_bytes(data[at:end], "little") for at, end in ((16, 20), (20, 23)))
    is_alone = (
        data[:4] == b"RIFF"
        and data[8:16] == b"WEBPVP8 "
        and int.from_bytes(data[4:8], "little") + 8 == len(data)
        and chunk_bytes + chunk_bytes % 2 + 20 == len(data)
    )
    is_shown_key_frame = frame_tag & _VP8_KIND == _VP8_SHOWN_KEY_FRAME and data[23:26] == _VP8_START
    version, partition_bytes = frame_tag >> 1 & 7, frame_tag >> 5
    if (
        not is_alone
        or not is_shown_key_frame
        or version > _VP8_LAST_VERSION
        or partition_bytes >= chunk_bytes
    ):
        return None
    dimensions = webp_dimensions(data)
    return dimensions if dimensions is not None and all(dimensions) else None


def _bare_webp(data: bytes) -> list[memoryview] | None:
    end = 8 + int.from_bytes(data[4:8], "little")
    chunks = list(riff_chunks(data, end)) if end <= len(data) else []
    kinds = [kind for kind, _ in chunks]
    if not {b"VP8 ", b"VP8L"} & set(kinds) or len(set(kinds)) < len(kinds):
        return None
    kept = [chunk for kind, chunk in chunks if kind in _WEBP_KEPT]
    if kinds[0] == b"VP8X":
        extended = bytes(chunks[0][1])
        if extended[8] & _WEBP_ANIMATED:
            return None
        kept.insert(0, memoryview(extended[:8] + bytes([extended[8] & _WEBP_ALPHA]) + extended[9:]))
    size = len(b"WEBP") + sum(map(len, kept))
    return [memoryview(b"RIFF" + size.to_bytes(4, "little") + b"WEBP"), *kept]


def riff_chunks(data: bytes, end: int) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and bytes (padding included) of the chunks of a RIFF file; end at the first that is cut short."""
    view = memoryview(data)
    at = 12
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        after = at + 8 + size + size % 2
        if after > end:
            return
        yield data[at : at + 4], view[at:after]
        at = after


def has_all_boxes(data: bytes) -> bool:
    """Tell whether no box that a HEIC or AVIF file needs is cut short. What follows the last such box does not matter."""
    at = 0
    while at + 8 <= len(data):
        size, header = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if size == 0:
            return True
        is_essential = data[at + 4 : at + 8] in _ESSENTIAL_BOXES
        if size < header or at + size > len(data):
            return not is_essential
        at += size
    return True
