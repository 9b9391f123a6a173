"""A message as Discord keeps it, and as people see it.

Imports the world, files and media of this package; the channel only for its type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

from nanobot.sandbox.discord.changes import PATIENCE_SECONDS
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.files import Attachment, path_of
from nanobot.sandbox.discord.media import (
    ComponentType,
    embed_media,
    filled_components,
    filled_embeds,
    media_of,
    shows,
    walk,
)
from nanobot.sandbox.discord.snowflakes import to_timestamp
from nanobot.sandbox.discord.world import User

if TYPE_CHECKING:
    from nanobot.sandbox.discord.channels import Channel


class MessageFlag(IntFlag):
    """https://discord.com/developers/docs/resources/message#message-object-message-flags."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


NO_FLAG = MessageFlag(0)


class MessageType(IntEnum):
    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    CONTEXT_MENU_COMMAND = 23


@dataclass(slots=True, kw_only=True, eq=False)
class Mentions:
    """Who is notified of a message."""

    users: list[User] = field(default_factory=list)
    role_ids: list[int] = field(default_factory=list)
    everyone: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One message; it changes when it is edited, and stays readable here after it was deleted."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    held_attachments: list[Attachment] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: MessageFlag = NO_FLAG
    mentions: Mentions = field(default_factory=Mentions)
    nonce: str | int | None = None
    reference: Message | None = None
    interaction_metadata: Json | None = None
    ephemeral_for: User | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    edited_at: datetime | None = None
    is_deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return self.ephemeral_for is not None

    @property
    def is_thinking(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def is_regular(self) -> bool:
        """Whether it was posted to the channel rather than in answer to an interaction."""
        return self.interaction_metadata is None

    @property
    def has_layout(self) -> bool:
        return bool(self.flags & MessageFlag.IS_COMPONENTS_V2)

    @property
    def attachments(self) -> list[Attachment]:
        """The files that people see: with a layout, only those that the layout shows."""
        return [file for file in self.held_attachments if not self.has_layout or self._consumes(file)]

    @property
    def buttons(self) -> list[str]:
        found = (item for item in walk(self.components) if item["type"] == ComponentType.BUTTON)
        return [button.get("label") or (button.get("emoji") or {}).get("name") or "" for button in found]

    @property
    def text(self) -> str:
        """Everything that can be read: the content, the layout's texts and the embeds, one below the other."""
        layout = [
            item["content"] for item in walk(self.components) if item["type"] == ComponentType.TEXT_DISPLAY
        ]
        lines = [self.content, *layout, *(line for embed in self.embeds for line in _lines_of(embed))]
        return "\n".join(line for line in lines if line)

    async def wait_for(
        self,
        predicate: Callable[[Message], bool],
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109  # how long a person waits is theirs to say
    ) -> Message:
        """Wait until an edit makes `predicate` true.

        Raises:
            TimeoutError: it did not become true in time.
        """
        return await self.channel.world.changes.wait_until(
            lambda: self if predicate(self) else None,
            timeout=timeout,
            waiting_for=f"an edit of message {self.id}",
        )

    def _consumes(self, file: Attachment) -> bool:
        media = [item for component in walk(self.components) for item in media_of(component)]
        media += [item for embed in self.embeds for item in embed_media(embed)]
        return any(shows(item, file) for item in media)

    def forget_files(self) -> None:
        for file in self.held_attachments:
            self.channel.world.cdn.withdraw(path_of(file))

    def to_json(self) -> Json:
        """Return the whole message, as its author reads it.

        Files shown by a layout or an embed are left out of `attachments`: Discord calls this intended, see
        https://github.com/discord/discord-api-docs/issues/8277.
        """
        files = self.held_attachments
        body: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.to_json(),
            "type": int(self.type),
            "content": self.content,
            "embeds": filled_embeds(self.embeds, files),
            "attachments": [file.to_json() for file in files if not self._consumes(file)],
            "components": filled_components(self.components, files),
            "flags": int(self.flags),
            "mentions": [user.to_json() for user in self.mentions.users],
            "mention_roles": [str(role_id) for role_id in self.mentions.role_ids],
            "mention_everyone": self.mentions.everyone,
            "timestamp": to_timestamp(self.created_at),
            "edited_timestamp": to_timestamp(self.edited_at) if self.edited_at else None,
            "pinned": False,
            "tts": False,
        }
        if self.nonce is not None:
            body["nonce"] = self.nonce
        if self.author.is_bot:
            body["application_id"] = str(self.author.id)
        if self.interaction_metadata is not None:
            body["interaction_metadata"] = self.interaction_metadata
            body["webhook_id"] = str(self.author.id)
        if self.reactions:
            body["reactions"] = [_reaction(emoji, users) for emoji, users in self.reactions.items()]
        if self.reference is not None:
            body["message_reference"] = _reference(self.reference)
        return body


def _reference(target: Message) -> Json:
    place: Json = {"type": 0, "message_id": str(target.id), "channel_id": str(target.channel.id)}
    if target.channel.guild is not None:
        place["guild_id"] = str(target.channel.guild.id)
    return place


def _reaction(emoji: str, users: list[User]) -> Json:
    return {
        "emoji": emoji_json(emoji),
        "count": len(users),
        "count_details": {"normal": len(users), "burst": 0},
        "me": any(user.is_bot for user in users),
        "me_burst": False,
        "burst_colors": [],
    }


def emoji_json(emoji: str) -> Json:
    """Read `name:id` as a custom emoji and anything else as a character."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def _lines_of(embed: Json) -> list[str]:
    lines = [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
    for entry in embed.get("fields") or ():
        lines += [entry["name"], entry["value"]]
    lines.append((embed.get("footer") or {}).get("text"))
    return [line for line in lines if line]
