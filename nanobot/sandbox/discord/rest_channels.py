"""Routes about channels and their messages: https://discord.com/developers/docs/resources/message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nanobot.sandbox.discord.channels import Channel, ChannelType
from nanobot.sandbox.discord.content_intent import message_for_bot
from nanobot.sandbox.discord.drafts import draft_message
from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.message_rules import check_draft
from nanobot.sandbox.discord.messages import Message, MessageFlag, MessageType
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.posting import edit, file_limit_bytes, new_message
from nanobot.sandbox.discord.problems import Problems, refuse
from nanobot.sandbox.discord.recording import ApiRequest
from nanobot.sandbox.discord.rest import Answer, Route
from nanobot.sandbox.discord.world import World

_SETTABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.IS_COMPONENTS_V2
# "the past few minutes": https://discord.com/developers/docs/resources/message#create-message
NONCE_LIFETIME = timedelta(minutes=5)


class ChannelRoutes:
    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> list[Route]:
        messages = "/channels/{channel_id}/messages"
        one = messages + "/{message_id}"
        reaction = one + "/reactions/{emoji_name}/@me"
        return [
            Route(method="GET", template="/channels/{channel_id}", handler=self._get_channel),
            Route(method="POST", template="/channels/{channel_id}/typing", handler=self._type),
            Route(method="GET", template=messages, handler=self._list),
            Route(method="POST", template=messages, handler=self._create),
            Route(method="GET", template=one, handler=self._get),
            Route(method="PATCH", template=one, handler=self._edit),
            Route(method="DELETE", template=one, handler=self._delete),
            Route(method="PUT", template=reaction, handler=self._react),
            Route(method="DELETE", template=reaction, handler=self._unreact),
        ]

    async def _get_channel(self, request: ApiRequest) -> Answer:
        return Answer(body=self._channel(request).to_json())

    async def _type(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        self._require(channel, _to_send(channel))
        channel.show_typing(self._world.bot)
        return Answer(status=204)

    async def _create(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        self._require(channel, _to_send(channel))
        if channel.recipient is not None and not channel.recipient.has_open_dms:
            raise ApiRefusal(Refusal.DM_CLOSED)
        body = request.fields
        earlier = self._with_same_nonce(channel, body)
        if earlier is not None:
            return self._shown(earlier)
        draft = draft_message(body, request.files, _SETTABLE)
        if draft.new:
            self._require(channel, Permission.ATTACH_FILES)
        if draft.embeds:
            self._require(channel, Permission.EMBED_LINKS)
        check_draft(draft, request.files, file_limit_bytes=file_limit_bytes(channel))
        reference = self._referenced(channel, body.get("message_reference"))
        rule = body.get("allowed_mentions")
        message = new_message(
            draft,
            channel=channel,
            author=self._world.bot,
            type=MessageType.DEFAULT if reference is None else MessageType.REPLY,
            reference=reference,
            ping_reply=rule is None or bool(rule.get("replied_user")),
            nonce=body.get("nonce"),
        )
        channel.publish(message)
        return self._shown(message)

    def _with_same_nonce(self, channel: Channel, body: Json) -> Message | None:
        nonce = body.get("nonce")
        if nonce is None or not body.get("enforce_nonce"):
            return None
        since = self._world.clock.now() - NONCE_LIFETIME
        for message in channel.messages.values():
            is_mine = message.author is self._world.bot and message.created_at > since
            if is_mine and str(message.nonce) == str(nonce):
                return message
        return None

    def _referenced(self, channel: Channel, reference: Json | None) -> Message | None:
        if reference is None:
            return None
        if not channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY:
            raise ApiRefusal(Refusal.NO_HISTORY_TO_REPLY)
        target = channel.messages.get(_as_id(reference.get("message_id")))
        if target is not None and not target.ephemeral:
            return target
        if reference.get("fail_if_not_exists") is False:
            return None
        raise refuse(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")

    async def _list(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        problems = Problems()
        raw = request.query.get("limit", "50")
        limit: Json = {"limit": int(raw) if raw.isdigit() else raw}
        problems.check_range(limit, "limit", 1, 100)
        problems.raise_if_any()
        if not channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY:
            return Answer(body=[])
        found = [message for message in channel.messages.values() if not message.ephemeral]
        found = _window(found, request.query, limit["limit"])
        return Answer(body=[self._json(message) for message in reversed(found)])

    async def _get(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        self._require(channel, Permission.READ_MESSAGE_HISTORY)
        return self._shown(self._message(channel, request))

    async def _edit(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        message = self._message(channel, request)
        if message.author is not self._world.bot:
            raise ApiRefusal(Refusal.NOT_THE_AUTHOR)
        if request.files:
            self._require(channel, Permission.ATTACH_FILES)
        edit(message, request.fields, request.files)
        return self._shown(message)

    async def _delete(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        message = self._message(channel, request)
        if message.author is not self._world.bot:
            if channel.guild is None:
                raise ApiRefusal(Refusal.DM_CHANNEL)
            self._require(channel, Permission.MANAGE_MESSAGES)
        channel.remove(message)
        return Answer(status=204)

    async def _react(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        self._require(channel, Permission.READ_MESSAGE_HISTORY)
        message = self._message(channel, request)
        emoji = request.params["emoji_name"]
        if emoji.isascii() and ":" not in emoji:
            raise ApiRefusal(Refusal.UNKNOWN_EMOJI)
        if emoji not in message.reactions:
            self._require(channel, Permission.ADD_REACTIONS)
        channel.react(message, emoji, self._world.bot)
        return Answer(status=204)

    async def _unreact(self, request: ApiRequest) -> Answer:
        channel = self._channel(request)
        message = self._message(channel, request)
        channel.unreact(message, request.params["emoji_name"], self._world.bot)
        return Answer(status=204)

    def _channel(self, request: ApiRequest) -> Channel:
        channel = self._world.channels.get(request.number("channel_id"))
        if channel is None:
            raise ApiRefusal(Refusal.UNKNOWN_CHANNEL)
        if not channel.is_visible_to(self._world.bot):
            raise ApiRefusal(Refusal.MISSING_ACCESS)
        return channel

    def _message(self, channel: Channel, request: ApiRequest) -> Message:
        message = channel.messages.get(request.number("message_id"))
        if message is None or message.ephemeral:
            raise ApiRefusal(Refusal.UNKNOWN_MESSAGE)
        return message

    def _require(self, channel: Channel, permission: Permission) -> None:
        if not channel.permissions_of(self._world.bot) & permission:
            raise ApiRefusal(Refusal.MISSING_PERMISSIONS)

    def _shown(self, message: Message) -> Answer:
        return Answer(body=self._json(message))

    def _json(self, message: Message) -> Json:
        return message_for_bot(message, has_intent=self._world.app_reads_content)


def _to_send(channel: Channel) -> Permission:
    in_thread = channel.type is ChannelType.PUBLIC_THREAD
    return Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES


def _window(messages: list[Message], query: Mapping[str, str], limit: int) -> list[Message]:
    """Cut out what `before`, `after` or `around` ask for, oldest first."""
    if "after" in query:
        return [message for message in messages if message.id > _as_id(query["after"])][:limit]
    if "before" in query:
        return [message for message in messages if message.id < _as_id(query["before"])][-limit:]
    if "around" in query:
        middle = _as_id(query["around"])
        after = [message for message in messages if message.id >= middle][: limit // 2 + 1]
        before = [message for message in messages if message.id < middle]
        return before[-(limit - len(after)) :] + after if limit > len(after) else after
    return messages[-limit:]


def _as_id(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else 0
