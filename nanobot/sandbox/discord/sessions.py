"""One bot session of the gateway: what it asked for, what it has been told, and where to send the rest.

Imports intents of this package.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.intents import Intent
from nanobot.sandbox.discord.snowflakes import shard_of
from nanobot.sandbox.discord.world import Event

# How far back a session can be resumed.
REMEMBERED_EVENTS = 10_000


class Opcode(IntEnum):
    """https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    INVALID_SHARD = 4010
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


Outbox = asyncio.Queue[str]


def frame(opcode: Opcode, data: object = None) -> str:
    return json.dumps({"op": int(opcode), "d": data, "s": None, "t": None})


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """Lives on while nobody is connected, so that it can be resumed."""

    id: str
    intents: Intent
    shard_id: int
    shard_count: int
    sequence: int = 0
    outbox: Outbox | None = None
    _told: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REMEMBERED_EVENTS))

    @property
    def reads_content(self) -> bool:
        return bool(self.intents & Intent.MESSAGE_CONTENT)

    def holds_guild(self, guild_id: int) -> bool:
        return shard_of(guild_id, self.shard_count) == self.shard_id

    def is_to_hear(self, event: Event) -> bool:
        is_wanted = not event.intent or bool(event.intent & self.intents)
        is_here = self.shard_id == 0 if event.guild_id is None else self.holds_guild(event.guild_id)
        return is_wanted and is_here

    def tell(self, name: str, data: Json) -> None:
        self.sequence += 1
        text = json.dumps({"op": int(Opcode.DISPATCH), "d": data, "s": self.sequence, "t": name})
        self._told.append((self.sequence, text))
        if self.outbox is not None:
            self.outbox.put_nowait(text)

    def resume(self, outbox: Outbox, since: int) -> None:
        """Send again all that came after `since`, then go on from there."""
        for sequence, text in self._told:
            if sequence > since:
                outbox.put_nowait(text)
        self.outbox = outbox
        self.tell("RESUMED", {"_trace": []})
