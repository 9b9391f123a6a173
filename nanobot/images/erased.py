"""A mask out of a picture of which a part is erased. May import Pillow."""

from __future__ import annotations

from io import BytesIO

from nanobot.images.decode import decode_picture, open_picture
from nanobot.images.prepare import PreparedPicture, mask_from_transparency, prepare_mask

_MARKED_FROM = 128


def prepare_erased_mask(data: bytes, *, width: int, height: int) -> PreparedPicture | None:
    """Return a mask of `width` × `height`, white where the picture in `data` is transparent; `None` where it is nowhere.

    Raises:
        PictureError: `data` is no picture, is damaged or too large, or what is erased is smaller than a pixel.
    """
    image = decode_picture(open_picture(data), max_side=None)
    if image.mode != "RGBA":
        return None
    erased = mask_from_transparency(image).point(lambda value: 255 if value >= _MARKED_FROM else 0)
    if erased.getbbox() is None:
        return None
    out = BytesIO()
    erased.save(out, "PNG", compress_level=1)
    return prepare_mask(out.getvalue(), width=width, height=height)
