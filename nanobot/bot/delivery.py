"""Bringing pictures and sentences to people: the channel first, then the interaction, then a direct message.

A picture is posted as a regular message wherever possible, since a reply to an interaction's response would reach the
bot without its text: https://docs.discord.com/developers/events/gateway#message-content-intent
What is too large for one message goes into several, except those of an interaction: these know no nonce, so that another
process could not tell which of them are there already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import discord

from nanobot.bot.destination import Destination
from nanobot.bot.message_link import message_link
from nanobot.bot.packing import Letter, Packing, Parcel
from nanobot.bot.replies.generation import UPLOADING
from nanobot.bot.trouble import DISCORD_TROUBLE, is_final
from nanobot.bot.ways import InteractionWay, ResponseWay, Way, ways_to, webhook_of
from nanobot.errors import NanobotError
from nanobot.images.workers import ImageWorkers

log = logging.getLogger(__name__)

_REQUEST_ENTITY_TOO_LARGE = 40005
_ATTEMPTS = 3
_RETRY_SECONDS = 1.0
# https://docs.discord.com/developers/resources/message#create-message: at most 25 characters
_MAX_NONCE_CHARACTERS = 25


class Undeliverable(NanobotError):
    """Discord refused every way to the person for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a parcel arrived, the first message of it if there are several; `is_response` if it is the command's own."""

    channel_id: int
    message_id: int
    jump_url: str
    is_response: bool = False


class Delivery:
    """Posts parcels and tells sentences."""

    def __init__(self, client: discord.Client, workers: ImageWorkers) -> None:
        self._client = client
        self._workers = workers

    async def post(
        self, parcel: Parcel, destination: Destination, *, before_follow_up: Callable[[], Awaitable[None]]
    ) -> Posted:
        """Post the pictures where they belong, or as near to it as Discord allows.

        Of a follow-up nobody can tell afterwards whether it was sent, so that `before_follow_up` has to write down
        that it is about to be.

        Raises:
            Undeliverable: every way is closed for good.
            PictureError: a picture cannot be brought to the size that the place allows.
            HTTPException, ClientError, TimeoutError (`DISCORD_TROUBLE`): Discord is in trouble; another attempt later may succeed.
        """
        packing = Packing(parcel, self._workers, limit_bytes=destination.file_limit_bytes)
        messages: list[discord.Message] = []
        for way in ways_to(destination, self._client):
            if isinstance(way, InteractionWay):
                # The first follow-up to a response that still says "thinking" would take its place, hidden from all.
                await self.try_edit_original(UPLOADING, destination)
                await before_follow_up()
            try:
                while not packing.is_done:
                    messages.append(await self._post_next(way, packing))
            except discord.HTTPException as error:
                if not is_final(error):
                    raise
                log.info(
                    "generation %s: %s is closed: %s", parcel.generation_id, type(way).__name__, error.text
                )
                continue
            return _posted(messages[0], destination, is_response=isinstance(way, ResponseWay))
        raise Undeliverable(f"generation {parcel.generation_id} cannot be delivered to anybody")

    async def tell(self, sentence: str, destination: Destination, *, ended_id: str = "") -> bool:
        """Tell the person something in the place where they asked; say whether that was possible.

        The last word about the generation `ended_id` is told once, even if another process tells it again.
        """
        nonce = f"end-{ended_id}"[:_MAX_NONCE_CHARACTERS] if ended_id else None
        if await self.try_edit_original(sentence, destination):
            return True
        for way in ways_to(destination, self._client):
            try:
                await way.send(content=way.addressed(sentence), files=[], view=None, nonce=nonce)
            except DISCORD_TROUBLE as error:
                log.info("not told by %s: %s", type(way).__name__, error)
                continue
            return True
        return False

    async def try_edit_original(self, content: str, destination: Destination) -> bool:
        """Replace the interaction's own response, previews included, if there is one that can still be edited."""
        webhook = webhook_of(destination, self._client)
        if webhook is None:
            return False
        try:
            # discord.py types the id as an int; Discord also takes the word @original here.
            await webhook.edit_message("@original", content=content, view=None, attachments=[])  # type: ignore[call-overload]
        except DISCORD_TROUBLE as error:
            log.debug("the interaction's response cannot be edited: %s", error)
            return False
        return True

    async def _post_next(self, way: Way, packing: Packing) -> discord.Message:
        """Post, and if Discord finds the files too large after all, once more in a size that is taken everywhere.

        The limit that an interaction names may be that of its user, whose subscription is not the bot's.
        """
        letter = await packing.next_letter(may_split=way.splits)
        try:
            message = await self._post_retrying(way, letter)
        except discord.HTTPException as error:
            if error.code != _REQUEST_ENTITY_TOO_LARGE and error.status != 413:
                raise
            log.warning("generation %s: too large here", letter.parcel.generation_id)
            packing.shrink()
            letter = await packing.next_letter(may_split=way.splits)
            message = await self._post_retrying(way, letter)
        # Of a message that was there already, found by its nonce, the letter need not be a copy.
        packing.posted([file.filename for file in message.attachments], by=letter)
        return message

    async def _post_retrying(self, way: Way, letter: Letter) -> discord.Message:
        """Post; a broken connection is tried again, which the nonce makes safe in channels."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await way.send(
                    content=letter.content, files=letter.files(), view=letter.parcel.view, nonce=letter.nonce
                )
            except (aiohttp.ClientError, TimeoutError, discord.DiscordServerError):
                if attempt == _ATTEMPTS or not way.repeatable:
                    raise
                await asyncio.sleep(_RETRY_SECONDS * attempt)
        raise AssertionError("the loop returns or raises")


def _posted(first: discord.Message, destination: Destination, *, is_response: bool) -> Posted:
    link = message_link(
        destination.guild_id,
        asked_in=destination.channel_id,
        channel_id=first.channel.id,
        message_id=first.id,
    )
    return Posted(channel_id=first.channel.id, message_id=first.id, jump_url=link, is_response=is_response)
