"""Guilds, their roles and members. Imports channels and permissions of this package; people only for their type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from nanobot.sandbox.discord.channels import Channel, ChannelType
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.intents import Intent
from nanobot.sandbox.discord.permissions import (
    ALL,
    EVERYONE_DEFAULT,
    NONE,
    Permission,
    permissions_in_channel,
    permissions_named,
)
from nanobot.sandbox.discord.snowflakes import to_timestamp
from nanobot.sandbox.discord.world import Event, User, World

if TYPE_CHECKING:
    from nanobot.sandbox.discord.person import Person

MEBIBYTE = 1024 * 1024
# https://discord.com/developers/docs/reference#uploading-files: 10 MiB, more in boosted guilds.
UPLOAD_LIMIT_BYTES_BY_BOOST_TIER = (10 * MEBIBYTE, 10 * MEBIBYTE, 50 * MEBIBYTE, 100 * MEBIBYTE)


@dataclass(slots=True, kw_only=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permission
    position: int
    is_managed: bool = False

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"

    def to_json(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "managed": self.is_managed,
            "mentionable": False,
            "flags": 0,
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)

    def to_json(self, *, with_user: bool = True) -> Json:
        body: Json = {
            "roles": [str(role.id) for role in self.roles],
            "joined_at": to_timestamp(self.joined_at),
            "flags": 0,
            "nick": None,
            "avatar": None,
            "banner": None,
            "premium_since": None,
            "communication_disabled_until": None,
            "pending": False,
            "deaf": False,
            "mute": False,
        }
        return body | {"user": self.user.to_json()} if with_user else body


class Guild:
    """A server. The bot is a member with a managed role of its own, unless it was only installed by users."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        locale: str,
        boost_tier: int,
        has_bot: bool,
        greet: Callable[[User], Person],
    ) -> None:
        self.world = world
        self.id = world.ids.next()
        self.name = name
        self.locale = locale
        self.boost_tier = boost_tier
        self.has_bot = has_bot
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, Member] = {}
        self.everyone = Role(id=self.id, name="@everyone", permissions=EVERYONE_DEFAULT, position=0)
        self.roles: dict[int, Role] = {self.id: self.everyone}
        self._greet = greet
        owner = world.add_user(f"owner-of-{name}".lower().replace(" ", "-"))
        self._join(owner, [])
        self.owner = greet(owner)
        if has_bot:
            role = self._new_role(world.bot.name, EVERYONE_DEFAULT, is_managed=True)
            self._join(world.bot, [role])
        world.guilds[self.id] = self
        if has_bot:
            self._announce("GUILD_CREATE", self.to_json, Intent.GUILDS)

    @property
    def upload_limit_bytes(self) -> int:
        return UPLOAD_LIMIT_BYTES_BY_BOOST_TIER[self.boost_tier]

    def add_channel(self, name: str, *, nsfw: bool = False) -> Channel:
        channel = Channel(self.world, name, guild=self, nsfw=nsfw)
        self.channels[channel.id] = channel
        self._announce("CHANNEL_CREATE", channel.to_json, Intent.GUILDS)
        return channel

    def add_role(self, name: str, *, permissions: Sequence[str] = ()) -> Role:
        role = self._new_role(name, permissions_named(permissions))
        self._announce("GUILD_ROLE_CREATE", lambda: self._role_event(role), Intent.GUILDS)
        return role

    def add_member(
        self,
        who: str | Person,
        *,
        roles: Sequence[Role] = (),
        permissions: Sequence[str] = (),
        locale: str = "en-US",
    ) -> Person:
        """Let somebody join: a new person by name, or one who is in another guild already.

        `permissions` come through a role of the member's own.
        """
        user = self.world.add_user(who, locale=locale) if isinstance(who, str) else who.user
        held = list(roles)
        if permissions:
            held.append(self.add_role(f"{user.name}'s permissions", permissions=permissions))
        member = self._join(user, held)
        self._announce("GUILD_MEMBER_ADD", lambda: self._member_event(member), Intent.GUILD_MEMBERS)
        return self._greet(user) if isinstance(who, str) else who

    def give_role(self, person: Person, role: Role) -> None:
        member = self.members[person.user.id]
        member.roles.append(role)
        self._announce("GUILD_MEMBER_UPDATE", lambda: self._member_event(member), Intent.GUILD_MEMBERS)

    def permissions_of(self, user: User, channel: Channel | None = None) -> Permission:
        member = self.members.get(user.id)
        if member is None:
            return NONE
        if user is self.owner.user:
            return ALL
        base = self.everyone.permissions
        for role in member.roles:
            base |= role.permissions
        return permissions_in_channel(
            base,
            channel.overwrites.values() if channel else (),
            everyone_id=self.id,
            role_ids={role.id for role in member.roles},
            member_id=user.id,
        )

    def remove_bot(self) -> None:
        """Kick the bot: it hears of it, and its channels are closed to it."""
        self.members.pop(self.world.bot.id, None)
        self.has_bot = False
        self._announce("GUILD_DELETE", lambda: {"id": str(self.id)}, Intent.GUILDS)

    def to_json(self) -> Json:
        """Return the guild as GUILD_CREATE tells it: without the members intent, the bot is its only member."""
        bot = self.members.get(self.world.bot.id)
        channels = self.channels.values()
        return self.to_rest_json() | {
            "channels": [channel.to_json() for channel in channels if channel.type is ChannelType.GUILD_TEXT],
            "threads": [
                channel.to_json() for channel in channels if channel.type is ChannelType.PUBLIC_THREAD
            ],
            "members": [bot.to_json()] if bot else [],
            "member_count": len(self.members),
            "joined_at": to_timestamp(bot.joined_at) if bot else None,
            "large": False,
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def to_rest_json(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(self.owner.user.id),
            "preferred_locale": self.locale,
            "premium_tier": self.boost_tier,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "roles": [role.to_json() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "verification_level": 1,
            "default_message_notifications": 1,
            "explicit_content_filter": 2,
            "mfa_level": 0,
            "nsfw_level": 0,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "application_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "max_members": 500_000,
        }

    def _new_role(self, name: str, permissions: Permission, *, is_managed: bool = False) -> Role:
        role = Role(
            id=self.world.ids.next(),
            name=name,
            permissions=permissions,
            position=len(self.roles),
            is_managed=is_managed,
        )
        self.roles[role.id] = role
        return role

    def _join(self, user: User, roles: list[Role]) -> Member:
        member = Member(user=user, joined_at=self.world.clock.now(), roles=roles)
        self.members[user.id] = member
        return member

    def _role_event(self, role: Role) -> Json:
        return {"guild_id": str(self.id), "role": role.to_json()}

    def _member_event(self, member: Member) -> Json:
        return {"guild_id": str(self.id), **member.to_json()}

    def _announce(self, name: str, build: Callable[[], Json], intent: Intent) -> None:
        if self.has_bot or name == "GUILD_DELETE":
            self.world.announce(Event(name=name, build=lambda _: build(), intent=intent, guild_id=self.id))
