"""A mask out of a picture of which a part is erased. Imports only its neighbours."""

from __future__ import annotations

from nanobot.images.decode import decode_picture, open_picture
from nanobot.images.prepare import (
    MASK_OVERSAMPLING,
    PreparedPicture,
    finished_mask,
    mask_from_transparency,
    to_two_values,
)


def prepare_erased_mask(data: bytes, *, width: int, height: int) -> PreparedPicture | None:
    """Return a mask of `width` × `height`, white where the picture in `data` is transparent; `None` where it is nowhere.

    Raises:
        PictureError: `data` is no picture, is damaged or too large, or what is erased is smaller than a pixel.
    """
    image = decode_picture(open_picture(data), max_side=MASK_OVERSAMPLING * max(width, height))
    if image.mode != "RGBA":
        return None
    erased = mask_from_transparency(image).point(to_two_values)
    if erased.getbbox() is None:
        return None
    return finished_mask(erased, width=width, height=height)
