"""The pictures of a page of history on one sheet, fetched from the messages that carry them. Imports discord."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import discord

from nanobot.bot.client import NanobotClient
from nanobot.bot.destination import DIRECT_MESSAGES
from nanobot.bot.safety import is_age_restricted
from nanobot.bot.sources import is_picture
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.images.contact_sheet import Tile, contact_sheet, make_thumbnail
from nanobot.images.errors import PictureError
from nanobot.store.tables import Generation, GenerationStatus

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20.0


async def sheet_of(client: NanobotClient, page: Sequence[Generation], *, shown_in: object) -> bytes | None:
    """Return a WebP with the first picture of each generation, labelled by its place in `page`; `None` if there are none.

    Left out: what is deleted or cannot be had soon, spoilers, and what belongs to an age-restricted channel, unless
    the channel `shown_in` is one too. All are fetched at once, so a page should be short.
    """
    shown = [
        _tile(client, str(number), generation)
        for number, generation in enumerate(page, start=1)
        if _is_fit(client, generation, shown_in)
    ]
    tiles = [tile for tile in await asyncio.gather(*shown) if tile is not None]
    return await client.services.workers.run(page[0].user_id, contact_sheet, tiles) if tiles else None


def _is_fit(client: NanobotClient, generation: Generation, shown_in: object) -> bool:
    if generation.status is not GenerationStatus.POSTED or generation.posted_message_id is None:
        return False
    posted_in = client.get_channel(generation.posted_channel_id or 0)
    # Of a server's channel that is not known, such as an archived thread, nobody can tell whom it is for.
    is_open = (
        generation.guild_id == DIRECT_MESSAGES if posted_in is None else not is_age_restricted(posted_in)
    )
    return is_open or is_age_restricted(shown_in)


async def _tile(client: NanobotClient, label: str, generation: Generation) -> Tile | None:
    channel = client.get_partial_messageable(generation.posted_channel_id or 0)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            message = await channel.fetch_message(generation.posted_message_id or 0)
            picture = _first_picture(message)
            if picture is None:
                return None
            data = await picture.read()
        return Tile(
            label=label, thumbnail=await client.services.workers.run(generation.user_id, make_thumbnail, data)
        )
    except (*DISCORD_TROUBLE, PictureError) as error:
        log.debug("generation %s is not on the sheet: %s", generation.id, error)
        return None


def _first_picture(message: discord.Message) -> discord.Attachment | None:
    pictures = (each for each in message.attachments if is_picture(each) and not each.is_spoiler())
    return next(pictures, None)
