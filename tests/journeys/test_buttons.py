"""The buttons under a picture: Again, Edit… and Delete, before a restart and after."""

from __future__ import annotations

from nanobot.sandbox.discord import Message
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, picture_in, sent_pictures, stored_file


async def _imagined(community: Community, options: str = "") -> Message:
    await community.alice.types(f"/imagine prompt:a red fox in snow {options}", community.channel)
    fox = await community.picture()
    await community.nanogpt.next_request()
    return fox


async def test_again_makes_another_picture_for_whoever_presses(community: Community) -> None:
    """The wish is repeated with all its options but the seed, which would give the same picture once more."""
    fox = await _imagined(
        community, "model:bagel size:1024x1024 seed:7 negative_prompt:people count:2 steps:30"
    )
    pressed = await community.bob.presses(fox, "Again")
    other = await community.picture()
    again = await community.nanogpt.next_request()
    done = await pressed.settled(lambda message: message.content.startswith("Done"))

    assert other.content.startswith(
        f"<@{community.bob.id}>: a red fox in snow\n-# `bagel` · 1024×1024 · $0.12"
    )
    assert other.attachments[0].data != fox.attachments[0].data
    assert len(other.attachments) == 2
    fields = {name: again.fields.get(name) for name in ("negative_prompt", "num_inference_steps", "seed")}
    assert fields == {"negative_prompt": "people", "num_inference_steps": 30, "seed": None}
    assert "18 pictures left" in done.content
    assert done.ephemeral
    assert "2 of 20 pictures used" in await community.usage(community.alice)


async def test_again_of_an_edit_says_why_not(community: Community) -> None:
    """The pictures that members give are not kept."""
    files = {"image": stored_file("chelsea.png")}
    await community.alice.types("/edit prompt:make it night", community.channel, files)
    night = await community.picture()
    told = await (await community.alice.presses(night, "Again")).response()

    assert told.content == (
        "This picture was made from others that I do not keep. Use **Edit**, or ask again with the pictures."
    )
    assert told.ephemeral
    assert community.nanogpt.paid_pictures == 1


async def test_edit_asks_what_to_change(community: Community) -> None:
    """Anybody may press it; the picture above the button is edited."""
    fox = await _imagined(community)
    form = await (await community.bob.presses(fox, "Edit…")).wait_modal()
    sent = await community.bob.submits(form, {"What should change?": "make it night"})
    night = await community.picture()

    assert night.content.startswith(f"<@{community.bob.id}>: make it night\n-# `flux-kontext` · ")
    request = await community.nanogpt.next_request()
    assert looks_like(sent_pictures(request)[0], picture_in(fox.attachments[0].data))
    done = await sent.settled(lambda message: message.content.startswith("Done"))
    assert done.ephemeral
    assert not fox.is_deleted


async def test_delete_is_for_the_requester_and_for_moderators(community: Community) -> None:
    """A stranger is refused; nothing comes back to the quota, since the picture was made and paid."""
    mod = community.guild.add_member("mod", permissions=["MANAGE_MESSAGES"])
    first = await _imagined(community)
    second = await _imagined(community)
    refusal = await (await community.bob.presses(first, "Delete")).followup()
    await (await community.alice.presses(first, "Delete")).acknowledged()
    await first.wait_for(lambda message: message.is_deleted)
    await (await mod.presses(second, "Delete")).acknowledged()
    await second.wait_for(lambda message: message.is_deleted)

    assert refusal.content == (
        "Only the person who asked for this picture, or someone who may manage messages here, can do that."
    )
    assert refusal.ephemeral
    assert "2 of 20 pictures used" in await community.usage(community.alice)


async def test_buttons_outlive_a_restart(community: Community) -> None:
    """All they hold is the id of a generation in the database."""
    fox = await _imagined(community)
    await community.restart()
    await community.bob.presses(fox, "Again")
    other = await community.picture()
    await community.nanogpt.next_request()
    opened = await community.alice.presses(fox, "Edit…")
    await community.alice.submits(opened, {"What should change?": "make it night"})
    night = await community.picture()
    refusal = await (await community.alice.presses(other, "Delete")).followup()
    await community.alice.presses(fox, "Delete")
    await fox.wait_for(lambda message: message.is_deleted)

    assert other.content.startswith(f"<@{community.bob.id}>: a red fox in snow\n")
    assert night.content.startswith(f"<@{community.alice.id}>: make it night\n")
    assert refusal.content.startswith("Only the person who asked for this picture")
    assert not other.is_deleted


async def test_a_wish_that_was_erased_cannot_be_repeated(community: Community) -> None:
    """`/privacy delete` forgets how the picture was made; its owner can still delete it."""
    fox = await _imagined(community)
    asked = await community.alice.types("/privacy delete", community.channel)
    question = await asked.response()
    await community.alice.presses(question, "Erase my data")
    await question.wait_for(lambda message: message.content.startswith("Erased"))
    told = await (await community.bob.presses(fox, "Again")).response()
    await community.alice.presses(fox, "Delete")
    await fox.wait_for(lambda message: message.is_deleted)

    assert told.content == (
        "I no longer know how this picture was made, so it cannot be made again. Use `/imagine`."
    )
    assert question.content == "Erased: your data of 1 request."
    assert question.buttons == []
