"""“Image details” in a message's Apps menu: how its pictures were made, from the database or from the files themselves."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import discord

from nanobot.bot.client import Interaction, NanobotClient
from nanobot.bot.id_button import GENERATION_ID
from nanobot.bot.replies import details as words
from nanobot.bot.sources import pictures_of
from nanobot.errors import PersonError
from nanobot.generation.request import PictureSource
from nanobot.images.metadata import PictureDetails, read_details
from nanobot.store import generations
from nanobot.store.tables import Generation

log = logging.getLogger(__name__)

MAX_PICTURES = 10

_BUTTON_ID = re.compile(rf"\w+:{GENERATION_ID}")


async def show_details(interaction: Interaction, message: discord.Message) -> None:
    """Tell only the person who asks."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    client = interaction.client
    generation = await _generation_of(client, message)
    if generation is not None:
        text = words.generation_details(generation)
    else:
        text = await _told_by_files(interaction.user.id, client, message)
    await interaction.edit_original_response(content=text)


async def _generation_of(client: NanobotClient, message: discord.Message) -> Generation | None:
    """Return what the database still has of one of the bot's own messages.

    Of several messages of one generation it knows the first; the others are known by their buttons.
    """
    if client.user is None or message.author.id != client.user.id:
        return None
    async with client.services.database.read() as session:
        found = await generations.of_message(session, message.id)
        ids = _ids_in_buttons(message)
        if found is None and (button_id := next(ids, None)) is not None:
            found = await generations.get(session, button_id)
    return found if found is not None and found.request.get("prompt") else None


def _ids_in_buttons(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        for button in getattr(row, "children", ()):
            match = _BUTTON_ID.fullmatch(getattr(button, "custom_id", None) or "")
            if match is not None:
                yield match["id"]


async def _told_by_files(reader_id: int, client: NanobotClient, message: discord.Message) -> str:
    services = client.services
    sources = pictures_of(message, max_megabytes=services.settings.max_upload_megabytes, links=services.links)
    if not sources:
        return words.NO_PICTURE
    found: dict[int, PictureDetails] = {}
    # One after the other, since ten files of 25 MB at once would be much memory for little hurry.
    for number, source in enumerate(sources[:MAX_PICTURES], start=1):
        details = await _try_read(reader_id, client, source)
        if details is not None:
            found[number] = details
    return words.file_details(found, len(sources)) if found else words.NO_DETAILS


async def _try_read(reader_id: int, client: NanobotClient, source: PictureSource) -> PictureDetails | None:
    """Return what a file tells; one that is gone, or no picture after all, tells nothing."""
    try:
        data = await source.read()
        return await client.services.workers.run(reader_id, read_details, data, name=source.label)
    except PersonError as error:
        log.debug("no details of a picture: %s", error)
        return None
