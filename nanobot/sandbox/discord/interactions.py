"""Sends interactions to the bot and takes its callbacks and follow-ups.

https://discord.com/developers/docs/interactions/receiving-and-responding. Imports invocations, drafts and posting.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.command_rules import MAX_CHOICES, CommandType, check_choice
from nanobot.sandbox.discord.drafts import draft_message
from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.invocations import (
    MAX_FOLLOW_UPS_OF_USER_INSTALL,
    CallbackType,
    InteractionType,
    Invocation,
    Modal,
)
from nanobot.sandbox.discord.message_rules import check_draft
from nanobot.sandbox.discord.messages import NO_FLAG, Message, MessageFlag, MessageType
from nanobot.sandbox.discord.modal_rules import check_modal
from nanobot.sandbox.discord.permissions import Permission
from nanobot.sandbox.discord.posting import edit, file_limit_bytes, new_message
from nanobot.sandbox.discord.problems import Problems, refuse
from nanobot.sandbox.discord.recording import UploadedFile
from nanobot.sandbox.discord.world import Event, User, World

_SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_COMPONENTS_V2
)
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object: the note on
# `app_permissions` names these for direct messages with the app, and no others.
_APP_IN_DIRECT_MESSAGES = (
    Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
    | Permission.MENTION_EVERYONE
    | Permission.USE_EXTERNAL_EMOJIS
)
_MESSAGE_ANSWERS = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
_UPDATE_ANSWERS = {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}


def interaction_json(invocation: Invocation) -> Json:
    """Return the payload of INTERACTION_CREATE."""
    channel, guild, user = invocation.channel, invocation.channel.guild, invocation.user
    world = invocation.world
    held = str(int(channel.permissions_of(user)))
    body: Json = {
        "id": str(invocation.id),
        "application_id": str(world.application_id),
        "type": int(invocation.type),
        "token": invocation.token,
        "version": 1,
        "data": invocation.data,
        "channel_id": str(channel.id),
        "channel": channel.to_json() | {"permissions": held},
        "app_permissions": str(int(_held_by_app(channel))),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": invocation.owners(),
        "context": 1 if guild is None else 0,
        "attachment_size_limit": file_limit_bytes(channel),
    }
    if invocation.source is not None:
        body["message"] = invocation.source.to_json()
    if guild is None:
        return body | {"user": user.to_json()}
    member = guild.members[user.id].to_json() | {"permissions": held}
    return body | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member,
    }


def _held_by_app(channel: Channel) -> Permission:
    return _APP_IN_DIRECT_MESSAGES if channel.guild is None else channel.permissions_of(channel.world.bot)


class InteractionDesk:
    """Knows every interaction by id and by token."""

    def __init__(self, world: World, *, deadline_seconds: float) -> None:
        self.world = world
        self.deadline_seconds = deadline_seconds
        self._by_id: dict[int, Invocation] = {}
        self._by_token: dict[str, Invocation] = {}

    def send(
        self,
        type: InteractionType,  # noqa: A002  # the field's own name on Discord
        user: User,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        opener: Invocation | None = None,
    ) -> Invocation:
        """Tell the bot that somebody did something; the deadline runs from now."""
        invocation = Invocation(
            world=self.world,
            id=self.world.ids.next(),
            token=secrets.token_urlsafe(96),
            type=type,
            user=user,
            channel=channel,
            data=data,
            source=source,
            opener=opener,
            created_at=self.world.clock.now(),
            sent_at=time.monotonic(),
            deadline_seconds=self.deadline_seconds,
        )
        self._by_id[invocation.id] = invocation
        self._by_token[invocation.token] = invocation
        guild_id = None if channel.guild is None else channel.guild.id
        self.world.announce(
            Event(name="INTERACTION_CREATE", build=lambda _: interaction_json(invocation), guild_id=guild_id)
        )
        return invocation

    def respond(
        self, interaction_id: int, token: str, body: Json, uploads: Sequence[UploadedFile]
    ) -> Invocation:
        """Take the first response.

        Raises:
            ApiRefusal: 10062 when unknown or late, 40060 when answered already, 50035 for a wrong form.
        """
        invocation = self._by_id.get(interaction_id)
        if invocation is None or invocation.token != token:
            raise ApiRefusal(Refusal.UNKNOWN_INTERACTION)
        if invocation.is_acknowledged:
            raise ApiRefusal(Refusal.ALREADY_ACKNOWLEDGED)
        if invocation.is_late:
            invocation.was_too_late = True
            self.world.changes.ring()
            raise ApiRefusal(Refusal.UNKNOWN_INTERACTION)
        callback = _fitting_callback(invocation, body.get("type"))
        data = body.get("data") or {}
        match callback:
            case CallbackType.MESSAGE:
                invocation.original = self._post(invocation, data, uploads, is_follow_up=False)
            case CallbackType.DEFERRED_MESSAGE:
                invocation.original = self._think(invocation, data)
            case CallbackType.UPDATE | CallbackType.DEFERRED_UPDATE:
                invocation.original = invocation.source
                if callback is CallbackType.UPDATE and invocation.source is not None:
                    edit(invocation.source, data, uploads)
            case CallbackType.CHOICES:
                invocation.choices = _checked_choices(data)
            case CallbackType.MODAL:
                check_modal(data)
                invocation.modal = Modal(
                    title=data["title"],
                    custom_id=data["custom_id"],
                    components=data["components"],
                    opener=invocation,
                )
        invocation.acknowledge(callback)
        self.world.changes.ring()
        return invocation

    def by_webhook(self, application_id: int, token: str) -> Invocation:
        """Return the interaction that a webhook route speaks for.

        Raises:
            ApiRefusal: 10015 when there is none or it was not answered, 50027 when its 15 minutes are over.
        """
        invocation = self._by_token.get(token)
        if invocation is None or application_id != self.world.application_id:
            raise ApiRefusal(Refusal.UNKNOWN_WEBHOOK)
        if invocation.is_expired:
            raise ApiRefusal(Refusal.INVALID_WEBHOOK_TOKEN)
        if not invocation.is_acknowledged:
            raise ApiRefusal(Refusal.UNKNOWN_WEBHOOK)
        return invocation

    def follow_up(self, invocation: Invocation, body: Json, uploads: Sequence[UploadedFile]) -> Message:
        """Post a follow-up; the first one after a deferred response takes the place of "thinking"."""
        original = invocation.original
        if original is not None and original.is_thinking and not original.is_deleted:
            edit(original, body, uploads)
            return original
        used = len(invocation.followups)
        if invocation.is_by_user_install_only and used >= MAX_FOLLOW_UPS_OF_USER_INSTALL:
            raise ApiRefusal(Refusal.TOO_MANY_FOLLOW_UPS)
        message = self._post(invocation, body, uploads, is_follow_up=True)
        invocation.followups.append(message)
        self.world.changes.ring()
        return message

    def _post(
        self, invocation: Invocation, data: Json, uploads: Sequence[UploadedFile], *, is_follow_up: bool
    ) -> Message:
        draft = draft_message(data, uploads, _SETTABLE)
        check_draft(draft, uploads, file_limit_bytes=file_limit_bytes(invocation.channel))
        is_ephemeral = bool(draft.flags & MessageFlag.EPHEMERAL) or _is_forced_ephemeral(invocation)
        kind, reference = _kind_and_reference(invocation, is_follow_up=is_follow_up)
        metadata = invocation.metadata()
        if is_follow_up and invocation.original is not None:
            metadata["original_response_message_id"] = str(invocation.original.id)
        message = new_message(
            draft,
            channel=invocation.channel,
            author=self.world.bot,
            type=kind,
            reference=reference,
            interaction_metadata=metadata,
            ephemeral_for=invocation.user if is_ephemeral else None,
        )
        invocation.channel.publish(message)
        return message

    def _think(self, invocation: Invocation, data: Json) -> Message:
        if any(data.get(name) for name in data.keys() - {"flags"}):
            raise refuse(("data",), "INTERACTION_DEFER_ONLY_FLAGS", "A deferred response has no content yet.")
        flags = MessageFlag(data.get("flags") or 0)
        if flags & ~MessageFlag.EPHEMERAL:
            raise refuse(("data", "flags"), "INTERACTION_DEFER_ONLY_EPHEMERAL", "Only EPHEMERAL may be set.")
        is_ephemeral = bool(flags) or _is_forced_ephemeral(invocation)
        kind, reference = _kind_and_reference(invocation, is_follow_up=False)
        message = Message(
            id=self.world.ids.next(),
            channel=invocation.channel,
            author=self.world.bot,
            created_at=self.world.clock.now(),
            type=kind,
            reference=reference,
            flags=MessageFlag.LOADING | (MessageFlag.EPHEMERAL if is_ephemeral else NO_FLAG),
            interaction_metadata=invocation.metadata(),
            ephemeral_for=invocation.user if is_ephemeral else None,
        )
        invocation.channel.publish(message)
        return message


def _fitting_callback(invocation: Invocation, number: object) -> CallbackType:
    allowed: set[CallbackType]
    match invocation.type:
        case InteractionType.AUTOCOMPLETE:
            allowed = {CallbackType.CHOICES}
        case InteractionType.MODAL:
            allowed = _MESSAGE_ANSWERS | (_UPDATE_ANSWERS if invocation.source is not None else set())
        case InteractionType.COMPONENT:
            allowed = _MESSAGE_ANSWERS | _UPDATE_ANSWERS | {CallbackType.MODAL}
        case InteractionType.COMMAND:
            allowed = _MESSAGE_ANSWERS | {CallbackType.MODAL}
    if not isinstance(number, int) or number not in allowed:
        choices = ", ".join(str(int(choice)) for choice in sorted(allowed))
        raise refuse(("type",), "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    return CallbackType(number)


def _checked_choices(data: Json) -> list[Json]:
    problems = Problems()
    with problems.at("data"):
        problems.require(data, "choices")
        problems.check_length(data, "choices", 0, MAX_CHOICES)
        for index, choice in enumerate(data.get("choices") or ()):
            with problems.at("choices", index):
                check_choice(problems, choice)
    problems.raise_if_any()
    choices: list[Json] = data["choices"]
    return choices


def _is_forced_ephemeral(invocation: Invocation) -> bool:
    """https://discord.com/developers/docs/topics/permissions: USE_EXTERNAL_APPS."""
    held = invocation.channel.permissions_of(invocation.user)
    return invocation.is_by_user_install_only and not held & Permission.USE_EXTERNAL_APPS


def _kind_and_reference(invocation: Invocation, *, is_follow_up: bool) -> tuple[MessageType, Message | None]:
    if is_follow_up:
        return MessageType.REPLY, invocation.original
    if invocation.source is not None:
        return MessageType.REPLY, invocation.source
    command = invocation.opener or invocation
    if command.data.get("type") == CommandType.CHAT_INPUT:
        return MessageType.CHAT_INPUT_COMMAND, None
    return MessageType.CONTEXT_MENU_COMMAND, None
