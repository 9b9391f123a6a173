"""The little server without a bot in it, and a screen that keeps what is written on it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from rich.console import Console

from nanobot.sandbox.den import Den, found_den
from nanobot.sandbox.discord import Channel, DiscordStandIn, Message
from nanobot.sandbox.discord.world import User
from nanobot.sandbox.terminal.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A screen, and what is on it."""

    screen: Screen
    file: io.StringIO

    @property
    def text(self) -> str:
        return self.file.getvalue()


@pytest.fixture
def paper() -> Paper:
    file = io.StringIO()
    return Paper(screen=Screen(Console(file=file, highlight=False)), file=file)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    stand_in = DiscordStandIn(response_deadline_seconds=0.01)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
def den(discord: DiscordStandIn) -> Den:
    return found_den(discord)


def post(
    channel: Channel,
    author: User,
    content: str,
    *,
    ephemeral_for: User | None = None,
    reply: Message | None = None,
) -> Message:
    """Put a message into the channel as if it had come over the wire."""
    world = channel.world
    message = Message(
        id=world.ids.next(),
        channel=channel,
        author=author,
        created_at=world.clock.now(),
        content=content,
        ephemeral_for=ephemeral_for,
        reference=reply,
    )
    channel.publish(message)
    return message
