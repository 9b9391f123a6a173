"""What journeys say and read again and again: a line and its private answer, a picture, a moment in a sentence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from nanobot.sandbox.bot_process import START_SECONDS, BotProcess
from nanobot.sandbox.discord import Channel, DiscordStandIn, File, Message, Person

_MOMENT = re.compile(r"<t:(\d+):R> \(<t:(\d+):f>\)")


async def answer(person: Person, line: str, channel: Channel) -> str:
    """Type a command and return what only `person` is shown."""
    call = await person.types(line, channel)
    message = await call.response()
    assert message.ephemeral
    return message.content


async def forced_answer(person: Person, line: str, channel: Channel) -> str:
    """Send a command that the client does not offer and return what only `person` is shown."""
    call = await person.forces(line, channel)
    message = await call.response()
    assert message.ephemeral
    return message.content


async def picture(
    person: Person, line: str, channel: Channel, attachments: Mapping[str, File] | None = None
) -> Message:
    """Type a command that makes pictures; return the message that carries them once the command is done."""
    call = await person.types(line, channel, attachments)
    await call.settled(lambda message: message.content.startswith("Done"))
    return await channel.next_message(where=lambda message: bool(message.attachments))


def link_to(message: Message) -> str:
    """Return the link that opens a message in a server's channel: what a person's client makes of "Copy Message Link"."""
    assert message.channel.guild is not None
    return f"https://discord.com/channels/{message.channel.guild.id}/{message.channel.id}/{message.id}"


def moment(sentence: str) -> datetime:
    """Return the moment that `sentence` tells twice, relative and in full, in the reader's own time zone."""
    found = _MOMENT.search(sentence)
    assert found is not None, sentence
    assert found[1] == found[2]
    return datetime.fromtimestamp(int(found[1]), UTC)


async def online_again(bot: BotProcess, discord: DiscordStandIn, *arguments: str, **environment: str) -> None:
    """Start the bot another time and wait until it hears what happens."""
    before = discord.gateway.ready_count
    await bot.start(*arguments, **environment)
    await discord.world.changes.wait_until(
        lambda: True if discord.gateway.ready_count > before else None,
        timeout=START_SECONDS,
        waiting_for="the bot to be online again",
    )


async def models_listed(person: Person, channel: Channel) -> None:
    """Wait until the bot knows NanoGPT's list of models: it then suggests one that no guide names.

    Raises:
        TimeoutError: it never does.
    """
    async with asyncio.timeout(START_SECONDS):
        suggested: list[tuple[str, str | int | float]] = []
        while "midjourney" not in [value for _, value in suggested]:
            suggested = await person.completes("/imagine prompt:a fox model:midjourney", channel)
