"""What earlier attempts left of an answer in a channel. Imports discord and the sentences.

Discord remembers a nonce for a few minutes, and a channel's history for good. Of its own messages a bot is told all:
https://docs.discord.com/developers/events/gateway#message-content-intent
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from nanobot.bot.replies.generation import POSTPONED, is_progress

LOOKED_THROUGH = 1_000
"""Messages that are read from the moment of the request on; an attempt is near it, however long the bot was down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """The bot's own messages since a request, oldest first."""

    messages: Sequence[discord.Message] = ()

    def with_pictures(self, generation_id: str) -> list[discord.Message]:
        """Return those that show the generation's pictures: their buttons hold its id."""
        return [
            message
            for message in self.messages
            if message.attachments and any(generation_id in custom_id for custom_id in _custom_ids(message))
        ]

    def passing(self, asked_by: int | None, *, but: str = "") -> list[discord.Message]:
        """Return the replies to the message `asked_by` that only said how far things were, save for `but`."""
        return [
            message
            for message in self._worded(asked_by)
            if _is_passing(message.content) and message.content != but
        ]

    def is_told(self, asked_by: int | None, sentence: str) -> bool:
        """Tell whether the message `asked_by` has its last word, or `sentence`, for a reply already."""
        return any(
            message.content == sentence or not _is_passing(message.content)
            for message in self._worded(asked_by)
        )

    def _worded(self, asked_by: int | None) -> Iterator[discord.Message]:
        for message in self.messages:
            reference = message.reference
            is_reply = reference is not None and reference.message_id == asked_by
            if asked_by is not None and is_reply and not message.attachments:
                yield message


async def traces_in(channel: discord.abc.Messageable, client: discord.Client, since: int) -> Traces:
    """Read what the bot wrote in `channel` since the snowflake `since`.

    Raises:
        HTTPException, ClientError, TimeoutError (`DISCORD_TROUBLE`): Discord is in trouble or refuses, and nobody knows.
    """
    history = channel.history(limit=LOOKED_THROUGH, after=discord.Object(since), oldest_first=True)
    return Traces(messages=[message async for message in history if _is_own(message, client)])


def _is_own(message: discord.Message, client: discord.Client) -> bool:
    """Tell whether the bot wrote it, or a follow-up of its commands did."""
    is_bots = client.user is not None and message.author.id == client.user.id
    return is_bots or (message.webhook_id is not None and message.webhook_id == client.application_id)


def _custom_ids(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        if isinstance(row, discord.ActionRow):
            yield from (child.custom_id or "" for child in row.children)


def _is_passing(text: str) -> bool:
    return is_progress(text) or text == POSTPONED
