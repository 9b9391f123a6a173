"""Quotas at work: what is counted, refused, given on top and started anew."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from nanobot.bot.replies.generation import is_progress
from nanobot.sandbox.discord import Message
from tests.journeys.asking import answer, moment, picture
from tests.journeys.conftest import Community


async def test_a_refusal_says_how_much_is_used_and_when_it_starts_anew(community: Community) -> None:
    """What asks for more than is left is refused whole, and nothing of it reaches NanoGPT."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota default images:3 period:week", channel)
    now = datetime.now(UTC)

    never = await answer(alice, "/imagine prompt:foxes count:4", channel)
    await picture(alice, "/imagine prompt:foxes count:2", channel)
    too_many = await answer(alice, "/imagine prompt:foxes count:2", channel)
    last = await picture(alice, "/imagine prompt:the last fox", channel)
    used_up = await answer(alice, "/imagine prompt:one more fox", channel)

    assert never.startswith(
        "You asked for 4 pictures and have 3 left (0 of 3 pictures used this week). Ask for fewer. "
    )
    assert too_many.startswith(
        "You asked for 2 pictures and have 1 left (2 of 3 pictures used this week). Ask for fewer. "
    )
    assert used_up.startswith(
        "Your quota is used up (3 of 3 pictures used this week). Your quota starts anew"
    )
    assert used_up.endswith("An admin can give you more before.")
    for sentence in (never, too_many, used_up):
        assert moment(sentence).isoweekday() == 1
        assert now < moment(sentence) <= now + timedelta(days=7, minutes=1)
    assert community.nanogpt.paid_pictures == 3

    reply = await alice.says("make it night", channel, reply_to=last)
    told = await channel.next_message(after=reply)

    assert told.reference is reply
    assert told.content.startswith("Your quota is used up (3 of 3 pictures used this week).")
    assert community.nanogpt.paid_pictures == 3


async def test_extra_pictures_come_after_the_quota_and_a_reset_starts_it_anew(community: Community) -> None:
    """A grant counts once the quota is used up; a reset gives the quota back and leaves what is left of the grant."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:1", channel)
    await picture(alice, "/imagine prompt:a fox", channel)

    granted = await answer(ada, "/quota grant member:@alice images:2", channel)

    assert granted.startswith(
        f"<@{alice.id}> got 2 pictures extra, for when the quota is used up, with no end date."
    )
    assert "1 of 1 picture used today" in granted
    assert "2 extra on top" in granted
    assert "**2** left" in granted

    made = await alice.types("/imagine prompt:another fox", channel)
    done = await made.settled(lambda message: message.content.startswith("Done"))

    assert "1 picture left, an extra; your quota starts anew" in done.content

    reset = await answer(ada, "/quota reset member:@alice", channel)

    assert reset.startswith(f"<@{alice.id}>: the quota starts anew now.")
    assert "0 of 1 picture used today" in reset
    assert "1 extra on top" in reset
    assert "**2** left" in reset


async def test_eight_requests_at_once_against_a_quota_of_three_make_exactly_three(
    community: Community,
) -> None:
    """No order of events lets a member pass the limit; every request gets an answer, and failures cost nothing."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:3", channel)

    calls = await asyncio.gather(
        *(alice.types(f"/imagine prompt:fox number {number}", channel) for number in range(8))
    )
    endings = [
        message.content for message in await asyncio.gather(*(call.settled(_is_over) for call in calls))
    ]

    assert sum(ending.startswith("Done") for ending in endings) == 3
    used_up = sum(ending.startswith("Your quota is used up (3 of 3") for ending in endings)
    # The bot's default also lets no more than seven of one member's wait or be made at once.
    assert used_up + sum("already waiting for a turn" in ending for ending in endings) == 5
    assert used_up >= 4
    assert community.nanogpt.paid_pictures == 3
    assert sum(len(message.attachments) for message in channel.messages.values()) == 3
    assert "3 of 3 pictures used today" in await answer(alice, "/usage", channel)


async def test_what_fails_is_given_back(community: Community) -> None:
    """A refusal by NanoGPT leaves the quota as it was."""
    alice, channel = community.alice, community.channel
    await answer(community.ada, "/quota set member:@alice images:1", channel)

    call = await alice.types("/imagine prompt:something forbidden", channel)
    refused = await call.settled(lambda message: "content policy" in message.content)

    assert "Nothing was taken from your quota." in refused.content
    assert "0 of 1 picture used today" in await answer(alice, "/usage", channel)


async def test_direct_messages_have_the_bots_default_and_a_count_of_their_own(community: Community) -> None:
    """No server's admin decides there, and what was used in a server does not count there."""
    ada, alice, channel = community.ada, community.alice, community.channel
    await answer(ada, "/quota set member:@alice images:1", channel)
    await picture(alice, "/imagine prompt:a fox", channel)

    fresh = await answer(alice, "/usage", alice.dm)
    await picture(alice, "/imagine prompt:a fox in private", alice.dm)
    used = await answer(alice, "/usage", alice.dm)

    assert "0 of 20 pictures used today" in fresh
    assert "-# By the bot's default: 20 pictures per day." in fresh
    assert "1 of 20 pictures used today" in used
    assert "1 of 1 picture used today" in await answer(alice, "/usage", channel)


def _is_over(message: Message) -> bool:
    return not message.is_thinking and not is_progress(message.content)
