"""One message as a page shows it to one person. Imports the messages and media of the stand-in for Discord."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from urllib.parse import quote

from nanobot.sandbox.discord import Attachment, Message
from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.media import embed_media, media_of, shows, walk
from nanobot.sandbox.discord.messages import MessageType
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.snowflakes import to_timestamp
from nanobot.sandbox.page.seats import Seat

_EXCERPT_CHARACTERS = 200
_BY_COMMAND = {MessageType.CHAT_INPUT_COMMAND, MessageType.CONTEXT_MENU_COMMAND}


def message_json(message: Message, seat: Seat) -> Json:
    """Return the message with everything that depends on who looks."""
    person = seat.person
    files = message.held_attachments
    return {
        "id": str(message.id),
        "author": {
            "id": str(message.author.id),
            "name": message.author.name,
            "bot": message.author.is_bot,
        },
        "content": message.content,
        "timestamp": to_timestamp(message.created_at),
        "edited": message.edited_at is not None,
        "ephemeral": message.ephemeral,
        "thinking": message.is_thinking,
        "command": _command(message),
        "reply_to": _reply(message, seat),
        "mentions_me": _mentions(message, seat),
        "attachments": [_attachment(file) for file in files],
        "embeds": _local_embeds(message.embeds, files),
        "components": _local_components(message.components, files),
        "flags": int(message.flags),
        "mine": message.author is person.user,
        "deletable": _is_deletable(message, seat),
    }


def file_path(file: Attachment) -> str:
    """Return where the page's own server has the file: unlike Discord's address, it does not change by the hour."""
    return f"/files/{file.id}/{quote(file.filename)}"


def _command(message: Message) -> Json | None:
    about = message.interaction_metadata
    if about is None or message.type not in _BY_COMMAND:
        return None
    command = about.get("triggering_interaction_metadata") or about
    return {"name": command.get("name", ""), "user": about["user"]["username"]}


def _reply(message: Message, seat: Seat) -> Json | None:
    target = message.reference
    if target is None or target.ephemeral_for not in {None, seat.person.user}:
        return None
    author = None if target.is_deleted else target.author.name
    excerpt = "" if target.is_deleted else target.text[:_EXCERPT_CHARACTERS]
    return {"id": str(target.id), "author": author, "excerpt": excerpt}


def _mentions(message: Message, seat: Seat) -> bool:
    user, guild = seat.person.user, seat.channel.guild
    roles = guild.members[user.id].roles if guild is not None else []
    notified = message.mentions
    return user in notified.users or notified.everyone or any(role.id in notified.role_ids for role in roles)


def _is_deletable(message: Message, seat: Seat) -> bool:
    user, channel = seat.person.user, seat.channel
    may_manage = channel.guild is not None and channel.permissions_of(user) & Permission.MANAGE_MESSAGES
    return message.author is user or message.ephemeral_for is user or bool(may_manage)


def _attachment(file: Attachment) -> Json:
    width, height = file.sides or (None, None)
    return {
        "id": str(file.id),
        "filename": file.filename,
        "size": file.size,
        "description": file.description,
        "content_type": file.content_type,
        "width": width,
        "height": height,
        "url": file_path(file),
        "spoiler": file.filename.startswith("SPOILER_"),
    }


def _local_embeds(embeds: Sequence[Json], files: Sequence[Attachment]) -> list[Json]:
    copies = deepcopy(list(embeds))
    for embed in copies:
        _localise(embed_media(embed), files)
    return copies


def _local_components(components: Sequence[Json], files: Sequence[Attachment]) -> list[Json]:
    copies = deepcopy(list(components))
    for component in walk(copies):
        _localise(media_of(component), files)
    return copies


def _localise(media: Sequence[Json], files: Sequence[Attachment]) -> None:
    for item in media:
        shown = next((file for file in files if shows(item, file)), None)
        if shown is not None:
            item.update(url=file_path(shown), attachment_id=str(shown.id), content_type=shown.content_type)
            if shown.sides is not None:
                item["width"], item["height"] = shown.sides
