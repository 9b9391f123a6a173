"""What is transparent reaches the models that can use it, and is white for all others."""

from __future__ import annotations

import pytest
from PIL import Image

from nanobot.sandbox.discord import File
from tests.journeys.asking import models_listed, picture
from tests.journeys.conftest import Community
from tests.journeys.photographs import file_of, photograph, sent_pictures

WIDTH, HEIGHT = 400, 300
ERASED, LEFT = (50, 50, 150, 250), (250, 50, 350, 250)


def cut_out() -> File:
    """Return a photograph whose left half is erased; below it is black, as most programs leave it."""
    image = photograph("chelsea.png").resize((WIDTH, HEIGHT)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, WIDTH // 2, HEIGHT))
    return file_of(image, "cat.png", "PNG")


def is_white(image: Image.Image) -> bool:
    return image.mode == "RGB" and min(image.crop(ERASED).tobytes()) > 245


def is_transparent(image: Image.Image) -> bool:
    alpha = image.convert("RGBA").getchannel("A")
    return (max(alpha.crop(ERASED).tobytes()), min(alpha.crop(LEFT).tobytes())) == (0, 255)


@pytest.mark.parametrize(
    ("line", "keeps"),
    [
        pytest.param("/edit prompt:a dog model:flux-kontext", False, id="one that reads three colours"),
        pytest.param("/edit prompt:a dog model:ghiblify", False, id="another"),
        pytest.param("/edit prompt:a dog model:gpt-image-1", True, id="one known to take it"),
        pytest.param("/edit prompt:a dog model:flux-lora/inpainting", True, id="one that paints within"),
        pytest.param("/upscale", True, id="one that enlarges"),
    ],
)
async def test_transparency_reaches_who_can_use_it(community: Community, line: str, keeps: bool) -> None:
    await models_listed(community.alice, community.channel)
    await picture(community.alice, line, community.channel, {"image": cut_out()})
    (sent,) = sent_pictures(await community.nanogpt.next_request())

    assert (is_transparent(sent), is_white(sent)) == (keeps, not keeps)


async def test_replies_and_menus_send_it_on_white_too(community: Community) -> None:
    bot = community.discord.bot
    shown = await community.bob.says("my cat", community.channel, files=[cut_out()], mentions=[bot])
    await community.nanogpt.next_request()
    await community.alice.says("a dog", community.channel, reply_to=shown, mentions=[bot])
    by_reply = await community.nanogpt.next_request()
    form = await community.alice.uses_app("Edit image", shown)
    await community.alice.submits(form, {"What should change?": "a dog"})
    by_menu = await community.nanogpt.next_request()

    for request in (by_reply, by_menu):
        (sent,) = sent_pictures(request)
        assert is_white(sent)
