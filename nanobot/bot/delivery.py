"""Bringing pictures and sentences to people: the channel first, then the interaction, then a direct message.

A picture is posted as a regular message wherever possible, since a reply to an interaction's response would reach the
bot without its text: https://docs.discord.com/developers/events/gateway#message-content-intent
What is too large for one message goes into several, except those of an interaction: these know no nonce, so that a second
attempt could not tell which of them are there already. Whoever may not be the first to try looks for what is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import aiohttp
import discord

from nanobot.bot.destination import Destination
from nanobot.bot.message_link import message_link
from nanobot.bot.packing import Letter, Packing, Parcel
from nanobot.bot.replies.generation import UPLOADING
from nanobot.bot.traces import Traces, traces_in
from nanobot.bot.trouble import DISCORD_TROUBLE, is_final
from nanobot.bot.ways import InteractionWay, Way, ways_to, webhook_of
from nanobot.errors import NanobotError
from nanobot.images.filenames import index_of
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
    """Where `images` of a parcel arrived, the first message of it if there are several.

    With `is_continued` an earlier attempt had posted some, with the caption.
    """

    channel_id: int
    message_id: int
    jump_url: str
    images: int
    is_continued: bool = False


class Delivery:
    """Posts parcels and tells sentences."""

    def __init__(self, client: discord.Client, workers: ImageWorkers) -> None:
        self._client = client
        self._workers = workers

    async def post(
        self, parcel: Parcel, destination: Destination, *, before_follow_up: Callable[[], Awaitable[None]]
    ) -> Posted:
        """Post the pictures where they belong, or as near to it as Discord allows.

        What an earlier attempt posted there is found and left as it is. Of a follow-up that cannot always be told, so
        that `before_follow_up` has to write down that it is about to be sent. Where every way is closed after some
        were posted, these are what arrived.

        Raises:
            Undeliverable: every way is closed for good.
            PictureError: a picture cannot be brought to the size that the place allows.
            HTTPException, ClientError, TimeoutError (`DISCORD_TROUBLE`): Discord is in trouble; another attempt later may succeed.
        """
        packing = Packing(parcel, self._workers, limit_bytes=destination.file_limit_bytes)
        messages: list[discord.Message] = []
        is_continued = False
        for way in ways_to(destination, self._client):
            try:
                traces = await self._traces(way, destination)
                messages += (found := traces.with_pictures(parcel.generation_id))
                packing.posted(_names(found))
                is_continued |= bool(found)
                if isinstance(way, InteractionWay):
                    # The first follow-up to a response that still says "thinking" would take its place, hidden from all.
                    await self.try_edit_original(UPLOADING, destination)
                    await before_follow_up()
                while not packing.is_done:
                    messages.append(await self._post_next(way, packing))
            except discord.HTTPException as error:
                if not is_final(error):
                    raise
                log.info(
                    "generation %s: %s is closed: %s", parcel.generation_id, type(way).__name__, error.text
                )
                continue
            await _try_delete(traces.passing(destination.reply_to_message_id))
            break
        if messages:
            return _posted(messages[0], destination, images=packing.shown, is_continued=is_continued)
        raise Undeliverable(f"generation {parcel.generation_id} cannot be delivered to anybody")

    async def find(self, generation_id: str, destination: Destination) -> Posted | None:
        """Return where an earlier attempt posted pictures of the generation, if one did.

        Raises:
            HTTPException, ClientError, TimeoutError (`DISCORD_TROUBLE`): Discord is in trouble, and nobody knows.
        """
        (way, *_) = ways_to(destination, self._client)
        traces = await self._traces(way, destination)
        found = traces.with_pictures(generation_id)
        response = None if found else await self._try_response(destination)
        if response is not None:
            found = Traces(messages=(response,)).with_pictures(generation_id)
        if not found:
            return None
        await _try_delete(traces.passing(destination.reply_to_message_id))
        shown = {index_of(name) or name for name in _names(found)}
        return _posted(found[0], destination, images=len(shown), is_continued=True)

    async def tell(
        self, sentence: str, destination: Destination, *, ended_id: str = "", beside: int = 0
    ) -> bool:
        """Tell the person something in the place where they asked; say whether that was possible.

        The last word about the generation `ended_id` is told once, even if another process tells it again. If the
        message `beside` is the interaction's own response it stays, and nothing is told.
        """
        if beside and (response := await self._try_response(destination)) and response.id == beside:
            return False
        nonce = f"end-{ended_id}"[:_MAX_NONCE_CHARACTERS] if ended_id else None
        if await self.try_edit_original(sentence, destination):
            return True
        asked_by = destination.reply_to_message_id
        for way in ways_to(destination, self._client):
            try:
                traces = await self._traces(way, destination)
                if not traces.is_told(asked_by, sentence):
                    await way.send(content=way.addressed(sentence), files=[], view=None, nonce=nonce)
            except DISCORD_TROUBLE as error:
                log.info("not told by %s: %s", type(way).__name__, error)
                continue
            await _try_delete(traces.passing(asked_by, but=sentence))
            return True
        return False

    async def try_clear_progress(self, destination: Destination) -> None:
        """Delete what an earlier process told of the progress in a reply, once that is over."""
        (way, *_) = ways_to(destination, self._client)
        try:
            traces = await self._traces(way, destination)
        except DISCORD_TROUBLE as error:
            log.info("progress not looked for: %s", error)
            return
        await _try_delete(traces.passing(destination.reply_to_message_id))

    async def try_point_to(self, message_id: int, sentence: str, destination: Destination) -> None:
        """Let `sentence` in the interaction's own response tell where the pictures are, unless they are in it.

        An earlier process may have posted them there, and an edit would take them away again.
        """
        response = await self._try_response(destination)
        if response is not None and response.id != message_id:
            await self.try_edit_original(sentence, destination)

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

    async def _try_response(self, destination: Destination) -> discord.Message | None:
        """Read the interaction's own response, while that can be done."""
        webhook = webhook_of(destination, self._client)
        if webhook is None:
            return None
        try:
            return await webhook.fetch_message("@original")  # type: ignore[arg-type]  # as in `try_edit_original`
        except DISCORD_TROUBLE as error:
            log.info("the interaction's response cannot be read: %s", error)
            return None

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
        packing.posted(_names([message]), by=letter)
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

    async def _traces(self, way: Way, destination: Destination) -> Traces:
        """Look for what is there already, unless no other process can have tried; nothing where that is refused.

        Without the right to read the history Discord gives an empty list:
        https://docs.discord.com/developers/resources/message#get-channel-messages
        """
        if destination.asked_since is None:
            return Traces()
        try:
            place = await way.place()
            return (
                Traces() if place is None else await traces_in(place, self._client, destination.asked_since)
            )
        except discord.HTTPException as error:
            if not is_final(error):
                raise
            log.info("no history to look through: %s", error.text)
            return Traces()


def _names(messages: Iterable[discord.Message]) -> list[str]:
    return [file.filename for message in messages for file in message.attachments]


def _posted(first: discord.Message, destination: Destination, *, images: int, is_continued: bool) -> Posted:
    link = message_link(
        destination.guild_id,
        asked_in=destination.channel_id,
        channel_id=first.channel.id,
        message_id=first.id,
    )
    return Posted(
        channel_id=first.channel.id,
        message_id=first.id,
        jump_url=link,
        images=images,
        is_continued=is_continued,
    )


async def _try_delete(messages: Iterable[discord.Message]) -> None:
    for message in messages:
        try:
            await message.delete()
        except DISCORD_TROUBLE as error:
            log.info("message %d is not deleted: %s", message.id, error)
