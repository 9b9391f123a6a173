"""HEIC's pixels where their decoder left them. May import Pillow and pillow-heif.

Through its Pillow plugin a picture of 48 megapixels, as phones make them, takes 350 MB: a copy of all pixels comes on top of
the decoder's own 230.
"""

from __future__ import annotations

import pillow_heif
from PIL import Image

from nanobot.images.strips import RawPixels

_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
_PLAIN_BITS, _PLAIN_CHROMA = 8, 420


def is_rich(image: Image.Image) -> bool:
    """Tell whether an opened HEIC stores more than eight bits a channel, or colours at full size."""
    bits, chroma = image.info.get("bit_depth", _PLAIN_BITS), image.info.get("chroma", _PLAIN_CHROMA)
    return bool(bits > _PLAIN_BITS or chroma != _PLAIN_CHROMA)


def decode(data: bytes) -> RawPixels | None:
    """Return the main picture in the HEIC file `data`, turned as its boxes ask; `None` if it is of an unusual kind.

    Raises:
        EOFError, OSError, RuntimeError, SyntaxError, ValueError: it is damaged.
    """
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=True, remove_stride=False)
    picture = file[file.primary_index]
    if picture.mode not in _MODES:
        return None
    pixels = memoryview(picture.data)
    # Only the decoded picture's size can be relied on, so it is asked for after the pixels.
    return RawPixels(size=picture.size, mode=picture.mode, stride=picture.stride, data=pixels)
