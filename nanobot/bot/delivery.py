"""Bringing pictures and sentences to people: the channel first, then the interaction, then a direct message.

A picture is posted as a regular message wherever possible, since a reply to an interaction's response would reach the
bot without its text: https://docs.discord.com/developers/events/gateway#message-content-intent
What is too large for one message goes into several, except those of an interaction: these know no nonce, so that another
process could not tell which of them are there already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from nanobot.bot.destination import Destination
from nanobot.bot.message_link import message_link
from nanobot.bot.packing import Letter, Packing, Parcel
from nanobot.bot.replies.generation import UPLOADING
from nanobot.bot.trouble import DISCORD_TROUBLE
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
        for way in self._ways(destination):
            if isinstance(way, _InteractionWay):
                # The first follow-up to a response that still says "thinking" would take its place, hidden from all.
                await self.try_edit_original(UPLOADING, destination)
                await before_follow_up()
            try:
                while not packing.is_done:
                    messages.append(await self._post_next(way, packing))
            except discord.HTTPException as error:
                if not _is_final(error):
                    raise
                log.info(
                    "generation %s: %s is closed: %s", parcel.generation_id, type(way).__name__, error.text
                )
                continue
            return _posted(messages[0], destination, is_response=isinstance(way, _ResponseWay))
        raise Undeliverable(f"generation {parcel.generation_id} cannot be delivered to anybody")

    async def tell(self, sentence: str, destination: Destination, *, ended_id: str = "") -> bool:
        """Tell the person something in the place where they asked; say whether that was possible.

        The last word about the generation `ended_id` is told once, even if another process tells it again.
        """
        nonce = f"end-{ended_id}"[:_MAX_NONCE_CHARACTERS] if ended_id else None
        if await self.try_edit_original(sentence, destination):
            return True
        for way in self._ways(destination):
            try:
                await way.send(content=way.addressed(sentence), files=[], view=None, nonce=nonce)
            except DISCORD_TROUBLE as error:
                log.info("not told by %s: %s", type(way).__name__, error)
                continue
            return True
        return False

    async def try_edit_original(self, content: str, destination: Destination) -> bool:
        """Replace the interaction's own response, previews included, if there is one that can still be edited."""
        webhook = self._webhook(destination)
        if webhook is None:
            return False
        try:
            # discord.py types the id as an int; Discord also takes the word @original here.
            await webhook.edit_message("@original", content=content, view=None, attachments=[])  # type: ignore[call-overload]
        except DISCORD_TROUBLE as error:
            log.debug("the interaction's response cannot be edited: %s", error)
            return False
        return True

    async def _post_next(self, way: _Way, packing: Packing) -> discord.Message:
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
        packing.posted(len(message.attachments) or len(letter.uploads))
        return message

    async def _post_retrying(self, way: _Way, letter: Letter) -> discord.Message:
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

    def _ways(self, destination: Destination) -> list[_Way]:
        ways: list[_Way] = []
        if destination.may_post_in_channel and destination.channel_id:
            ways.append(_ChannelWay(self._client, destination))
        webhook = self._webhook(destination)
        if webhook is not None:
            way = _ResponseWay if destination.may_have_follow_up else _InteractionWay
            ways.append(way(webhook))
        ways.append(_DirectMessageWay(self._client, destination.user_id))
        return ways

    def _webhook(self, destination: Destination) -> discord.Webhook | None:
        if destination.interaction_token is None or destination.application_id is None:
            return None
        if (destination.interaction_expires_at or discord.utils.utcnow()) <= discord.utils.utcnow():
            return None
        # What Interaction.followup does itself; Webhook.partial would refuse ephemeral messages and views.
        return discord.Webhook.from_state(
            data={"id": destination.application_id, "type": 3, "token": destination.interaction_token},
            state=self._client._connection,
        )


class _ChannelWay:
    repeatable = True
    splits = True

    def __init__(self, client: discord.Client, destination: Destination) -> None:
        self._channel = client.get_partial_messageable(
            destination.channel_id, guild_id=destination.guild_id or None
        )
        self._reply_to = destination.reply_to_message_id
        self._user_id = destination.user_id

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        options = _options(view, nonce)
        if self._reply_to is not None:
            options["reference"] = discord.MessageReference(
                message_id=self._reply_to, channel_id=self._channel.id, fail_if_not_exists=False
            )
        return await self._channel.send(content, files=files, **options)

    def addressed(self, sentence: str) -> str:
        """Name the person, unless the message is a reply to theirs."""
        return sentence if self._reply_to is not None else f"<@{self._user_id}>: {sentence}"


class _InteractionWay:
    repeatable = False  # follow-ups know no nonce, so a second attempt could post twice
    splits = False

    def __init__(self, webhook: discord.Webhook) -> None:
        self._webhook = webhook

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        del nonce
        return await self._webhook.send(content, files=files, wait=True, **_options(view, None))

    def addressed(self, sentence: str) -> str:
        return sentence


class _ResponseWay:
    """The command's own response, which only the person sees: however often it is edited, there is one."""

    repeatable = True
    splits = False

    def __init__(self, webhook: discord.Webhook) -> None:
        self._webhook = webhook

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        del nonce
        # As in `try_edit_original`, @original is an id that discord.py's types do not know.
        return await self._webhook.edit_message("@original", content=content, view=view, attachments=files)  # type: ignore[call-overload,no-any-return]

    def addressed(self, sentence: str) -> str:
        return sentence


class _DirectMessageWay:
    repeatable = True
    splits = True

    def __init__(self, client: discord.Client, user_id: int) -> None:
        self._client = client
        self._user_id = user_id

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        channel = await self._client.create_dm(discord.Object(self._user_id))
        return await channel.send(content, files=files, **_options(view, nonce))

    def addressed(self, sentence: str) -> str:
        return sentence


_Way = _ChannelWay | _InteractionWay | _ResponseWay | _DirectMessageWay


def _posted(first: discord.Message, destination: Destination, *, is_response: bool) -> Posted:
    link = message_link(
        destination.guild_id,
        asked_in=destination.channel_id,
        channel_id=first.channel.id,
        message_id=first.id,
    )
    return Posted(channel_id=first.channel.id, message_id=first.id, jump_url=link, is_response=is_response)


def _is_final(error: discord.HTTPException) -> bool:
    """Tell whether Discord will say the same next time: every refusal of the 4xx family but a rate limit."""
    return 400 <= error.status < 500 and error.status != 429


def _options(view: discord.ui.View | None, nonce: str | None) -> dict[str, Any]:
    """Return only what is given: discord.py tells "left out" from "None"."""
    options: dict[str, Any] = {}
    if view is not None:
        options["view"] = view
    if nonce is not None:
        options["nonce"] = nonce
    return options
