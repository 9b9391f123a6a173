"""Files that are unusual, misleading or made to harm, and what ought to come of them."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

from tests.images.photographs import cut_out, exif_of, file_of, photograph

_TURNED = 6
_GIF_PAUSE = b"\x21\xf9\x04\x04\x01\x00\x00\x00"
_GIF_DOT = b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"


def small(mode: str = "RGB") -> Image.Image:
    return photograph("coffee.png").resize((150, 100)).convert(mode)


def many_frames(frames: int) -> bytes:
    """Return a GIF that takes longer to count than to show."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes((200, 30, 40, 0, 0, 0))
    return head + (_GIF_PAUSE + _GIF_DOT) * frames + b";"


def tiff_in_circles() -> bytes:
    """Return a TIFF whose directory is followed by itself, and holds itself as its own sub-directory."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[34_665] = 8
    data = bytearray(file_of(small(), "TIFF", tiffinfo=tags))
    directory = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[directory : directory + 2], "little")
    struct.pack_into("<I", data, directory + 2 + 12 * entries, directory)
    return bytes(data)


def interlaced_png() -> bytes:
    """Return the seven passes of https://www.w3.org/TR/png-3/#8Interlace of a photograph; Pillow writes none."""
    pixels = np.asarray(small())
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    rows = (
        b"\x00" + row.tobytes()
        for left, top, across, down in passes
        for row in pixels[top::down, left::across]
    )
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    )


def _frames(image_format: str, **options: Any) -> bytes:
    return file_of(small(), image_format, save_all=True, append_images=[small().rotate(180)], **options)


@cache
def pictures() -> dict[str, bytes]:
    """Return files of which a picture can be made, however odd they are."""
    photo, exif = file_of(small(), "JPEG"), exif_of(_TURNED).tobytes()
    modes = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
    made = {
        f"png-{mode}": file_of(small("L" if mode == "I;16" else mode).convert(mode), "PNG") for mode in modes
    }
    tiffs = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "F")
    made |= {f"tiff-{mode}": file_of(_in_mode(mode), "TIFF") for mode in tiffs}
    packings = ("tiff_lzw", "tiff_deflate", "packbits", "jpeg", "tiff_adobe_deflate")
    made |= {f"tiff-{packing}": file_of(small(), "TIFF", compression=packing) for packing in packings}
    made |= {
        f"jpeg-{each}": file_of(small(), "JPEG", subsampling=each) for each in ("4:4:4", "4:2:2", "4:2:0")
    }
    made |= {
        f"{each}-animated".lower(): _frames(each) for each in ("GIF", "PNG", "WEBP", "AVIF", "TIFF", "HEIF")
    }
    return made | {
        "jpeg-progressive": file_of(small(), "JPEG", progressive=True, exif=exif),
        "jpeg-cmyk": file_of(small("CMYK"), "JPEG"),
        "jpeg-grey": file_of(small("L"), "JPEG"),
        "jpeg-restarts": file_of(small(), "JPEG", restart_marker_blocks=2),
        "jpeg-and-zip": photo + b"PK\x03\x04" + bytes(400),
        "jpeg-and-page": photo + b"<html><script>alert(1)</script>",
        "gif-and-script": _frames("GIF") + b"=1;alert(1)",
        "gif-10000-frames": many_frames(10_000),
        "png-interlaced": interlaced_png(),
        "png-palette-alpha": file_of(cut_out().resize((150, 100)).quantize(32), "PNG"),
        "png-one-pixel": file_of(Image.new("RGBA", (1, 1), (1, 2, 3, 0)), "PNG"),
        "png-a-line": file_of(Image.new("RGB", (9000, 1), "red"), "PNG"),
        "png-a-tower": file_of(Image.new("L", (1, 20_000), 7), "PNG"),
        "bmp-1-bit": file_of(small("1"), "BMP"),
        "bmp-palette": file_of(small("P"), "BMP"),
        "webp-lossless": file_of(cut_out().resize((150, 100)), "WEBP", lossless=True),
        "heic-turned": file_of(small(), "HEIF", exif=exif),
        "heic-alpha": file_of(cut_out().resize((150, 100)), "HEIF"),
        "avif-alpha": file_of(cut_out().resize((150, 100)), "AVIF"),
        "tiff-in-circles": tiff_in_circles(),
        "tiff-big": file_of(small(), "TIFF", big_tiff=True),
    }


def _in_mode(mode: str) -> Image.Image:
    return (
        small("L").convert(mode)
        if mode in {"I", "F"}
        else Image.new("LAB", (30, 20))
        if mode == "LAB"
        else small(mode)
    )


@cache
def no_pictures() -> dict[str, bytes]:
    """Return files that are of no format that is read, or hold nothing of a picture but its first bytes."""
    icon = BytesIO()
    small().resize((32, 32)).save(icon, "ICO")
    return {
        "nothing": b"",
        "words": b"a red fox in snow",
        "page": b"<!DOCTYPE html><html></html>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "pdf": b"%PDF-1.7\n",
        "zip": b"PK\x03\x04" + bytes(40),
        "ico": icon.getvalue(),
        "video": struct.pack(">I", 24) + b"ftypisom" + bytes(200),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "jpeg-head": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
        "png-head": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "gif-head": b"GIF89a" + bytes(20),
        "webp-head": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(30),
        "tiff-head": b"II*\x00\x08\x00\x00\x00" + b"\xff" * 40,
        "bmp-head": b"BM" + bytes(12) + b"\x28\x00\x00\x00" + b"\xff" * 60,
        "heic-head": struct.pack(">I", 24) + b"ftypheic" + bytes(200),
        "avif-head": struct.pack(">I", 24) + b"ftypavif" + bytes(200),
        "zip-and-jpeg": b"PK\x03\x04" + file_of(small(), "JPEG"),
    }
