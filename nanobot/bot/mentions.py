"""Messages that speak to the bot: replies to its pictures, mentions, direct messages.

`read_message` is pure and says what a message wants; `answer_message` does it. Without the privileged intent a message
arrives with its text only if it is a direct message, mentions the bot, or is a pinging reply to a regular message of
the bot: https://docs.discord.com/developers/events/gateway#message-content-intent
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

import discord

from nanobot.bot.client import NanobotClient
from nanobot.bot.destination import DEFAULT_FILE_LIMIT_BYTES, may_post, member_of, of_message
from nanobot.bot.replies import generation as words
from nanobot.bot.safety import safety_of
from nanobot.bot.sources import has_picture, pick_picture, pictures_of, without_links
from nanobot.bot.surfaces import MessageSurface
from nanobot.generation.request import MAX_PICTURES, GenerationRequest, Kind, PictureSource

log = logging.getLogger(__name__)

_HINT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NotForUs:
    """Nothing to do with the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Meant for the bot, but it cannot be done: `sentence` says how to go on."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditWanted:
    """Edit the pictures of the replied-to message and of the message itself, in this order."""

    prompt: str


Wish: TypeAlias = NotForUs | Unclear | EditWanted


def read_message(message: discord.Message, bot_id: int) -> Wish:
    """Say what `message` wants of the bot whose user id is `bot_id`."""
    if not _is_of_a_person(message):
        return NotForUs()
    replied_to = replied_message(message)
    replies_to_bot = replied_to is not None and replied_to.author.id == bot_id
    mentioned = re.search(rf"<@!?{bot_id}>", message.content) is not None
    if not (message.guild is None or mentioned or replies_to_bot):
        return NotForUs()
    if replies_to_bot and not message.content and not message.attachments:
        if message.stickers:  # Discord never hides them: nothing was left out, and a smile asks for nothing
            return NotForUs()
        return Unclear(sentence=_blank(message, bot_id))
    if not has_picture(message) and not (replied_to is not None and has_picture(replied_to)):
        return Unclear(sentence=_without_picture(replied_to, replies_to_bot=replies_to_bot))
    words_alone = message.content if message.attachments else without_links(message.content)
    prompt = re.sub(rf"\s*<@!?{bot_id}>\s*", " ", words_alone).strip()
    return EditWanted(prompt=prompt) if prompt else Unclear(sentence=words.NO_WORDS)


async def answer_message(message: discord.Message, client: NanobotClient) -> None:
    """Do what `message` wants, if anything; every outcome that concerns the bot is answered."""
    if client.user is None:
        return
    match read_message(message, client.user.id):
        case NotForUs():
            return
        case Unclear(sentence=sentence):
            if await _may_answer(message):
                await message.reply(sentence, delete_after=_HINT_SECONDS)
        case EditWanted(prompt=prompt):
            await _edit(message, prompt, client)
        case other:
            assert_never(other)


def replied_message(message: discord.Message) -> discord.Message | None:
    """Return the message that this one replies to, if it still exists."""
    resolved = message.reference.resolved if message.reference else None
    return resolved if isinstance(resolved, discord.Message) else None


async def _edit(message: discord.Message, prompt: str, client: NanobotClient) -> None:
    if not await _may_answer(message):
        return
    if client.stopping:
        await message.reply(words.STOPPING)
        return
    limit = message.guild.filesize_limit if message.guild else DEFAULT_FILE_LIMIT_BYTES
    destination = of_message(message, file_limit_bytes=limit)
    prompt, sources = _picked(message, prompt, client)
    async with MessageSurface(message, destination, client.delivery) as surface:
        safety = await safety_of(client.services, destination.guild_id, message.channel)
        request = GenerationRequest(
            kind=Kind.EDIT,
            member=member_of(message.author, destination.guild_id),
            prompt=prompt,
            pictures=tuple(sources[:MAX_PICTURES]),
            is_age_restricted=safety.is_age_restricted,
            moderation=safety.moderation,
            check_results=safety.check_results,
            address=destination.address,
        )
        await client.conversation.answer(request, surface)


def _picked(
    message: discord.Message, prompt: str, client: NanobotClient
) -> tuple[str, Sequence[PictureSource]]:
    """Return the prompt and the pictures: the picked one of the message replied to, then the message's own."""
    services = client.services
    limit = services.settings.max_upload_megabytes
    own = pictures_of(message, max_megabytes=limit, links=services.links)
    replied_to = replied_message(message)
    if replied_to is None:
        return prompt, own
    theirs = pictures_of(replied_to, max_megabytes=limit, links=services.links)
    prompt, picked = pick_picture(prompt, theirs)
    return prompt, [*picked, *own]


def _is_of_a_person(message: discord.Message) -> bool:
    """Tell whether somebody wrote it who has a quota: neither bots and webhooks nor Discord itself."""
    is_written = message.type in (discord.MessageType.default, discord.MessageType.reply)
    return is_written and not message.author.bot and message.webhook_id is None


def _blank(message: discord.Message, bot_id: int) -> str:
    pinged = any(user.id == bot_id for user in message.mentions)
    return words.BLANK_PINGING_REPLY if pinged else words.BLANK_REPLY


def _without_picture(replied_to: discord.Message | None, *, replies_to_bot: bool) -> str:
    if replied_to is None:
        return words.TEXT_ALONE
    hidden = not replies_to_bot and not replied_to.content and not replied_to.embeds
    return words.HIDDEN_PICTURE if hidden else words.NO_PICTURE


async def _may_answer(message: discord.Message) -> bool:
    """Check the bot's rights in the channel before anything is paid for; say in a direct message if they lack."""
    channel, guild = message.channel, message.guild
    if guild is None or isinstance(
        channel, discord.DMChannel | discord.GroupChannel | discord.PartialMessageable
    ):
        return True
    permissions = channel.permissions_for(guild.me)
    if may_post(channel, permissions) and permissions.read_message_history:
        return True
    try:
        await message.author.send(words.no_right_to_answer(channel.mention))
    except discord.HTTPException as error:
        log.info("no right to answer in channel %s, and no direct message: %s", channel.id, error.text)
    return False
