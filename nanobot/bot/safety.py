"""What protects a place from unwanted pictures, decided alike for commands, buttons, forms and messages.

Imports discord, the services and the store.
"""

from __future__ import annotations

from dataclasses import dataclass

import discord

from nanobot.bot.services import Services
from nanobot.store import guild_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What a request carries of the place where it was made, by the names that `GenerationRequest` has for it."""

    is_age_restricted: bool
    moderation: bool
    check_results: bool


async def safety_of(services: Services, guild_id: int, channel: object) -> Safety:
    """Return what holds in `channel` of the server `guild_id`, 0 for direct messages: one read of the database.

    Where the server chose nothing, and in direct messages, the bot's own settings hold.
    """
    async with services.database.read() as session:
        chosen = await guild_settings.get(session, guild_id)
    settings = services.settings
    return Safety(
        is_age_restricted=is_age_restricted(channel),
        moderation=settings.moderation if chosen.moderation is None else chosen.moderation,
        check_results=settings.check_results if chosen.check_results is None else chosen.check_results,
    )


def is_age_restricted(channel: object) -> bool:
    """Tell whether Discord keeps `channel` to adults; a thread is as its parent, an unknown place is open to all.

    https://docs.discord.com/developers/resources/channel#channel-object
    """
    match channel:
        case (
            discord.TextChannel()
            | discord.VoiceChannel()
            | discord.StageChannel()
            | discord.ForumChannel()
            | discord.Thread()
        ):
            return channel.is_nsfw()
        case _:
            return False
