"""Discord's bad days, and channels in which the bot may not speak."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nanobot.sandbox.discord import Message
from tests.journeys.conftest import Community
from tests.journeys.photographs import looks_like, picture_in, sent_pictures, stored_file

POST = "/channels/{channel_id}/messages"
EDIT_BY_MENU = "To edit it further, open its menu and choose **Apps → Edit image**."


def _is_done(message: Message) -> bool:
    return message.content.startswith("Done")


async def _until(community: Community, is_so: Callable[[str], bool]) -> None:
    """Ask `/usage` until its answer, or meanwhile the log, is as it should be."""
    async with asyncio.timeout(60):
        while not is_so(await community.usage(community.alice)):
            pass


async def test_where_the_bot_may_not_post_the_response_carries_the_picture(community: Community) -> None:
    """A command's response is always possible; it tells how to edit, since a reply to it would arrive blank."""
    alice, channel, nanogpt = community.alice, community.channel, community.nanogpt
    channel.deny_bot("SEND_MESSAGES")
    call = await alice.types("/imagine prompt:a red fox in snow", channel)
    fox = await call.followup()
    await nanogpt.next_request()
    done = await call.settled(_is_done)
    form = await (await community.bob.uses_app("Edit image", fox)).wait_modal()
    sent = await community.bob.submits(form, {"What should change?": "make it night"})
    night = await sent.followup()

    assert not fox.ephemeral
    assert fox.content.startswith(f"<@{alice.id}>: a red fox in snow\n-# `hidream` · 1024×1024 · $0.014")
    assert fox.attachments[0].description == "Picture made from the prompt: a red fox in snow"
    assert fox.buttons == ["Again", "Edit…", "Delete"]
    assert "19 pictures left" in done.content
    assert done.content.endswith(EDIT_BY_MENU)
    assert looks_like(sent_pictures(await nanogpt.next_request())[0], picture_in(fox.attachments[0].data))
    assert night.content.startswith(f"<@{community.bob.id}>: make it night\n")


async def test_a_reply_where_the_bot_may_not_answer_is_told_in_private(community: Community) -> None:
    """Nothing is paid for what could not be posted."""
    await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    fox = await community.picture()
    community.channel.deny_bot("ATTACH_FILES")
    await community.alice.says("make it night", community.channel, reply_to=fox)
    told = await community.alice.dm.next_message()

    assert told.content == (
        f"I may not send messages, attach files or read the message history in {community.channel.mention}, "
        "so I did nothing. "
        "Ask an admin there to allow it, or use `/imagine` here."
    )
    assert community.nanogpt.paid_pictures == 1


async def test_a_reply_that_cannot_be_answered_at_all_costs_nothing(community: Community) -> None:
    """With direct messages closed too, only the log knows."""
    await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    fox = await community.picture()
    community.channel.deny_bot("SEND_MESSAGES")
    community.alice.closes_dms()
    await community.alice.says("make it night", community.channel, reply_to=fox)
    await _until(community, lambda _: "and no direct message" in community.bot.log)

    assert "1 of 20 pictures used" in await community.usage(community.alice)
    assert community.nanogpt.paid_pictures == 1
    assert list(community.alice.dm.messages.values()) == []


async def test_a_moment_of_trouble_with_the_upload_is_overcome(community: Community) -> None:
    """An error, a size that is refused after all, and a connection that breaks: one message each, and none twice."""
    trouble, channel = community.discord.trouble, community.channel
    troubles: list[Callable[[], None]] = [
        lambda: trouble.fail_next("POST", POST, 500),
        lambda: trouble.fail_next("POST", POST, 503),
        lambda: trouble.fail_next("POST", POST, 413, code=40005),
        lambda: trouble.drop_next("POST", POST),
        lambda: trouble.drop_next("POST", POST, is_handled_first=True),
    ]
    for arrange in troubles:
        arrange()
        call = await community.alice.types("/imagine prompt:a red fox in snow", channel)
        done = await call.settled(_is_done)
        fox = await community.picture()

        assert str(fox.id) in done.content
    pictures = [message for message in channel.messages.values() if message.attachments]
    assert len(pictures) == community.nanogpt.paid_pictures == len(troubles)
    assert "5 of 20 pictures used" in await community.usage(community.alice)


