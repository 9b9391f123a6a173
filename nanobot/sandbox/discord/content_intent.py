"""Who may read a message: https://discord.com/developers/docs/events/gateway#message-content-intent.

The one rule for gateway events and REST reads. Imports the messages of this package.
"""

from __future__ import annotations

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.messages import Message


def bot_may_read(message: Message, *, has_intent: bool) -> bool:
    """Answer whether the app gets the content of `message`."""
    return (
        has_intent
        or message.author.is_bot
        or message.channel.guild is None
        or _names_bot(message)
        or _pings_in_reply_to_regular_message(message)
    )


def message_for_bot(message: Message, *, has_intent: bool) -> Json:
    """Return the message as the app gets it, the message it replies to included."""
    body = _without_reference(message, has_intent=has_intent)
    if message.reference is not None:
        is_gone = message.reference.is_deleted
        body["referenced_message"] = (
            None if is_gone else _without_reference(message.reference, has_intent=has_intent)
        )
    return body


def _without_reference(message: Message, *, has_intent: bool) -> Json:
    body = message.to_json()
    if not bot_may_read(message, has_intent=has_intent):
        body.update(content="", embeds=[], attachments=[], components=[])
    return body


def _names_bot(message: Message) -> bool:
    bot_id = message.channel.world.bot.id
    return f"<@{bot_id}>" in message.content or f"<@!{bot_id}>" in message.content


def _pings_in_reply_to_regular_message(message: Message) -> bool:
    target = message.reference
    return (
        target is not None
        and target.author.is_bot
        and target.is_regular
        and any(user.is_bot for user in message.mentions.users)
    )
