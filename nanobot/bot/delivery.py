"""Bringing pictures and sentences to people: the channel first, then the interaction, then a direct message.

A picture is posted as a regular message wherever possible, since a reply to an interaction's response would reach the
bot without its text: https://docs.discord.com/developers/events/gateway#message-content-intent
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord

from nanobot.bot.destination import DEFAULT_FILE_LIMIT_BYTES, Destination
from nanobot.bot.replies.generation import UPLOADING, alt_text
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.errors import NanobotError
from nanobot.generation.collect import CollectedPicture
from nanobot.images.filenames import picture_filename
from nanobot.images.fit import UploadFile, fit_for_upload
from nanobot.images.threads import ImageThreads

log = logging.getLogger(__name__)

# https://docs.discord.com/developers/resources/message#create-message: 25 MiB for the whole request
REQUEST_LIMIT_BYTES = 25 * 1024 * 1024
# https://docs.discord.com/developers/resources/message#attachment-object; NanoGPT may make more than it was asked for
MAX_FILES = 10
_ENVELOPE_BYTES = 64 * 1024
_REQUEST_ENTITY_TOO_LARGE = 40005
_ATTEMPTS = 3
_RETRY_SECONDS = 1.0
# https://docs.discord.com/developers/resources/message#create-message: at most 25 characters
_MAX_NONCE_CHARACTERS = 25


class Undeliverable(NanobotError):
    """Discord refused every way to the person for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message with up to `MAX_FILES` pictures, ready but for the size that the place allows; flagged ones are spoilers."""

    generation_id: str
    content: str
    prompt: str
    pictures: Sequence[CollectedPicture]
    view: discord.ui.View


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a parcel arrived."""

    channel_id: int
    message_id: int
    jump_url: str


class Delivery:
    """Posts parcels and tells sentences."""

    def __init__(self, client: discord.Client, threads: ImageThreads) -> None:
        self._client = client
        self._threads = threads

    async def post(self, parcel: Parcel, destination: Destination) -> Posted:
        """Post the pictures where they belong, or as near to it as Discord allows.

        Raises:
            Undeliverable: every way is closed for good.
            PictureError: a picture cannot be brought to the size that the place allows.
            HTTPException, ClientError, TimeoutError (`DISCORD_TROUBLE`): Discord is in trouble; another attempt later may succeed.
        """
        for way in self._ways(destination):
            if isinstance(way, _InteractionWay):
                # The first follow-up to a response that still says "thinking" would take its place, hidden from all.
                await self.try_edit_original(UPLOADING, destination)
            try:
                message = await self._post_fitting(way, parcel, destination)
            except discord.HTTPException as error:
                if not _is_final(error):
                    raise
                log.info(
                    "generation %s: %s is closed: %s", parcel.generation_id, type(way).__name__, error.text
                )
                continue
            return Posted(channel_id=message.channel.id, message_id=message.id, jump_url=message.jump_url)
        raise Undeliverable(f"generation {parcel.generation_id} cannot be delivered to anybody")

    async def tell(self, sentence: str, destination: Destination) -> bool:
        """Tell the person something in the place where they asked; say whether that was possible."""
        if await self.try_edit_original(sentence, destination):
            return True
        for way in self._ways(destination):
            try:
                await way.send(content=way.addressed(sentence), files=[], view=None, nonce=None)
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

    async def _post_fitting(self, way: _Way, parcel: Parcel, destination: Destination) -> discord.Message:
        """Post, and if Discord finds the files too large after all, once more in a size that is taken everywhere.

        The limit that an interaction names may be that of its user, whose subscription is not the bot's.
        """
        limit = destination.file_limit_bytes
        try:
            return await self._post_retrying(way, parcel, await self._fit(parcel, limit))
        except discord.HTTPException as error:
            if error.code != _REQUEST_ENTITY_TOO_LARGE and error.status != 413:
                raise
            log.warning("generation %s: %d bytes were too large here", parcel.generation_id, limit)
        smaller = min(limit // 2, DEFAULT_FILE_LIMIT_BYTES)
        return await self._post_retrying(way, parcel, await self._fit(parcel, smaller))

    async def _fit(self, parcel: Parcel, limit_bytes: int) -> list[UploadFile]:
        each = min(limit_bytes, (REQUEST_LIMIT_BYTES - _ENVELOPE_BYTES) // len(parcel.pictures))
        return [
            await self._threads.run(fit_for_upload, picture.data, max_bytes=each)
            for picture in parcel.pictures
        ]

    async def _post_retrying(
        self, way: _Way, parcel: Parcel, fitted: Sequence[UploadFile]
    ) -> discord.Message:
        """Post; a broken connection is tried again, which the nonce makes safe in channels."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await way.send(
                    content=parcel.content,
                    files=_files(parcel, fitted),
                    view=parcel.view,
                    nonce=parcel.generation_id[:_MAX_NONCE_CHARACTERS],
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
            ways.append(_InteractionWay(webhook))
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

    def __init__(self, webhook: discord.Webhook) -> None:
        self._webhook = webhook

    async def send(
        self, *, content: str, files: Sequence[discord.File], view: discord.ui.View | None, nonce: str | None
    ) -> discord.Message:
        del nonce
        return await self._webhook.send(content, files=files, wait=True, **_options(view, None))

    def addressed(self, sentence: str) -> str:
        return sentence


class _DirectMessageWay:
    repeatable = True

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


_Way = _ChannelWay | _InteractionWay | _DirectMessageWay


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


def _files(parcel: Parcel, fitted: Sequence[UploadFile]) -> list[discord.File]:
    total = len(fitted)
    return [
        discord.File(
            io.BytesIO(upload.data),
            filename=picture_filename(parcel.prompt, position, upload.suffix),
            description=alt_text(parcel.prompt, position, total),
            # By the prefix SPOILER_: https://docs.discord.com/developers/resources/message#attachment-object
            spoiler=picture.is_flagged,
        )
        for position, (picture, upload) in enumerate(zip(parcel.pictures, fitted, strict=True), start=1)
    ]