async def test_an_upload_that_discord_does_not_take_for_now_is_kept(community: Community) -> None:
    """The person is told at once that they need not ask again; the next start posts it, paid once."""
    community.discord.trouble.fail_next("POST", POST, 503, times=1000)
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    told = (await call.settled(lambda message: "I keep it" in message.content)).content
    usage = await community.usage(community.alice)
    community.discord.trouble.end()
    await community.restart()
    fox = await community.picture()
    late = await call.settled(_is_done)

    assert told == (
        "Your picture is made, but Discord does not take it right now. I keep it and post it as soon as Discord does; "
        "there is no need to ask again."
    )
    assert "1 picture of these is still in the making." in usage
    assert fox.content.startswith(f"<@{community.alice.id}>: a red fox in snow\n")
    assert late.content.startswith(
        "Done, a little late because the bot was restarted: https://discord.com/channels/"
    )
    assert str(fox.id) in late.content
    assert "1 of 20 pictures used" in await community.usage(community.alice)
    assert community.nanogpt.paid_pictures == 1


async def test_an_upload_that_is_refused_for_good_takes_the_next_way(community: Community) -> None:
    """Another try in the channel would be refused again; the command's own response is still open."""
    community.discord.trouble.fail_next("POST", POST, 400, times=1000, code=200000)
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    fox = await call.followup()

    assert fox.content.startswith(f"<@{community.alice.id}>: a red fox in snow\n")
    assert str(fox.id) in (await call.settled(_is_done)).content
    assert "1 of 20 pictures used" in await community.usage(community.alice)


async def test_a_picture_that_takes_longer_than_the_interaction_goes_to_the_channel(
    community: Community,
) -> None:
    """After 15 minutes the response can no longer be changed, and none of that keeps the picture back."""
    community.nanogpt.trouble.hold()
    call = await community.alice.types("/imagine prompt:a red fox in snow", community.channel)
    await community.nanogpt.trouble.held()
    call.expire()
    community.nanogpt.trouble.let_go()
    fox = await community.picture()

    assert fox.content.startswith(f"<@{community.alice.id}>: a red fox in snow\n")
    await _until(community, lambda usage: "1 of 20 pictures used" in usage and "still" not in usage)


async def test_a_picture_that_can_go_nowhere_else_goes_to_direct_messages(community: Community) -> None:
    """And where even these are closed, it costs nothing, and the log says what was paid in vain."""
    channel, nanogpt = community.channel, community.nanogpt
    channel.deny_bot("SEND_MESSAGES")
    nanogpt.trouble.hold()
    first = await community.alice.types("/imagine prompt:a red fox in snow", channel)
    await nanogpt.trouble.held()
    first.expire()
    nanogpt.trouble.let_go()
    fox = await community.picture(community.alice.dm)
    await _until(community, lambda usage: "1 of 20 pictures used" in usage and "still" not in usage)
    community.alice.closes_dms()
    nanogpt.trouble.hold()
    second = await community.alice.types("/imagine prompt:a boat", channel)
    await nanogpt.trouble.held()
    second.expire()
    nanogpt.trouble.let_go()
    await _until(community, lambda _: "undeliverable" in community.bot.log)
    await _until(community, lambda usage: "1 of 20 pictures used" in usage and "still" not in usage)

    assert fox.content.startswith(f"<@{community.alice.id}>: a red fox in snow\n")
    assert nanogpt.paid_pictures == 2
    assert "made for 0.014 but undeliverable" in community.bot.log


async def test_a_user_install_works_in_servers_without_the_bot(community: Community) -> None:
    """The response carries the picture; it counts as direct messages, since no admin there has a say."""
    alice = community.alice
    elsewhere = community.discord.add_guild("Elsewhere", has_bot=False)
    channel = elsewhere.add_channel("general")
    elsewhere.add_member(alice)
    alice.installs_app()
    call = await alice.types("/imagine prompt:a red fox in snow", channel)
    fox = await call.followup()
    done = await call.settled(_is_done)
    photo = await alice.says("my cat", channel, files=[stored_file("chelsea.png")])
    opened = await alice.uses_app("Edit image", photo)
    sent = await alice.submits(opened, {"What should change?": "make it night"})
    night = await sent.followup()
    await alice.presses(fox, "Delete")
    await fox.wait_for(lambda message: message.is_deleted)

    assert fox.content.startswith(f"<@{alice.id}>: a red fox in snow\n")
    assert not fox.ephemeral
    assert done.content.endswith(EDIT_BY_MENU)
    assert night.content.startswith(f"<@{alice.id}>: make it night\n")
    assert "2 of 20 pictures used" in await community.usage(alice, channel)
    assert "2 of 20 pictures used" in await community.usage(alice, alice.dm)
    assert "0 of 20 pictures used" in await community.usage(alice)
