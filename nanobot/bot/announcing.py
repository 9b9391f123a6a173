"""Tells a server's log channel what an admin changed. Imports the client, the store and what raises trouble."""

from __future__ import annotations

import logging

import discord

from nanobot.bot.client import Interaction
from nanobot.bot.replies.quota_rules import announced
from nanobot.bot.trouble import DISCORD_TROUBLE
from nanobot.store import guild_settings
from nanobot.store.database import DATABASE_TROUBLE

log = logging.getLogger(__name__)


async def announce(interaction: Interaction, told: str) -> None:
    """Post what the admin was told of a change, if the server has a log channel; the change holds in any case.

    The books have their own log, so that a channel which is gone or closed to the bot loses nothing.
    """
    guild_id = interaction.guild_id or 0
    client = interaction.client
    try:
        async with client.services.database.read() as session:
            channel_id = (await guild_settings.get(session, guild_id)).log_channel_id
        if channel_id is not None:
            channel = client.get_partial_messageable(channel_id, guild_id=guild_id)
            await channel.send(announced(interaction.user.id, told))
    except (*DISCORD_TROUBLE, *DATABASE_TROUBLE) as error:
        log.warning("server %d: the log channel was not told of a change: %s", guild_id, error)


def may_be_told(channel: discord.TextChannel) -> bool:
    """Tell whether the bot may write there."""
    permissions = channel.permissions_for(channel.guild.me)
    return permissions.view_channel and permissions.send_messages
