"""Files that are no pictures, or not whole, or too large: one sentence names the file and says what to send instead."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from nanobot.sandbox.discord import BadOption, File
from tests.journeys.conftest import Community
from tests.journeys.photographs import mask_of, picture_in, stored_file

_PNG_OF_A_BOMB = BytesIO()
Image.new("1", (40_000, 40_000)).save(_PNG_OF_A_BOMB, "PNG")
ROCKET = stored_file("rocket.jpg").data

UNUSABLE = [
    (
        File("notes.txt", b"hello"),
        "“notes.txt” is not a picture. Send a JPEG, PNG, WebP, GIF or HEIC file.",
    ),
    (
        File("cat.png", b"hello, I am no picture at all"),
        "cat.png is not a picture that I can read: send a JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP file.",
    ),
    (
        File("empty.png", b""),
        "empty.png is not a picture that I can read: send a JPEG, PNG, WebP, GIF, HEIC, AVIF, TIFF or BMP file.",
    ),
    (
        File("half.jpg", ROCKET[: len(ROCKET) // 2]),
        "half.jpg is damaged: save it again as PNG or JPEG and send that file.",
    ),
    (
        File("bomb.png", _PNG_OF_A_BOMB.getvalue()),
        "bomb.png is too large (40000 × 40000 pixels): make it smaller, and send it again.",
    ),
]


async def test_a_file_that_cannot_be_used_is_named(community: Community) -> None:
    """By command and by mention alike; nothing is sent or paid, and the credit is back."""
    alice, channel, bot = community.alice, community.channel, community.discord.bot
    for file, sentence in UNUSABLE:
        call = await alice.types("/edit prompt:make it night", channel, {"image": file})
        told = await call.settled(lambda message: "end" in message.content)

        assert told.content == sentence
        assert told.ephemeral
    for file, sentence in UNUSABLE[1:]:
        wish = await alice.says("make it night", channel, files=[file], mentions=[bot])
        answer = await channel.next_message()

        assert answer.content == sentence
        assert answer.reference is wish
    assert community.nanogpt.requests == []
    assert "0 of 20 pictures used" in await community.usage(alice)


async def test_a_mask_that_marks_nothing_is_refused(community: Community) -> None:
    photo = stored_file("coffee.png")
    mask = mask_of(picture_in(photo.data).size)
    black = BytesIO()
    Image.new("L", (60, 40), 0).save(black, "PNG")
    files = {"image": photo, "mask": File("mask.png", black.getvalue())}
    call = await community.alice.types("/edit prompt:a moon", community.channel, files)
    told = await call.settled(lambda message: "mask" in message.content)
    await community.alice.types("/edit prompt:a moon", community.channel, {"image": photo, "mask": mask})
    await community.picture()

    assert told.content == (
        "mask.png marks nothing as a mask: paint white what is to change and black what stays."
    )
    assert "1 of 20 pictures used" in await community.usage(community.alice)


async def test_a_file_that_is_too_large_is_refused_unread(community: Community) -> None:
    """In a server whose members may upload as much; elsewhere their own client refuses it."""
    large = File("huge.png", stored_file("chelsea.png").data + b"\0" * 26_000_000)
    boosted = community.discord.add_guild("Boosted", boost_tier=2)
    channel = boosted.add_channel("general")
    boosted.add_member(community.alice)
    call = await community.alice.types("/edit prompt:make it night", channel, {"image": large})
    told = await call.response()
    bot = community.discord.bot
    await community.alice.says("make it night", channel, files=[large], mentions=[bot])
    answer = await channel.next_message()

    assert told.content == ("“huge.png” has 26 MB; up to 25 MB can be read. Send a smaller version of it.")
    assert answer.content == told.content
    assert community.nanogpt.requests == []
    assert "0 of 20 pictures used" in await community.usage(community.alice, channel)
    with pytest.raises(BadOption, match="The maximum file size is 10 MB"):
        await community.alice.types("/edit prompt:make it night", community.channel, {"image": large})
