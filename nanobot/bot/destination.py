"""Where an answer belongs, by ids alone, so that a live interaction and a row found after a crash are answered alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from nanobot.generation.request import ReturnAddress
from nanobot.quotas.standing import Member
from nanobot.store.tables import Generation

# https://docs.discord.com/developers/reference#uploading-files
DEFAULT_FILE_LIMIT_BYTES = 10 * 1024 * 1024
# https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
INTERACTION_LASTS = timedelta(minutes=15)
DIRECT_MESSAGES = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A person, a channel, and the interaction that can still be answered, if any."""

    user_id: int
    guild_id: int
    channel_id: int
    may_post_in_channel: bool
    file_limit_bytes: int = DEFAULT_FILE_LIMIT_BYTES
    reply_to_message_id: int | None = None
    application_id: int | None = None
    interaction_token: str | None = None
    interaction_expires_at: datetime | None = None
    may_have_follow_up: bool = False
    """A process ended as it posted a follow-up, which not everywhere can be looked for: another would be a second copy."""
    asked_since: int | None = None
    """A snowflake of before the answer, where another process may have answered already; else nothing is looked for."""

    @property
    def address(self) -> ReturnAddress:
        """What the generation's row keeps of it."""
        return ReturnAddress(
            channel_id=self.channel_id,
            reply_to_message_id=self.reply_to_message_id,
            application_id=self.application_id,
            interaction_token=self.interaction_token,
            interaction_expires_at=self.interaction_expires_at,
        )


def of_interaction(interaction: discord.Interaction) -> Destination:
    """Read the place, the rights and the file limit from the interaction itself: no cache can be stale or missing."""
    return Destination(
        user_id=interaction.user.id,
        guild_id=accounting_guild_id(interaction),
        channel_id=interaction.channel_id or 0,
        may_post_in_channel=_interaction_may_post(interaction),
        file_limit_bytes=interaction.filesize_limit,
        application_id=interaction.application_id,
        interaction_token=interaction.token,
        interaction_expires_at=interaction.expires_at,
    )


def of_message(message: discord.Message, *, file_limit_bytes: int) -> Destination:
    """Return the place of a message that was addressed to the bot; the answer replies to it."""
    return Destination(
        user_id=message.author.id,
        guild_id=message.guild.id if message.guild else DIRECT_MESSAGES,
        channel_id=message.channel.id,
        may_post_in_channel=True,
        file_limit_bytes=file_limit_bytes,
        reply_to_message_id=message.id,
    )


def of_generation(generation: Generation, client: discord.Client) -> Destination:
    """Return the place that a row names, for a process that did not see the request arrive.

    Its server may be another process's, so Discord is left to say whether the bot may post there.
    """
    guild = client.get_guild(generation.guild_id)
    may_have_follow_up = generation.posted_channel_id is not None and generation.posted_message_id is None
    return Destination(
        user_id=generation.user_id,
        guild_id=generation.guild_id,
        channel_id=generation.channel_id,
        may_post_in_channel=True,
        file_limit_bytes=guild.filesize_limit if guild else DEFAULT_FILE_LIMIT_BYTES,
        reply_to_message_id=generation.reply_to_message_id,
        application_id=generation.application_id,
        interaction_token=generation.interaction_token,
        interaction_expires_at=generation.interaction_expires_at,
        may_have_follow_up=may_have_follow_up,
        asked_since=_asked_since(generation),
    )


def _asked_since(generation: Generation) -> int:
    """Return a snowflake of before any answer, by Discord's own clock where a message or an interaction tells it."""
    if generation.reply_to_message_id is not None:
        return generation.reply_to_message_id
    expires_at = generation.interaction_expires_at
    asked_at = generation.created_at if expires_at is None else expires_at - INTERACTION_LASTS
    return discord.utils.time_snowflake(asked_at)


def accounting_guild_id(interaction: discord.Interaction) -> int:
    """Return the server whose quotas apply.

    Where the bot was brought along by its user and is no member, the server's admins have no say and a fresh quota in
    each such server would be no limit at all: that use counts as direct messages.
    """
    if interaction.guild_id is None or not interaction.is_guild_integration():
        return DIRECT_MESSAGES
    return interaction.guild_id


def member_of_interaction(interaction: discord.Interaction) -> Member:
    """Return who asks, in the words of the quota desk."""
    return member_of(interaction.user, accounting_guild_id(interaction))


def member_of(user: discord.User | discord.Member, guild_id: int) -> Member:
    """Return `user` as a member of `guild_id` (0 = direct messages) with their roles."""
    roles = user.roles if isinstance(user, discord.Member) and guild_id else ()
    return Member(user_id=user.id, guild_id=guild_id, role_ids=frozenset(role.id for role in roles))


def may_post(channel: discord.abc.MessageableChannel, permissions: discord.Permissions) -> bool:
    """Tell whether a message with files can be sent in `channel` by someone with `permissions` there."""
    in_thread = isinstance(channel, discord.Thread)
    speak = permissions.send_messages_in_threads if in_thread else permissions.send_messages
    return permissions.view_channel and speak and permissions.attach_files


def _interaction_may_post(interaction: discord.Interaction) -> bool:
    if interaction.guild_id is None:
        return interaction.context.dm_channel
    if not interaction.is_guild_integration() or interaction.channel is None:
        return False
    if isinstance(interaction.channel, discord.ForumChannel | discord.CategoryChannel):
        return False
    return may_post(interaction.channel, interaction.app_permissions)
