"""`/imagine`: from the command to the picture in the channel."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.sandbox.discord import BadOption
from tests.journeys.asking import link_to
from tests.journeys.conftest import Community
from tests.journeys.photographs import (
    file_of,
    looks_like,
    mask_of,
    photograph,
    picture_in,
    sent_mask,
    sent_pictures,
    stored_file,
)


async def test_a_member_imagines_a_picture(community: Community) -> None:
    """The picture is a regular message that names who asked, with prompt, model, size, cost and alt text."""
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    await call.acknowledged()
    picture = await community.channel.next_message(where=lambda message: bool(message.attachments))

    assert picture.is_regular
    assert f"<@{community.alice.id}>: a red fox in snow" in picture.content
    assert "`hidream` · 1024×1024 · $0.014" in picture.content
    (file,) = picture.attachments
    assert file.filename == "a-red-fox-in-snow-1.png"
    assert file.description == "Picture made from the prompt: a red fox in snow"
    assert picture.buttons == ["Again", "Edit…", "Delete"]
    done = await call.settled(lambda message: message.content.startswith("Done"))
    assert done.content.startswith(f"Done: {link_to(picture)}\n")
    assert "19 pictures left" in done.content
    assert done.ephemeral


async def test_the_bot_answers_at_once_and_shows_progress(community: Community) -> None:
    """The person sees that their command arrived before NanoGPT hears of it, then who paints since when."""
    community.nanogpt.trouble.hold()
    calls = [
        await community.alice.types("/imagine prompt:a lighthouse", community.channel),
        await community.bob.types("/imagine prompt:a castle", community.channel),
        await community.ada.types("/imagine prompt:a boat", community.channel),
    ]
    for call in calls:
        await call.acknowledged()
    await community.nanogpt.trouble.held(3)
    progress = await calls[0].settled(lambda message: "painting" in message.content)

    ordered_at = {request.fields["prompt"]: request.received_at for request in community.nanogpt.requests}
    for call, prompt in zip(calls, ("a lighthouse", "a castle", "a boat"), strict=True):
        assert call.sent_at + call.acknowledged_after < ordered_at[prompt]
    assert progress.content.startswith("`hidream` is painting, started <t:")
    assert progress.ephemeral
    assert progress.buttons == []
    community.nanogpt.trouble.let_go()
    made = [await community.picture() for _ in calls]
    assert {picture.content.split(":")[0] for picture in made} == {
        f"<@{person.id}>" for person in (community.alice, community.bob, community.ada)
    }


async def test_every_option_reaches_nanogpt(community: Community) -> None:
    """What the member fills in is what NanoGPT gets; nothing of who they are but a pseudonym goes with it."""
    line = (
        "/imagine prompt:a lighthouse at dusk model:flux-kontext size:768x1344 count:4 seed:42 negative_prompt:people "
        "guidance_scale:7.5 steps:30 strength:0.6 kontext_max_mode:true"
    )
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
    options = ("image", "image2", "image3", "image4")
    files = {option: stored_file(name) for option, name in zip(options, names, strict=True)}
    call = await community.alice.types(line, community.channel, files)
    picture = await community.picture()
    request = await community.nanogpt.next_request()

    fields = dict(request.fields)
    assert str(community.alice.id) not in str(fields.pop("user"))
    assert len(str(fields.pop("imageDataUrls"))) > 0
    assert fields == {
        "prompt": "a lighthouse at dusk",
        "model": "flux-kontext",
        "n": 4,
        "size": "768x1344",
        "response_format": "url",
        "seed": 42,
        "negative_prompt": "people",
        "guidance_scale": 7.5,
        "num_inference_steps": 30,
        "strength": 0.6,
        "kontext_max_mode": True,
    }
    for sent, name in zip(sent_pictures(request), names, strict=True):
        assert looks_like(sent, photograph(name)), name
    assert len(picture.attachments) == 4
    assert [picture_in(file.data).size for file in picture.attachments] == [(768, 1344)] * 4
    assert picture.attachments[2].description == "Picture 3 of 4 made from the prompt: a lighthouse at dusk"
    assert "`flux-kontext` · 768×1344 · seed 42 · $0.3152 · " in picture.content
    done = await call.settled(lambda message: message.content.startswith("Done"))
    assert "16 pictures left" in done.content
    assert community.nanogpt.paid_pictures == 4


async def test_a_mask_goes_with_its_picture_at_exactly_its_size(community: Community) -> None:
    """The inpainting model is chosen by itself, and the mask is as large as the picture that is sent."""
    base = file_of(photograph("retina.jpg").resize((3000, 3000)), "retina.jpg", "JPEG")
    files = {"image": base, "mask": mask_of((300, 300))}
    await community.alice.types("/imagine prompt:a moon", community.channel, files)
    await community.picture()
    request = await community.nanogpt.next_request()

    (sent,) = sent_pictures(request)
    mask = sent_mask(request)
    assert request.fields["model"] == "flux-lora/inpainting"
    assert sent.size == mask.size == (2048, 2048)
    assert mask.getpixel((10, 1024)) == 255
    assert mask.getpixel((2040, 1024)) == 0


async def test_what_cannot_be_made_is_said_before_anything_is_paid(community: Community) -> None:
    """Nothing is sent, and nothing is taken from the quota; what the client itself would refuse never arrives."""
    link = f"{community.nanogpt.base_url}/files/1.png"
    call = await community.alice.types(f"/imagine prompt:a cat image_url:{link}", community.channel)
    told = await call.settled(lambda message: message.content.endswith("."))

    assert told.content == (
        "I only follow links to pictures on the public web (http:// or https://, without a password): "
        "attach the file instead."
    )
    assert told.ephemeral
    with pytest.raises(BadOption):
        await community.alice.types("/imagine prompt:a cat count:5", community.channel)
    with pytest.raises(BadOption):
        await community.alice.types("/imagine prompt:a cat kontext_max_mode:perhaps", community.channel)
    assert community.nanogpt.requests == []
    assert community.nanogpt.charged == Decimal(0)
    assert "0 of 20 pictures used" in await community.usage(community.alice)
