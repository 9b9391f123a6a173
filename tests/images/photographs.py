"""Real photographs, the files that cameras and editors make of them, and how alike two pictures are."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pybase64
import skimage
from PIL import ExifTags, Image, ImageCms, ImageOps

from nanobot.images.prepare import PreparedPicture

FOLDER = Path(skimage.__file__).parent / "data"
Pixels: TypeAlias = npt.NDArray[np.float64]

ORIENTATION = ExifTags.Base.Orientation
PLACE = b"48 12 0 N"


def photograph(name: str = "chelsea.png", mode: str = "RGB") -> Image.Image:
    with Image.open(FOLDER / name) as stored:
        image = stored.convert(mode)
    image.info.clear()  # else Pillow would write the profile of the file into every file made of it
    return image


def cut_out() -> Image.Image:
    """Return a photograph of which a horse's outline is left."""
    image = photograph("coffee.png", "RGBA").resize((400, 328))
    outline = ImageOps.invert(photograph("horse.png", "L"))
    image.putalpha(outline.resize(image.size, Image.Resampling.BICUBIC))
    return image


def file_of(image: Image.Image, image_format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def exif_of(orientation: int | None = None) -> Image.Exif:
    """Return EXIF as a phone writes it: the place, and how the phone was held."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = PLACE.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    if orientation is not None:
        exif[ORIENTATION] = orientation
    return exif


def display_p3() -> bytes:
    """Return a Display P3 profile: Pillow's sRGB profile with the primaries and the name exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for row in range(int.from_bytes(profile[128:132], "big")):
        tag, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * row)
        if tag in primaries:
            struct.pack_into(">3i", profile, offset + 8, *(round(part * 65_536) for part in primaries[tag]))
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "DiP3".encode("utf-16-be"))


def file_in(prepared: PreparedPicture) -> bytes:
    """Return the bytes that the data URL carries, after checking that all it says about itself is true."""
    data_url = b"".join(prepared.data_url)
    head, _, body = data_url.decode("ascii").partition(",")
    data = pybase64.b64decode(body, validate=True)

    assert head == f"data:{prepared.media_type};base64"
    assert prepared.data_url_bytes == len(data_url) <= 4_000_000
    assert picture_in(data).size == (prepared.width, prepared.height)
    return data


def picture_in(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def pixels(image: Image.Image, mode: str = "RGB") -> Pixels:
    return np.asarray(image.convert(mode), dtype=np.float64)


def decibels(image: Image.Image, expected: Image.Image, mode: str = "RGB") -> float:
    """Return the peak signal-to-noise ratio: above 30 two pictures look alike, a wrong turn or colour is below 20."""
    assert image.size == expected.size
    error = np.mean((pixels(image, mode) - pixels(expected, mode)) ** 2)
    return float(10 * np.log10(255**2 / max(float(error), 1e-9)))
