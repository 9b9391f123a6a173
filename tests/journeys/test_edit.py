"""`/edit` and `/upscale`: a picture that comes with the command."""

from __future__ import annotations

from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, photograph, picture_in, sent_pictures, stored_file


async def test_a_member_edits_their_photograph(community: Community) -> None:
    """The file is downloaded, sent as a data URL to the edit model, and the result is posted for all."""
    files = {"image": stored_file("astronaut.png")}
    call = await community.alice.types("/edit prompt:make it night", community.channel, files)
    picture = await community.picture()
    request = await community.nanogpt.next_request()

    (sent,) = sent_pictures(request)
    assert looks_like(sent, photograph("astronaut.png"))
    assert request.fields["model"] == "flux-kontext"
    assert picture.content.startswith(f"<@{community.alice.id}>: make it night\n-# `flux-kontext` · ")
    assert picture.attachments[0].filename == "make-it-night-1.png"
    assert (await call.settled(lambda message: message.content.startswith("Done"))).ephemeral


async def test_an_edit_without_a_picture_asks_for_one(community: Community) -> None:
    call = await community.alice.types("/edit prompt:make it night", community.channel)
    told = await call.response()

    assert told.content == "There is no picture to edit. Attach one, or reply to a message that has one."
    assert community.nanogpt.requests == []
    assert "0 of 20 pictures used" in await community.usage(community.alice)


async def test_a_picture_is_scaled_up(community: Community) -> None:
    """`/upscale` needs no words: the result is larger than what was given. Without a picture it asks for one."""
    files = {"image": stored_file("coffee.png")}
    await community.alice.types("/upscale", community.channel, files)
    picture = await community.picture()
    without = await community.alice.types("/upscale", community.channel)
    told = await without.response()

    given = photograph("coffee.png")
    scaled = picture_in(picture.attachments[0].data)
    assert scaled.width >= 2 * given.width
    assert looks_like(scaled, given)
    assert "`Upscaler`" in picture.content
    assert told.content == "There is no picture to enlarge. Attach one, or give a link to one."
    assert community.nanogpt.paid_pictures == 1
