"""Waiting for the bot's last word on what somebody did. Imports invocations, messages and the world of the stand-in.

Discord does not mark progress as such, so whoever knows the bot says which of its texts are only that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nanobot.errors import PersonError
from nanobot.sandbox.discord import Invocation, Message
from nanobot.sandbox.discord.invocations import CallbackType
from nanobot.sandbox.discord.world import World


class NoAnswer(PersonError):
    """The bot said nothing, or nothing final, for as long as a person would wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The bot has not answered within {seconds:g} seconds.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`is_progress` tells of a text of the bot whether another will take its place."""

    world: World
    is_progress: Callable[[str], bool]
    patience_seconds: float

    async def to_interaction(self, invocation: Invocation, *, edited_before: datetime | None = None) -> None:
        """Wait until the response is final; a form counts as an answer.

        `edited_before` is when the message of a pressed button was last edited before.

        Raises:
            DidNotRespond: no first response within Discord's deadline.
            NoAnswer: nothing final came.
        """
        await invocation.acknowledged()
        if invocation.callback_type not in {CallbackType.MODAL, CallbackType.UPDATE}:
            await self._wait(lambda: self._is_final(invocation, edited_before))

    async def to_message(self, message: Message) -> None:
        """Wait for a message of the bot after `message`, in the same place or in its author's direct messages.

        Raises:
            NoAnswer: none came.
        """
        await self._wait(lambda: any(map(self._is_last_word, self._after(message))))

    async def _wait(self, is_there: Callable[[], bool]) -> None:
        try:
            await self.world.changes.wait_until(
                lambda: is_there() or None, timeout=self.patience_seconds, waiting_for="the bot's last word"
            )
        except TimeoutError as error:
            raise NoAnswer(self.patience_seconds) from error

    def _is_final(self, invocation: Invocation, edited_before: datetime | None) -> bool:
        if any(map(self._is_last_word, invocation.followups)):
            return True
        original = invocation.original
        if original is None or original.is_deleted:
            return original is not None
        is_new = original is not invocation.source or original.edited_at != edited_before
        return is_new and self._is_last_word(original)

    def _is_last_word(self, message: Message) -> bool:
        return not message.is_thinking and not self.is_progress(message.text)

    def _after(self, message: Message) -> list[Message]:
        places = [
            channel
            for channel in self.world.channels.values()
            if channel is message.channel or channel.recipient is message.author
        ]
        return [
            found
            for channel in places
            for found in channel.messages.values()
            if found.id > message.id and found.author.is_bot
        ]
