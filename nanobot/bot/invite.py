"""The link with which an owner brings the bot into a server, with exactly the permissions that it uses."""

from __future__ import annotations

import discord

# Replying needs Read Message History: https://docs.discord.com/developers/resources/message#create-message
NEEDED_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
)


def invite_url(application_id: int) -> str:
    """Return the link for the application; installing it also registers its commands in the server."""
    return discord.utils.oauth_url(
        application_id, permissions=NEEDED_PERMISSIONS, scopes=("bot", "applications.commands")
    )
