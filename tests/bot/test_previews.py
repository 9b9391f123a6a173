"""Small copies of pictures, made once and sent anew as often as an edit needs them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import discord
import pytest
import skimage
from PIL import Image

from nanobot.bot.previews import MAX_PREVIEW_SIDE, Previews
from nanobot.generation.collect import CollectedPicture
from nanobot.images.workers import ImageWorkers

FOLDER = Path(skimage.__file__).parent / "data"


@pytest.fixture
def previews() -> Iterator[Previews]:
    workers = ImageWorkers()
    yield Previews(workers, viewer_id=1)
    workers.close()


def collected(position: int, data: bytes) -> CollectedPicture:
    return CollectedPicture(position=position, data=data, width=1, height=1)


def photograph(name: str, position: int) -> CollectedPicture:
    return collected(position, (FOLDER / name).read_bytes())


def image_in(file: discord.File) -> Image.Image:
    return Image.open(BytesIO(file.fp.read()))


async def test_a_preview_is_small_and_shows_the_picture(previews: Previews) -> None:
    files = await previews.files([photograph("retina.jpg", 1), photograph("chelsea.png", 3)])

    assert [file.filename.partition(".")[0] for file in files] == ["preview-1", "preview-3"]
    assert [image_in(file).size for file in files] == [(512, 512), (451, 300)]
    assert MAX_PREVIEW_SIDE == 512


async def test_a_preview_can_be_sent_again(previews: Previews) -> None:
    """An edit of a message names all its files, those that were there before too."""
    first, second = photograph("coffee.png", 1), photograph("rocket.jpg", 2)
    (sent,) = await previews.files([first])
    data = sent.fp.read()
    sent.close()
    again, _ = await previews.files([first, second])

    assert again.fp.read() == data


async def test_a_picture_that_resists_is_left_out(previews: Previews) -> None:
    """A preview is a courtesy; the picture itself is judged where it is posted."""
    files = await previews.files([collected(1, b"no picture"), photograph("coffee.png", 2)])

    assert [file.filename.partition(".")[0] for file in files] == ["preview-2"]
