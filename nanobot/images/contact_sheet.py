"""Several pictures small on one sheet, each with its number. May import Pillow.

A thumbnail is made of each file by itself, so that one that resists spoils nothing but its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from nanobot.images import encode
from nanobot.images.decode import decode_picture, open_picture

THUMBNAIL_SIDE = 256

_COLUMNS = 4
_GAP = 8
_THUMBNAIL_QUALITIES = (88, 70)
_MAX_THUMBNAIL_BYTES = 200_000
_SHEET_QUALITY = 85
_LABEL_SIZE, _LABEL_PADDING, _LABEL_RADIUS = 24, 6, 6
_LABEL_COLOUR, _LABEL_GROUND = "white", (0, 0, 0, 200)
_NOTHING = (0, 0, 0, 0)  # the sheet looks right on light and on dark


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`thumbnail` is a file that `make_thumbnail` made."""

    label: str
    thumbnail: bytes


def make_thumbnail(data: bytes, *, name: str | None = None) -> bytes:
    """Return the (first) picture in `data` as a small file, its longest side at most `THUMBNAIL_SIDE`.

    Raises:
        PictureError: `data` is no picture, is damaged, or would take too much time or memory.
    """
    image = decode_picture(open_picture(data, name=name), max_side=THUMBNAIL_SIDE)
    return encode.encode_within(image, max_bytes=_MAX_THUMBNAIL_BYTES, qualities=_THUMBNAIL_QUALITIES).data


def contact_sheet(tiles: Sequence[Tile]) -> bytes:
    """Return a WebP with the tiles in rows of four, in their order.

    Raises:
        ValueError: there are no tiles.
    """
    if not tiles:
        raise ValueError("a contact sheet needs a picture")
    columns = min(_COLUMNS, len(tiles))
    rows = math.ceil(len(tiles) / _COLUMNS)
    step = THUMBNAIL_SIDE + _GAP
    sheet = Image.new("RGBA", (columns * step - _GAP, rows * step - _GAP), _NOTHING)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, _COLUMNS)
        sheet.alpha_composite(_cell(tile), (column * step, row * step))
    out = BytesIO()
    sheet.save(out, "WEBP", quality=_SHEET_QUALITY)
    return out.getvalue()


def _cell(tile: Tile) -> Image.Image:
    """Return a square with the thumbnail in its middle and the label in the thumbnail's corner."""
    cell = Image.new("RGBA", (THUMBNAIL_SIDE, THUMBNAIL_SIDE), _NOTHING)
    with Image.open(BytesIO(tile.thumbnail)) as stored:
        small = stored.convert("RGBA")
    left, top = (THUMBNAIL_SIDE - small.width) // 2, (THUMBNAIL_SIDE - small.height) // 2
    cell.paste(small, (left, top))
    cell.alpha_composite(_label(tile.label), (left, top))
    return cell


def _label(text: str) -> Image.Image:
    font = ImageFont.load_default(size=_LABEL_SIZE)
    width = math.ceil(font.getlength(text)) + 2 * _LABEL_PADDING
    label = Image.new("RGBA", (max(width, _LABEL_SIZE), _LABEL_SIZE + _LABEL_PADDING), _NOTHING)
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((0, 0, label.width - 1, label.height - 1), _LABEL_RADIUS, fill=_LABEL_GROUND)
    middle = (label.width / 2, label.height / 2)
    draw.text(middle, text, fill=_LABEL_COLOUR, font=font, anchor="mm")
    return label
