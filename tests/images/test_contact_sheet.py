"""Pictures small on one sheet, each where its number says."""

from __future__ import annotations

import pytest
from PIL import Image

from nanobot.images.contact_sheet import THUMBNAIL_SIDE, Tile, contact_sheet, make_thumbnail
from nanobot.images.errors import NotAPicture, PictureUnreadable
from tests.images.photographs import FOLDER, cut_out, decibels, exif_of, file_of, photograph, picture_in

STEP = THUMBNAIL_SIDE + 8
MIDDLE = (60, 40, 180, 120)
NAMES = ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg", "page.png")


def tiles(count: int) -> list[Tile]:
    return [
        Tile(label=str(number), thumbnail=make_thumbnail((FOLDER / NAMES[(number - 1) % 5]).read_bytes()))
        for number in range(1, count + 1)
    ]


def cell(sheet: Image.Image, number: int) -> Image.Image:
    """Return what is not empty of the cell."""
    row, column = divmod(number, 4)
    corner = (column * STEP, row * STEP)
    whole = sheet.crop((*corner, corner[0] + THUMBNAIL_SIDE, corner[1] + THUMBNAIL_SIDE))
    return whole.crop(whole.getbbox())


@pytest.mark.parametrize(
    ("count", "size"),
    [
        (1, (256, 256)),
        (3, (2 * STEP + 256, 256)),
        (4, (3 * STEP + 256, 256)),
        (8, (3 * STEP + 256, STEP + 256)),
    ],
)
def test_pictures_stand_in_rows_of_four(count: int, size: tuple[int, int]) -> None:
    data = contact_sheet(tiles(count))

    assert picture_in(data).size == size
    assert len(data) < 300_000


def test_each_picture_is_where_its_number_says() -> None:
    sheet = picture_in(contact_sheet(tiles(5))).convert("RGBA")
    shown = [cell(sheet, number) for number in range(5)]
    likenesses = [
        decibels(found.crop(MIDDLE), photograph(name).resize(found.size).crop(MIDDLE))
        for found, name in zip(shown, NAMES, strict=True)
    ]

    assert min(likenesses) > 20
    assert cell(sheet, 5).getbbox() is None


def test_the_number_is_in_the_corner_of_its_picture() -> None:
    """White on black, whatever the picture is like."""
    thumbnail = make_thumbnail(file_of(Image.new("RGB", (300, 300), "red"), "PNG"))
    one, eight = (picture_in(contact_sheet([Tile(label=label, thumbnail=thumbnail)])) for label in ("1", "8"))
    corner = (0, 0, 24, 30)

    assert one.crop(corner).convert("RGB").tobytes() != eight.crop(corner).convert("RGB").tobytes()
    brightness = one.crop(corner).convert("L").histogram()
    assert sum(brightness[:60]) > 200
    assert sum(brightness[200:]) > 10
    assert one.getpixel((128, 128)) == pytest.approx((255, 0, 0), abs=12)


def test_a_thumbnail_is_small_upright_and_keeps_transparency() -> None:
    turned = make_thumbnail(file_of(photograph("rocket.jpg"), "JPEG", exif=exif_of(6)))
    clear = picture_in(make_thumbnail(file_of(cut_out(), "PNG")))
    portrait = picture_in(turned)

    assert portrait.height > portrait.width
    assert max(portrait.size) <= THUMBNAIL_SIDE
    assert len(turned) < 30_000
    assert clear.getchannel("A").getextrema() == (0, 255)


def test_what_is_no_whole_picture_has_no_thumbnail() -> None:
    data = (FOLDER / "astronaut.png").read_bytes()

    with pytest.raises(NotAPicture):
        make_thumbnail(b"a letter")
    with pytest.raises(PictureUnreadable):
        make_thumbnail(data[: len(data) // 2])


def test_a_sheet_of_nothing_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        contact_sheet([])
