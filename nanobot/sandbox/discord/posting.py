"""Turns a checked draft into a message, or into the edit of one. Imports the rules for messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.drafts import Draft, draft_edit
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.files import attach, path_of
from nanobot.sandbox.discord.guilds import UPLOAD_LIMIT_BYTES_BY_BOOST_TIER
from nanobot.sandbox.discord.media import ComponentType, numbered, walk
from nanobot.sandbox.discord.message_rules import check_draft
from nanobot.sandbox.discord.messages import NO_FLAG, Mentions, Message, MessageFlag, MessageType
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.recording import UploadedFile
from nanobot.sandbox.discord.world import User

_USER_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")


def file_limit_bytes(channel: Channel) -> int:
    guild = channel.guild
    return UPLOAD_LIMIT_BYTES_BY_BOOST_TIER[0] if guild is None else guild.upload_limit_bytes


def new_message(
    draft: Draft,
    *,
    channel: Channel,
    author: User,
    type: MessageType = MessageType.DEFAULT,  # noqa: A002  # the field's own name on Discord
    reference: Message | None = None,
    ping_reply: bool = False,
    nonce: str | int | None = None,
    interaction_metadata: Json | None = None,
    ephemeral_for: User | None = None,
) -> Message:
    """Make the message without publishing it."""
    world = channel.world
    message = Message(
        id=world.ids.next(),
        channel=channel,
        author=author,
        created_at=world.clock.now(),
        type=type,
        reference=reference,
        nonce=nonce,
        interaction_metadata=interaction_metadata,
        ephemeral_for=ephemeral_for,
    )
    _take_over(draft, message)
    message.mentions = _mentions(message, draft.given.get("allowed_mentions"))
    if reference is not None and ping_reply and reference.author not in message.mentions.users:
        message.mentions.users.append(reference.author)
    return message


def edit(message: Message, body: Json, uploads: Sequence[UploadedFile]) -> None:
    """Check the edit, make it and tell whoever may see it.

    Raises:
        ApiRefusal: Discord would not make it.
    """
    draft = draft_edit(body, uploads, message)
    check_draft(draft, uploads, file_limit_bytes=file_limit_bytes(message.channel))
    kept = {file.id for file in draft.kept}
    for file in message.held_attachments:
        if file.id not in kept:
            message.channel.world.cdn.withdraw(path_of(file))
    _take_over(draft, message)
    if draft.given.keys() & {"content", "components", "allowed_mentions"}:
        message.mentions = _mentions(message, draft.given.get("allowed_mentions"))
    message.channel.republish(message)


def _take_over(draft: Draft, message: Message) -> None:
    world = message.channel.world
    new = [
        attach(
            file,
            attachment_id=world.ids.next(),
            channel_id=message.channel.id,
            cdn=world.cdn,
            is_ephemeral=message.ephemeral,
        )
        for file in draft.new
    ]
    message.content = draft.content
    message.embeds = draft.embeds
    message.held_attachments = [*draft.kept, *new]
    message.components = numbered(draft.components)
    message.flags = draft.flags | (MessageFlag.EPHEMERAL if message.ephemeral else NO_FLAG)


def _mentions(message: Message, rule: Json | None) -> Mentions:
    """Find who is notified: https://discord.com/developers/docs/resources/message#allowed-mentions-object."""
    world, guild = message.channel.world, message.channel.guild
    layout = [
        item["content"] for item in walk(message.components) if item["type"] == ComponentType.TEXT_DISPLAY
    ]
    text = "\n".join([message.content, *layout])
    parse = {"users", "roles", "everyone"} if rule is None else set(rule.get("parse") or ())
    named = rule or {}
    users = {int(user_id) for user_id in _USER_MENTION.findall(text)}
    roles = {int(role_id) for role_id in _ROLE_MENTION.findall(text)}
    if "users" not in parse:
        users &= {int(user_id) for user_id in named.get("users") or ()}
    if "roles" not in parse:
        roles &= {int(role_id) for role_id in named.get("roles") or ()}
    may_call_everyone = bool(message.channel.permissions_of(message.author) & Permission.MENTION_EVERYONE)
    calls_everyone = "everyone" in parse and may_call_everyone and ("@everyone" in text or "@here" in text)
    return Mentions(
        users=[world.users[user_id] for user_id in sorted(users) if user_id in world.users],
        role_ids=[role_id for role_id in sorted(roles) if guild is not None and role_id in guild.roles],
        everyone=calls_everyone and guild is not None,
    )
