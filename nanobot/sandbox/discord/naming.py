"""Finds whom or what a person means by `@name`, `#name` or a mention. Imports channels and guilds."""

from __future__ import annotations

import re

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.guilds import Role
from nanobot.sandbox.discord.world import User

_NAMED = re.compile(r"(?<![\w<])@([\w-]+)")


def find_user(channel: Channel, text: str) -> User | None:
    """Return the member of the guild, or the partner of the direct message, that `text` names."""
    if channel.guild is not None:
        present = [member.user for member in channel.guild.members.values()]
    else:
        present = [channel.world.bot, *([channel.recipient] if channel.recipient else [])]
    mention = re.fullmatch(r"<@!?(\d+)>", text)
    if mention is not None:
        return next((user for user in present if user.id == int(mention[1])), None)
    return next((user for user in present if user.name == text.removeprefix("@")), None)


def find_role(channel: Channel, text: str) -> Role | None:
    roles = channel.guild.roles if channel.guild is not None else {}
    mention = re.fullmatch(r"<@&(\d+)>", text)
    if mention is not None:
        return roles.get(int(mention[1]))
    wanted = text if text == "@everyone" else text.removeprefix("@")
    return next((role for role in roles.values() if role.name == wanted), None)


def find_channel(channel: Channel, text: str) -> Channel | None:
    channels = channel.guild.channels if channel.guild is not None else {}
    mention = re.fullmatch(r"<#(\d+)>", text)
    if mention is not None:
        return channels.get(int(mention[1]))
    return next((found for found in channels.values() if found.name == text.removeprefix("#")), None)


def with_mentions(text: str, channel: Channel) -> str:
    """Turn each `@name` of somebody here into a mention, as the client does."""

    def mention(match: re.Match[str]) -> str:
        found = find_user(channel, match[1]) or find_role(channel, match[1])
        return match[0] if found is None else found.mention

    return _NAMED.sub(mention, text)
