"""“Image details” in a message's Apps menu tells how a picture was made, to whoever asks and to nobody else."""

from __future__ import annotations

import pytest
from PIL import PngImagePlugin

from nanobot.images.metadata import PictureDetails, read_details
from nanobot.sandbox.discord import File, Message
from tests.journeys.asking import answer, picture
from tests.journeys.conftest import Community
from tests.journeys.photographs import file_of, photograph, picture_in, stored_file, webp

WISH = "/imagine prompt:a *red* fox in snow model:hidream size:512x512 seed:42"
FILE_NOTE = "-# Read out of the file, where anybody can write what they like."


async def details(community: Community, message: Message) -> str:
    told = await (await community.bob.uses_app("Image details", message)).response()
    assert told.ephemeral
    return told.content


async def test_the_bots_own_picture_is_known_with_its_cost(community: Community) -> None:
    fox = await picture(community.alice, WISH, community.channel)
    told = (await details(community, fox)).splitlines()

    assert told[0] == r"a \*red\* fox in snow"
    assert told[1].startswith("-# `hidream` · 512×512 · seed 42 · $0.0035 · <t:")


async def test_what_the_bot_no_longer_knows_is_still_in_the_file(community: Community) -> None:
    """A person who erased their data left the picture in the channel, and with it what its file tells."""
    alice, channel = community.alice, community.channel
    fox = await picture(alice, WISH, channel)
    question = await (await alice.types("/privacy delete", channel)).response()
    erased = await alice.presses(question, "Erase my data")
    await erased.settled(lambda message: message.content.startswith("Erased"))

    assert (await details(community, fox)).splitlines() == [
        r"a \*red\* fox in snow",
        "-# hidream · 512×512 · seed 42",
        FILE_NOTE,
    ]


async def test_a_posted_file_tells_how_it_was_made_and_nothing_of_the_person(community: Community) -> None:
    """Saved and posted elsewhere, it still does, to any program that knows such notes."""
    fox = await picture(community.alice, WISH, community.channel)
    data = fox.attachments[0].data
    elsewhere = await community.ada.says("look", community.channel, files=[File("saved.png", data)])

    assert read_details(data) == PictureDetails(
        prompt="a *red* fox in snow", model="hidream", width=512, height=512, seed=42
    )
    words = picture_in(data).info["parameters"]
    assert str(community.alice.id) not in words
    assert "alice" not in words
    assert await details(community, elsewhere) == (
        f"a \\*red\\* fox in snow\n-# hidream · 512×512 · seed 42\n{FILE_NOTE}"
    )


@pytest.mark.parametrize("bot_settings", [{"EMBED_METADATA": "false"}], ids=["turned off"])
async def test_an_owner_can_leave_files_as_they_came(community: Community) -> None:
    fox = await picture(community.alice, WISH, community.channel)
    told = await details(community, fox)

    assert read_details(fox.attachments[0].data) is None
    assert told.startswith(r"a \*red\* fox in snow")


async def test_pictures_of_other_programs_are_read_too(community: Community) -> None:
    """Of several, those that tell something, by their numbers."""
    info = PngImagePlugin.PngInfo()
    info.add_text(
        "parameters", "a [cat](https://x.example)\nNegative prompt: dog\nSteps: 20, Seed: 7, Size: 64x96"
    )
    made = file_of(photograph("chelsea.png"), "made.png", "PNG", pnginfo=info)
    message = await community.alice.says("mine", community.channel, files=[webp(), made])

    assert await details(community, message) == (
        "**Picture 2**: a \\[cat\\](https:\\//x.example)\n-# without: dog\n-# 64×96 · seed 7\n" + FILE_NOTE
    )


async def test_a_picture_without_notes_and_a_message_without_pictures_say_so(community: Community) -> None:
    """A file that is damaged has none either."""
    alice, channel = community.alice, community.channel
    photo = await alice.says("my cat", channel, files=[stored_file("chelsea.png")])
    broken = await alice.says("oh", channel, files=[File("cat.png", stored_file("chelsea.png").data[:20])])
    letter = await alice.says("no picture", channel, files=[File("notes.txt", b"hello")])

    for message in (photo, broken):
        assert (await details(community, message)).startswith("This picture tells nothing about how it was")
    assert await details(community, letter) == "That message has no picture."
    assert "0 of 20 pictures used" in await answer(community.bob, "/usage", channel)
