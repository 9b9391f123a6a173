"""The address that opens a message in Discord's client."""

from __future__ import annotations

from nanobot.store.tables import Generation


def message_link(guild_id: int, *, asked_in: int, channel_id: int, message_id: int) -> str:
    """Return the link to a message that answers what was asked in a channel of a server, or of none, where it is 0.

    One in another channel is a direct message. discord.py itself knows no server but those of this process's shards.
    """
    server = guild_id if guild_id and channel_id == asked_in else "@me"
    return f"https://discord.com/channels/{server}/{channel_id}/{message_id}"


def link_to_pictures(posted: Generation) -> str:
    """Return the link to the message that shows what was made."""
    return message_link(
        posted.guild_id,
        asked_in=posted.channel_id,
        channel_id=posted.posted_channel_id or 0,
        message_id=posted.posted_message_id or 0,
    )
