"""Waiting for a turn: positions, Cancel, and how many may wait."""

from __future__ import annotations

import pytest

from nanobot.sandbox.discord import Message, NotPossible
from tests.journeys.asking import online_again
from tests.journeys.conftest import Community
from tests.journeys.photographs import stored_file

ONE_AT_A_TIME = {"CONCURRENT_GENERATIONS": "1"}
ONE_EACH = {"CONCURRENT_GENERATIONS_PER_MEMBER": "1", "WAITING_GENERATIONS_PER_MEMBER": "1"}
CANCELLED = "Cancelled. Nothing was taken from your quota."


async def bob_waits_for_alice(community: Community) -> tuple[Message, Message]:
    """Let NanoGPT keep alice's fox, and return bob's wish for an edit with what it is told meanwhile."""
    community.nanogpt.trouble.hold()
    await community.alice.types("/imagine prompt:a fox", community.channel)
    await community.nanogpt.trouble.held()
    wish = await community.bob.says(
        "make it night",
        community.channel,
        files=[stored_file("coffee.png")],
        mentions=[community.discord.bot],
    )
    return wish, await community.channel.next_message()


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_whoever_waits_sees_their_position_and_may_cancel(community: Community) -> None:
    """The position is told as it changes; a cancelled request gives its credit back and is never sent."""
    alice, bob, ada, channel = community.alice, community.bob, community.ada, community.channel
    community.nanogpt.trouble.hold()
    await alice.types("/imagine prompt:a fox", channel)
    await community.nanogpt.trouble.held()
    of_bob = await bob.types("/imagine prompt:a boat", channel)
    next_one = await of_bob.settled(lambda message: "Waiting" in message.content)
    of_ada = await ada.types("/imagine prompt:a castle", channel)
    second = await of_ada.settled(lambda message: "Waiting" in message.content)

    assert next_one.content == "Waiting for a turn: you are next."
    assert next_one.buttons == ["Cancel"]
    assert second.content == "Waiting for a turn: position 2."
    assert "1 of 20 pictures used" in await community.usage(bob)
    with pytest.raises(NotPossible):
        await alice.presses(next_one, "Cancel")
    await bob.presses(next_one, "Cancel")
    cancelled = await of_bob.settled(lambda message: "Cancelled" in message.content)
    moved_up = await of_ada.settled(lambda message: "next" in message.content)
    assert cancelled.content == CANCELLED
    assert cancelled.buttons == []
    assert moved_up.content == "Waiting for a turn: you are next."
    assert "0 of 20 pictures used" in await community.usage(bob)
    community.nanogpt.trouble.let_go()
    made = [await community.picture(), await community.picture()]
    assert [picture.content.split("\n")[0] for picture in made] == [
        f"<@{alice.id}>: a fox",
        f"<@{ada.id}>: a castle",
    ]
    assert community.nanogpt.paid_pictures == 2


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_a_reply_that_has_to_wait_may_be_cancelled_by_its_writer(community: Community) -> None:
    """The bot writes that it waits only where it does, and removes that message in the end."""
    alice, bob, channel = community.alice, community.bob, community.channel
    wish, waiting = await bob_waits_for_alice(community)
    refusal = await (await alice.presses(waiting, "Cancel")).followup()
    await bob.presses(waiting, "Cancel")
    cancelled = await channel.next_message()

    assert waiting.content == "Waiting for a turn: you are next."
    assert waiting.reference is wish
    assert refusal.content == "Only the person who asked for this picture can cancel it."
    assert refusal.ephemeral
    assert cancelled.content == CANCELLED
    assert cancelled.reference is wish
    assert waiting.is_deleted
    photo = [stored_file("coffee.png")]
    await bob.says("make it dawn", channel, files=photo, mentions=[community.discord.bot])
    again = await channel.next_message()
    community.nanogpt.trouble.let_go()
    await community.picture()
    dawn = await community.picture()
    assert dawn.content.startswith(f"<@{bob.id}>: make it dawn\n")
    await again.wait_for(lambda message: message.is_deleted)
    assert "1 of 20 pictures used" in await community.usage(bob)


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_what_is_being_painted_cannot_be_cancelled(community: Community) -> None:
    """The picture is paid for and arrives; the button may stay a moment longer than the possibility."""
    alice, bob, channel = community.alice, community.bob, community.channel
    community.nanogpt.trouble.hold()
    community.nanogpt.trouble.fail_next(400, "invalid_request")
    await alice.types("/imagine prompt:a fox", channel)
    await community.nanogpt.trouble.held()
    call = await bob.types("/imagine prompt:a boat", channel)
    waiting = await call.settled(lambda message: message.buttons == ["Cancel"])
    community.nanogpt.trouble.let_go(1)
    await community.nanogpt.trouble.held()
    told = await (await bob.presses(waiting, "Cancel")).followup()
    community.nanogpt.trouble.let_go()
    boat = await community.picture()

    assert told.content == (
        "It is too late to cancel: NanoGPT is already painting and the picture is paid for. It will arrive in a moment."
    )
    assert boat.content.startswith(f"<@{bob.id}>: a boat\n")


@pytest.mark.parametrize("bot_settings", [ONE_AT_A_TIME], ids=["one at a time"])
async def test_a_button_that_a_restart_left_behind_says_that_the_request_is_over(
    community: Community,
) -> None:
    """The words about the progress go once the picture is there; here Discord does not let them."""
    bob, channel = community.bob, community.channel
    wish, waiting = await bob_waits_for_alice(community)
    await community.bot.kill()
    community.nanogpt.trouble.let_go()
    community.discord.trouble.fail_next(
        "DELETE", "/channels/{channel_id}/messages/{message_id}", 503, times=100
    )
    await online_again(community.bot, community.discord)
    await channel.next_message(where=lambda message: message.reference is wish)
    while "in the making" in await community.usage(bob):  # posted, and about to be settled
        pass
    told = await (await bob.presses(waiting, "Cancel")).followup()

    assert told.content == "That request has come to its end already, so there is nothing to cancel."
    assert told.ephemeral


@pytest.mark.parametrize("bot_settings", [ONE_EACH], ids=["one each"])
async def test_a_member_may_have_only_so_many_requests(community: Community) -> None:
    """One is in the making, one waits, the third is refused at once; others are not held up by it."""
    alice, bob, channel = community.alice, community.bob, community.channel
    community.nanogpt.trouble.hold()
    await alice.types("/imagine prompt:a fox", channel)
    await community.nanogpt.trouble.held()
    of_second = await alice.types("/imagine prompt:a boat", channel)
    waiting = await of_second.settled(lambda message: "Waiting" in message.content)
    refusal = await (await alice.types("/imagine prompt:a castle", channel)).response()
    await bob.types("/imagine prompt:a lighthouse", channel)
    await community.nanogpt.trouble.held(2)

    assert waiting.content == "Waiting for a turn: you are next."
    assert refusal.content == (
        "1 request of yours is already waiting for a turn. Ask again as soon as it is done."
    )
    assert "2 of 20 pictures used" in await community.usage(alice)
    community.nanogpt.trouble.let_go()
    made: list[Message] = [await community.picture() for _ in range(3)]
    assert sorted(picture.content.split("\n")[0] for picture in made) == sorted(
        [f"<@{alice.id}>: a boat", f"<@{alice.id}>: a fox", f"<@{bob.id}>: a lighthouse"]
    )
