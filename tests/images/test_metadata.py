"""How a picture was made is written into its file, pixels untouched, and read back out of anybody's."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from nanobot.images.errors import NotAPicture, PictureError
from nanobot.images.metadata import PictureDetails, read_details, with_details
from tests.images.photographs import cut_out, exif_of, file_of, photograph, picture_in

FOX = PictureDetails(prompt="a red fox, 雪 ❄", model="hidream", width=1024, height=768, seed=42)
SIGNED_PNG = b"caBX"

FILES = {
    "png": file_of(photograph(), "PNG"),
    "transparent png": file_of(cut_out(), "PNG"),
    "jpeg": file_of(photograph(), "JPEG"),
    "progressive jpeg": file_of(photograph(), "JPEG", progressive=True),
    "lossy webp": file_of(photograph(), "WEBP"),
    "lossless webp": file_of(photograph(), "WEBP", lossless=True),
    "transparent webp": file_of(cut_out(), "WEBP"),
    "transparent lossless webp": file_of(cut_out(), "WEBP", lossless=True),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_written_is_read_and_no_pixel_changes(kind: str) -> None:
    data = FILES[kind]
    told = with_details(data, FOX)

    assert read_details(told) == FOX
    assert told != data
    assert len(told) - len(data) < 400
    assert picture_in(told).tobytes() == picture_in(data).tobytes()
    assert picture_in(told).mode == picture_in(data).mode


@pytest.mark.parametrize("kind", ["png", "jpeg", "lossy webp"])
def test_other_programs_read_it_too(kind: str) -> None:
    """By Automatic1111's form, which galleries of such pictures know."""
    picture = picture_in(with_details(FILES[kind], FOX))
    words = picture.info.get("parameters")
    if words is None:
        comment = picture.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
        words = comment.removeprefix(b"UNICODE\x00").decode("utf-16-be")

    assert words == "a red fox, 雪 ❄\nSeed: 42, Size: 1024x768, Model: hidream, Software: nanobot"


@pytest.mark.parametrize("image_format", ["GIF", "BMP", "TIFF", "AVIF"])
def test_other_formats_stay_as_they_are(image_format: str) -> None:
    data = file_of(photograph(), image_format)

    assert with_details(data, FOX) is data


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_breaks_off_stays_as_it_is(kind: str) -> None:
    data = FILES[kind][: len(FILES[kind]) * 2 // 3]

    assert with_details(data, FOX) is data


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_tells_about_itself_already_stays_as_it_is(kind: str) -> None:
    told = with_details(FILES[kind], FOX)

    assert with_details(told, PictureDetails(prompt="a koala")) is told


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP"])
def test_exif_that_turns_a_picture_is_left_alone(image_format: str) -> None:
    data = file_of(photograph(), image_format, exif=exif_of(6))

    assert with_details(data, FOX) is data


def test_signed_content_credentials_are_not_made_void() -> None:
    """Some models sign their files (C2PA); a file that was changed afterwards would count as forged."""
    plain = FILES["png"]
    body = SIGNED_PNG + b"a manifest"
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    png = plain[:33] + chunk + plain[33:]
    jpeg = FILES["jpeg"][:2] + b"\xff\xeb\x00\x06JP\x00\x01" + FILES["jpeg"][2:]

    assert with_details(png, FOX) is png
    assert with_details(jpeg, FOX) is jpeg


def test_what_automatic1111_wrote_is_understood() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text(
        "parameters",
        "a cat,\nsitting\nNegative prompt: dog, text\n"
        'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234567890, Size: 512x768, Model hash: abc, Model: "x, y: z"',
    )
    data = file_of(photograph(), "PNG", pnginfo=info)

    assert read_details(data) == PictureDetails(
        prompt="a cat,\nsitting",
        negative_prompt="dog, text",
        model="x, y: z",
        width=512,
        height=768,
        seed=1234567890,
    )


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_a_comment_of_either_byte_order_is_read(order: str) -> None:
    """Automatic1111 and ExifTool do not agree on it."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\x00" + "a cat\nSeed: 7".encode(
        order
    )
    data = file_of(photograph(), "JPEG", exif=exif)

    assert read_details(data) == PictureDetails(prompt="a cat", seed=7)


@pytest.mark.parametrize("kind", ["png", "jpeg", "lossy webp"])
def test_a_file_that_tells_nothing_is_one(kind: str) -> None:
    assert read_details(FILES[kind]) is None


def test_a_photographs_own_exif_tells_nothing() -> None:
    assert read_details(file_of(photograph(), "JPEG", exif=exif_of(1))) is None


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(NotAPicture):
        read_details(b"a letter")


def test_words_without_end_are_cut() -> None:
    """Nothing that a stranger's file tells can fill a screen or a database."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", "fox " * 200_000, zip=True)
    read = read_details(file_of(photograph(), "PNG", pnginfo=info))

    assert read is not None
    assert len(read.prompt) == 8_000


@settings(max_examples=60, deadline=None)
@given(
    prompt=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=300).filter(str.strip),
    model=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40).map(
        str.strip
    ),
    seed=st.none() | st.integers(0, 2**32),
    kind=st.sampled_from(sorted(FILES)),
)
def test_any_words_come_back_with_their_spaces_tidied(
    prompt: str, model: str, seed: int | None, kind: str
) -> None:
    details = PictureDetails(prompt=prompt, model=model or None, width=64, height=32, seed=seed)
    read = read_details(with_details(FILES[kind], details))

    assert read is not None
    assert (read.model, read.seed, read.width) == (details.model, seed, 64)
    assert read.prompt == " ".join(prompt.split())


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(FILES)))
def test_damaged_words_are_ignored(data: st.DataObject, kind: str) -> None:
    """Whatever a flipped byte makes of them: details, nothing, or a sentence that the file is damaged."""
    told = bytearray(with_details(FILES[kind], FOX))
    if kind.endswith("webp"):
        at = data.draw(st.integers(len(told) - 300, len(told) - 1))
    else:
        at = data.draw(st.integers(0, 400))
    told[at] = data.draw(st.integers(0, 255))
    try:
        read = read_details(bytes(told))
    except PictureError:
        return

    assert read is None or len(read.prompt) < 400
    with_details(bytes(told), FOX)


def test_pixels_of_an_animation_stay_too() -> None:
    frames = [photograph(name).resize((64, 64)) for name in ("chelsea.png", "coffee.png")]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    told = picture_in(with_details(out.getvalue(), FOX))

    assert getattr(told, "n_frames", 1) == 2
    assert read_details(with_details(out.getvalue(), FOX)) == FOX
