"""One use of a command, a button, a select or a form: what the person sent, and what the bot made of it.

Imports messages and channels of this package.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from nanobot.sandbox.discord.changes import PATIENCE_SECONDS
from nanobot.sandbox.discord.channels import Channel
from nanobot.sandbox.discord.errors import DidNotRespond, Json, NotPossible
from nanobot.sandbox.discord.messages import Message
from nanobot.sandbox.discord.world import User, World

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
TOKEN_LIFETIME = timedelta(minutes=15)
MAX_FOLLOW_UPS_OF_USER_INSTALL = 5


class InteractionType(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class CallbackType(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A form that the bot opened for one person."""

    title: str
    custom_id: str
    components: list[Json]
    opener: Invocation


@dataclass(slots=True, kw_only=True, eq=False)
class Invocation:
    """An interaction on its way. `source` is the message whose component was used."""

    world: World
    id: int
    token: str
    type: InteractionType
    user: User
    channel: Channel
    data: Json
    source: Message | None
    opener: Invocation | None
    created_at: datetime
    sent_at: float
    deadline_seconds: float
    callback_type: CallbackType | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Json] | None = None
    was_too_late: bool = False
    """Whether the bot's first response came after the deadline, and was refused."""
    _acknowledged_after: float | None = None
    _is_expired: bool = False

    @property
    def is_acknowledged(self) -> bool:
        return self._acknowledged_after is not None

    @property
    def acknowledged_after(self) -> float:
        """Seconds from sending to the bot's first response.

        Raises:
            DidNotRespond: there is none.
        """
        if self._acknowledged_after is None:
            raise DidNotRespond("The application did not respond")
        return self._acknowledged_after

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self.sent_at > self.deadline_seconds

    @property
    def is_expired(self) -> bool:
        return self._is_expired or self.world.clock.now() >= self.created_at + TOKEN_LIFETIME

    @property
    def is_by_user_install_only(self) -> bool:
        guild = self.channel.guild
        return guild is not None and not guild.has_bot

    @property
    def deleted(self) -> bool:
        """Whether the bot deleted its response."""
        return self.original is not None and self.original.is_deleted

    def acknowledge(self, callback_type: CallbackType) -> None:
        self.callback_type = callback_type
        self._acknowledged_after = time.monotonic() - self.sent_at

    def expire(self) -> None:
        """Let the token die now instead of 15 minutes after the interaction."""
        self._is_expired = True

    async def acknowledged(self) -> float:
        """Wait for the first response and return the seconds it took.

        Raises:
            DidNotRespond: it did not come within the deadline.
        """
        left = max(0.0, self.sent_at + self.deadline_seconds - time.monotonic())
        try:
            return await self.world.changes.wait_until(
                lambda: self._acknowledged_after, timeout=left, waiting_for="the first response"
            )
        except TimeoutError:
            return self.acknowledged_after

    async def response(self, timeout: float = PATIENCE_SECONDS) -> Message:  # noqa: ASYNC109  # how long a person waits is theirs to say
        """Wait for the original response until it is no longer "thinking" (or was deleted).

        Raises:
            DidNotRespond: no first response within the deadline.
            NotPossible: the bot opened a form instead.
            TimeoutError: it kept thinking.
        """
        return await self.settled(lambda message: not message.is_thinking, timeout)

    async def settled(
        self,
        predicate: Callable[[Message], bool],
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109  # how long a person waits is theirs to say
    ) -> Message:
        """Wait until `predicate` is true of the original response (or it was deleted); raises as `response`."""
        await self.acknowledged()
        original = self.original
        if original is None:
            raise NotPossible("The bot answered without a message.")
        return await original.wait_for(lambda message: message.is_deleted or predicate(message), timeout)

    async def followup(self, number: int = 1, timeout: float = PATIENCE_SECONDS) -> Message:  # noqa: ASYNC109  # how long a person waits is theirs to say
        """Wait for the follow-up message with this number, from 1."""
        return await self.world.changes.wait_until(
            lambda: self.followups[number - 1] if len(self.followups) >= number else None,
            timeout=timeout,
            waiting_for=f"follow-up {number}",
        )

    async def wait_modal(self) -> Modal:
        """Wait for the form that the bot opens.

        Raises:
            DidNotRespond: no first response within the deadline.
            NotPossible: the bot answered with something else.
        """
        await self.acknowledged()
        if self.modal is None:
            raise NotPossible("The bot did not open a form.")
        return self.modal

    def metadata(self) -> Json:
        """Return what a message tells of the interaction it answers."""
        body: Json = {
            "id": str(self.id),
            "type": int(self.type),
            "user": self.user.to_json(),
            "authorizing_integration_owners": self.owners(),
        }
        if self.type is InteractionType.COMMAND:
            body["name"] = self.data["name"]
            body["command_type"] = self.data["type"]
            if "target_id" in self.data:
                body["target_message_id"] = self.data["target_id"]
        if self.type is InteractionType.COMPONENT and self.source is not None:
            body["interacted_message_id"] = str(self.source.id)
        if self.opener is not None:
            body["triggering_interaction_metadata"] = self.opener.metadata()
        return body

    def owners(self) -> Json:
        """Return who installed the app so that this interaction could be: key 0 a guild, key 1 a user."""
        owners: Json = {}
        guild = self.channel.guild
        if guild is None or guild.has_bot:
            owners["0"] = "0" if guild is None else str(guild.id)
        if self.user.has_installed_app:
            owners["1"] = str(self.user.id)
        return owners
