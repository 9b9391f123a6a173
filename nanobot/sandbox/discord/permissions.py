"""Permission bits and how they add up in a channel.

https://discord.com/developers/docs/topics/permissions. Imports nothing of nanobot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    SEND_VOICE_MESSAGES = 1 << 46
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50


NONE = Permission(0)
ALL = ~NONE

EVERYONE_DEFAULT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.USE_EXTERNAL_APPS
    | Permission.CHANGE_NICKNAME
)


@dataclass(slots=True, kw_only=True)
class Overwrite:
    """What a channel takes from and gives to one role or one member."""

    target_id: int
    is_role: bool
    allow: Permission = NONE
    deny: Permission = NONE


def permissions_named(names: Iterable[str]) -> Permission:
    """Add up permissions by name.

    Raises:
        KeyError: a name that Discord does not know.
    """
    bits = NONE
    for name in names:
        bits |= Permission[name.upper()]
    return bits


def permissions_in_channel(
    base: Permission, overwrites: Iterable[Overwrite], *, everyone_id: int, role_ids: set[int], member_id: int
) -> Permission:
    """Apply the overwrites in Discord's order: everyone, then the roles together, then the member."""
    if base & Permission.ADMINISTRATOR:
        return ALL
    roles_allow = roles_deny = NONE
    member_allow = member_deny = NONE
    for overwrite in overwrites:
        if overwrite.target_id == everyone_id:
            base = base & ~overwrite.deny | overwrite.allow
        elif overwrite.is_role and overwrite.target_id in role_ids:
            roles_allow |= overwrite.allow
            roles_deny |= overwrite.deny
        elif overwrite.target_id == member_id:
            member_allow, member_deny = overwrite.allow, overwrite.deny
    base = base & ~roles_deny | roles_allow
    base = base & ~member_deny | member_allow
    return base if base & Permission.VIEW_CHANNEL else NONE
