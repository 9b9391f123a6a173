"""Text channels, threads and direct messages: what is in them, and who may do what there.

Imports messages, permissions and the content rule of this package; the guild only for its type.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from nanobot.sandbox.discord.changes import PATIENCE_SECONDS
from nanobot.sandbox.discord.content_intent import message_for_bot
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.intents import Intent
from nanobot.sandbox.discord.messages import Message, emoji_json
from nanobot.sandbox.discord.permissions import ALL, NONE, Overwrite, Permission, permissions_named
from nanobot.sandbox.discord.snowflakes import to_timestamp
from nanobot.sandbox.discord.world import Event, User, World

if TYPE_CHECKING:
    from nanobot.sandbox.discord.guilds import Guild

# https://docs.discord.com/developers/resources/channel#trigger-typing-indicator
TYPING_LASTS = timedelta(seconds=10)


class ChannelType(IntEnum):
    GUILD_TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11


class Channel:
    """A place for messages. In a direct message `recipient` is the person and `guild` is `None`."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        guild: Guild | None = None,
        parent: Channel | None = None,
        recipient: User | None = None,
        nsfw: bool = False,
    ) -> None:
        self.world = world
        self.id = world.ids.next()
        self.name = name
        self.guild = guild
        self.parent = parent
        self.recipient = recipient
        self.nsfw = nsfw
        self.position = 0 if guild is None else len(guild.channels)
        self.overwrites: dict[int, Overwrite] = {}
        self.messages: dict[int, Message] = {}
        self._typing_since: dict[int, datetime] = {}
        self._read_up_to = 0
        world.channels[self.id] = self

    @property
    def type(self) -> ChannelType:
        if self.guild is None:
            return ChannelType.DM
        return ChannelType.GUILD_TEXT if self.parent is None else ChannelType.PUBLIC_THREAD

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def add_thread(self, name: str) -> Channel:
        thread = Channel(self.world, name, guild=self.guild, parent=self, nsfw=self.nsfw)
        if self.guild is not None:
            self.guild.channels[thread.id] = thread
        self._announce("THREAD_CREATE", lambda _: thread.to_json(), Intent.GUILDS)
        return thread

    def deny_bot(self, *names: str) -> None:
        """Take permissions from the bot in this channel alone."""
        overwrite = self._bot_overwrite()
        overwrite.deny |= permissions_named(names)
        overwrite.allow &= ~overwrite.deny
        self._announce("CHANNEL_UPDATE", lambda _: self.to_json(), Intent.GUILDS)

    def allow_bot(self, *names: str) -> None:
        overwrite = self._bot_overwrite()
        overwrite.allow |= permissions_named(names)
        overwrite.deny &= ~overwrite.allow
        self._announce("CHANNEL_UPDATE", lambda _: self.to_json(), Intent.GUILDS)

    def deny_everyone(self, *names: str) -> None:
        """Take permissions from `@everyone` in this channel; roles and members may have them back."""
        if self.guild is not None:
            denied = permissions_named(names)
            everyone = self.overwrites.setdefault(
                self.guild.id, Overwrite(target_id=self.guild.id, is_role=True)
            )
            everyone.deny |= denied
        self._announce("CHANNEL_UPDATE", lambda _: self.to_json(), Intent.GUILDS)

    def permissions_of(self, user: User) -> Permission:
        """Return what `user` may do here; nothing when they are not in the guild."""
        if self.guild is None:
            return ALL if user.is_bot or user is self.recipient else NONE
        return self.guild.permissions_of(user, self.parent or self)

    def is_visible_to(self, user: User) -> bool:
        return bool(self.permissions_of(user) & Permission.VIEW_CHANNEL)

    async def next_message(
        self,
        *,
        after: Message | None = None,
        where: Callable[[Message], bool] = lambda _: True,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109  # how long a person waits is theirs to say
    ) -> Message:
        """Return the bot's next regular message here, waiting for it if need be.

        Without `after`, "next" is counted from the last message that this returned, so one that was posted before
        the call is found too.

        Raises:
            TimeoutError: none came in time.
        """
        start = self._read_up_to if after is None else after.id
        found = await self.world.changes.wait_until(
            lambda: self._regular_message_since(start, where),
            timeout=timeout,
            waiting_for=f"a message of the bot in #{self.name}",
        )
        self._read_up_to = found.id
        return found

    def _regular_message_since(self, start: int, where: Callable[[Message], bool]) -> Message | None:
        later = (
            message for message in self.messages.values() if message.id > start and message.author.is_bot
        )
        return next((message for message in later if message.is_regular and where(message)), None)

    def publish(self, message: Message) -> None:
        """Put a finished message here and tell whoever may see it."""
        self.messages[message.id] = message
        self._typing_since.pop(message.author.id, None)
        self._announce_message("MESSAGE_CREATE", message)

    def republish(self, message: Message) -> None:
        message.edited_at = self.world.clock.now()
        self._announce_message("MESSAGE_UPDATE", message)

    def remove(self, message: Message) -> None:
        message.is_deleted = True
        message.forget_files()
        self.messages.pop(message.id, None)
        if message.ephemeral:
            self.world.changes.ring()
            return
        self._announce_about("MESSAGE_DELETE", {"id": str(message.id)}, *_MESSAGE_INTENTS)

    def react(self, message: Message, emoji: str, user: User) -> None:
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._announce_reaction("MESSAGE_REACTION_ADD", message, emoji, user)

    def unreact(self, message: Message, emoji: str, user: User) -> None:
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            if not users:
                del message.reactions[emoji]
            self._announce_reaction("MESSAGE_REACTION_REMOVE", message, emoji, user)

    def show_typing(self, user: User) -> None:
        now = self.world.clock.now()
        self._typing_since[user.id] = now
        self._announce_about(
            "TYPING_START", {"user_id": str(user.id), "timestamp": int(now.timestamp())}, *_TYPING_INTENTS
        )

    def typing(self) -> dict[int, timedelta]:
        """Return whom clients show as typing, by user id, and for how long still unless they write first."""
        now = self.world.clock.now()
        left = {user_id: since + TYPING_LASTS - now for user_id, since in self._typing_since.items()}
        return {user_id: time for user_id, time in left.items() if time > timedelta(0)}

    def to_json(self) -> Json:
        body: Json = {"id": str(self.id), "type": int(self.type), "flags": 0, "last_message_id": None}
        if self.recipient is not None:
            return body | {"recipients": [self.recipient.to_json()]}
        body |= {
            "name": self.name,
            "nsfw": self.nsfw,
            "rate_limit_per_user": 0,
            "guild_id": str(self.guild.id) if self.guild else None,
            "parent_id": str(self.parent.id) if self.parent else None,
        }
        if self.parent is not None:
            return body | self._thread_json()
        return body | {
            "position": self.position,
            "topic": None,
            "permission_overwrites": [_overwrite_json(entry) for entry in self.overwrites.values()],
        }

    def _thread_json(self) -> Json:
        started = to_timestamp(self.world.clock.now())
        return {
            "owner_id": str(self.world.bot.id),
            "message_count": len(self.messages),
            "member_count": 1,
            "total_message_sent": len(self.messages),
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": started,
                "locked": False,
                "create_timestamp": started,
            },
        }

    def _bot_overwrite(self) -> Overwrite:
        bot_id = self.world.bot.id
        return self.overwrites.setdefault(bot_id, Overwrite(target_id=bot_id, is_role=False))

    def _announce_message(self, name: str, message: Message) -> None:
        if message.ephemeral or not self.is_visible_to(self.world.bot):
            self.world.changes.ring()
            return
        self._announce(name, lambda reads: self._message_event(message, reads), _of(self, *_MESSAGE_INTENTS))

    def _message_event(self, message: Message, reads_content: bool) -> Json:
        body = message_for_bot(message, has_intent=reads_content)
        # https://github.com/discord/discord-api-docs/pull/8311: without it, discord.js drops direct messages.
        body["channel_type"] = int(self.type)
        if self.guild is not None:
            body["guild_id"] = str(self.guild.id)
            if (member := self.guild.members.get(message.author.id)) is not None:
                body["member"] = member.to_json(with_user=False)
        return body

    def _announce_reaction(self, name: str, message: Message, emoji: str, user: User) -> None:
        about: Json = {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "emoji": emoji_json(emoji),
            "burst": False,
            "type": 0,
        }
        self._announce_about(name, about, *_REACTION_INTENTS)

    def _announce_about(self, name: str, about: Json, in_guild: Intent, in_dm: Intent) -> None:
        if not self.is_visible_to(self.world.bot):
            self.world.changes.ring()
            return
        body = {**about, "channel_id": str(self.id)}
        if self.guild is not None:
            body["guild_id"] = str(self.guild.id)
        self._announce(name, lambda _: dict(body), _of(self, in_guild, in_dm))

    def _announce(self, name: str, build: Callable[[bool], Json], intent: Intent) -> None:
        guild_id = None if self.guild is None else self.guild.id
        self.world.announce(Event(name=name, build=build, intent=intent, guild_id=guild_id))


_MESSAGE_INTENTS = (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES)
_REACTION_INTENTS = (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS)
_TYPING_INTENTS = (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING)


def _of(channel: Channel, in_guild: Intent, in_dm: Intent) -> Intent:
    return in_dm if channel.guild is None else in_guild


def _overwrite_json(overwrite: Overwrite) -> Json:
    return {
        "id": str(overwrite.target_id),
        "type": 0 if overwrite.is_role else 1,
        "allow": str(int(overwrite.allow)),
        "deny": str(int(overwrite.deny)),
    }


def dm_with(world: World, person: User) -> Channel:
    """Return the one direct-message channel between the bot and `person`."""
    found = (channel for channel in world.channels.values() if channel.recipient is person)
    return next(found, None) or Channel(world, person.name, recipient=person)
