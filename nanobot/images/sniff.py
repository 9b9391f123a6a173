"""What a file is, by its first bytes alone: names and media types that people send are often wrong. Imports nothing."""

from __future__ import annotations

from enum import StrEnum

SNIFF_BYTES = 64
"""As many first bytes as `sniff` may need."""

_MAGIC = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
# Sizes of the headers that may follow a BMP's file header; two letters alone also start plain texts.
_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})
# Brands: https://github.com/nokiatech/heif/wiki and https://aomediacodec.github.io/av1-avif/#brands
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


class ImageFormat(StrEnum):
    """The formats that are read."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    BMP = "bmp"
    TIFF = "tiff"
    HEIC = "heic"
    AVIF = "avif"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"

    @property
    def suffix(self) -> str:
        """Return the end of a file's name, with the dot."""
        return ".jpg" if self is ImageFormat.JPEG else f".{self.value}"


def sniff(data: bytes) -> ImageFormat | None:
    """Return the format that `data` starts like, `None` where it is none of ours. The rest may still be damaged."""
    for magic, word in _MAGIC:
        if data.startswith(magic):
            return ImageFormat(word)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return ImageFormat.BMP
    return _by_brand(data) if data[4:8] == b"ftyp" else None


def _by_brand(data: bytes) -> ImageFormat | None:
    """Read the brands of an ISO media file: `mif1` may be either kind, so AVIF's own brands are looked for first."""
    end = min(int.from_bytes(data[:4], "big"), SNIFF_BYTES)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return ImageFormat.AVIF
    return ImageFormat.HEIC if brands & _HEIC_BRANDS else None
