"""Collects the things that an interaction names by id into its `resolved` data. Imports channels and guilds."""

from __future__ import annotations

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.content_intent import message_for_bot
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.files import Attachment, File, attach
from nanobot.sandbox.discord.guilds import Role
from nanobot.sandbox.discord.messages import Message
from nanobot.sandbox.discord.world import User

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-resolved-data-structure
_PARTIAL_CHANNEL_FIELDS = ("id", "name", "type", "parent_id", "thread_metadata", "nsfw", "position", "flags")


class Resolved:
    """What was named in one interaction, seen from the channel it came from."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._found: dict[str, Json] = {}

    def add_user(self, user: User) -> str:
        self._put("users", user.id, user.to_json())
        guild = self._channel.guild
        member = guild.members.get(user.id) if guild is not None else None
        if member is not None:
            held = self._channel.permissions_of(user)
            self._put("members", user.id, member.to_json(with_user=False) | {"permissions": str(int(held))})
        return str(user.id)

    def add_role(self, role: Role) -> str:
        self._put("roles", role.id, role.to_json())
        return str(role.id)

    def add_channel(self, channel: Channel, asker: User) -> str:
        whole = channel.to_json()
        partial = {name: whole[name] for name in _PARTIAL_CHANNEL_FIELDS if name in whole}
        partial["permissions"] = str(int(channel.permissions_of(asker)))
        self._put("channels", channel.id, partial)
        return str(channel.id)

    def add_file(self, file: File) -> str:
        """Upload a file as an ephemeral attachment, as options and forms do."""
        world = self._channel.world
        uploaded: Attachment = attach(
            file,
            attachment_id=world.ids.next(),
            channel_id=self._channel.id,
            cdn=world.cdn,
            is_ephemeral=True,
        )
        self._put("attachments", uploaded.id, uploaded.to_json())
        return str(uploaded.id)

    def add_message(self, message: Message) -> str:
        """Add the target of a context menu: it comes in full, whatever the intents."""
        self._put("messages", message.id, message_for_bot(message, has_intent=True))
        return str(message.id)

    def to_json(self) -> Json:
        return dict(self._found)

    def _put(self, kind: str, key: int, value: Json) -> None:
        self._found.setdefault(kind, {})[str(key)] = value
