"""Several pictures at once: each is shown as it arrives, all are posted together, and only those that came count."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nanobot.sandbox.discord import Message
from tests.journeys.asking import models_listed
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, picture_in, stored_file

# Makes one picture a call, so that four of them are four calls.
FOUR = "/imagine prompt:a fox model:gpt-4o-image count:4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a person saw at one moment: a message goes on changing."""

    text: str
    previews: tuple[bytes, ...]


def look(message: Message) -> Look:
    return Look(text=message.content, previews=tuple(file.data for file in message.attachments))


async def test_each_picture_is_shown_small_as_it_arrives_and_all_are_posted_once(
    community: Community,
) -> None:
    """The progress carries small copies until the message with all pictures is there, then nothing of them is left."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.hold()
    call = await alice.types(FOUR, channel)
    await community.nanogpt.trouble.held(4)
    painting = look(await call.settled(lambda message: "painting" in message.content))
    community.nanogpt.trouble.let_go(1)
    one = look(await call.settled(lambda message: message.content.startswith("1 of 4")))
    community.nanogpt.trouble.let_go(1)
    two = look(await call.settled(lambda message: message.content.startswith("2 of 4")))
    community.nanogpt.trouble.let_go()
    posted = await community.picture()
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert painting.previews == ()
    assert (one.text, two.text) == ("1 of 4 is here.", "2 of 4 are here.")
    assert (len(one.previews), len(two.previews)) == (1, 2)
    assert [max(picture_in(preview).size) for preview in two.previews] == [512, 512]
    assert any(
        looks_like(picture_in(one.previews[0]), picture_in(file.data).resize((512, 512)))
        for file in posted.attachments
    )
    assert len(posted.attachments) == 4
    assert done.attachments == []
    assert "16 pictures left" in done.content
    assert "`gpt-4o-image` · 1024×1024 · $0.32 · " in posted.content
    assert [message for message in channel.messages.values() if message.attachments] == [posted]
    assert [request.fields.get("n", 1) for request in community.nanogpt.requests] == [1, 1, 1, 1]


async def test_what_failed_of_several_is_told_and_costs_nothing(community: Community) -> None:
    """The others are posted and paid for."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    community.nanogpt.trouble.fail_next(500, "server_error")
    call = await alice.types(FOUR, channel)
    posted = await community.picture()
    done = await call.settled(lambda message: message.content.startswith("Done"))

    assert len(posted.attachments) == 3
    assert posted.content.splitlines()[-1] == (
        "-# 1 more could not be made and cost you nothing. NanoGPT failed in the middle of the work. "
        "Try again in a minute."
    )
    assert "17 pictures left" in done.content
    assert community.nanogpt.paid_pictures == 3


async def test_a_model_that_always_makes_four_says_so(community: Community) -> None:
    """All of them are paid for, so all of them are posted and count."""
    alice, channel = community.alice, community.channel
    await models_listed(alice, channel)
    call = await alice.types("/imagine prompt:a fox model:higgsfield-soul", channel)
    posted = await community.picture()
    await call.settled(lambda message: message.content.startswith("Done"))

    assert len(posted.attachments) == 4
    assert posted.content.splitlines()[-1] == (
        "-# `higgsfield-soul` makes a fixed number of pictures at once: 4 in place of 1."
    )
    assert "4 of 20 pictures used today" in await community.usage(alice)
    assert community.nanogpt.paid_pictures == 4


async def test_a_reply_gets_its_pictures_without_previews(community: Community) -> None:
    """There is no message that only its writer sees; the bot types until the picture is there."""
    wish = await community.bob.says("make it night", community.bob.dm, files=[stored_file("coffee.png")])
    posted = await community.bob.dm.next_message()

    assert posted.reference is wish
    assert len(posted.attachments) == 1


@pytest.mark.parametrize("bot_settings", [{"LOW_BALANCE_USD": "10"}], ids=["balance below the mark"])
async def test_a_low_balance_is_told_with_a_cheaper_size_to_whoever_asks_and_to_the_owner(
    community: Community,
) -> None:
    """Members can help by asking for less; the channel does not hear of it, and the owner hears of it once."""
    alice, channel, host = community.alice, community.channel, community.discord.host
    await models_listed(alice, channel)
    for _ in range(2):
        call = await alice.types("/imagine prompt:a fox", channel)
        posted = await community.picture()
        done = await call.settled(lambda message: message.content.startswith("Done"))
    warned = await host.dm.next_message()

    assert done.content.splitlines()[-1] == (
        "-# The bot's balance is low. `size:512x512` costs $0.0035 a picture in place of $0.014."
    )
    assert "balance" not in posted.content
    assert "below the $10.00 of LOW_BALANCE_USD" in warned.content
    assert len(host.dm.messages) == 1
