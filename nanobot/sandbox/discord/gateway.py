"""The gateway: https://discord.com/developers/docs/events/gateway.

Imports sessions and the world of this package. JSON text frames only: a client that asks for transport compression
gets them uncompressed, which every client reads.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable

from aiohttp import WSCloseCode, WSMsgType, web

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.discord.intents import EVERY_BIT, PRIVILEGED, Intent
from nanobot.sandbox.discord.sessions import CloseCode, Opcode, Outbox, Session, frame
from nanobot.sandbox.discord.world import Event, World

HEARTBEAT_INTERVAL_MILLISECONDS = 41_250
# https://discord.com/developers/docs/events/gateway#rate-limiting
SENDS_PER_MINUTE = 120


class _Close(Exception):
    """Ends a connection with a close code of Discord's."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


class _Connection:
    """One WebSocket with its outbox; the session comes with IDENTIFY or RESUME."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.outbox: Outbox = asyncio.Queue()
        self.session: Session | None = None
        self._received_at: deque[float] = deque(maxlen=SENDS_PER_MINUTE)

    def count_send(self) -> None:
        now = time.monotonic()
        if len(self._received_at) == SENDS_PER_MINUTE and now - self._received_at[0] < 60:
            raise _Close(CloseCode.RATE_LIMITED)
        self._received_at.append(now)

    async def send_outbox(self) -> None:
        while True:
            text = await self.outbox.get()
            if self.socket.closed:
                return
            await self.socket.send_str(text)

    def leave_session(self) -> None:
        if self.session is not None and self.session.outbox is self.outbox:
            self.session.outbox = None


class Gateway:
    """Holds every session and tells each what it asked to hear."""

    def __init__(self, world: World, *, bot_token: Callable[[], str]) -> None:
        self._world = world
        self._bot_token = bot_token
        self._sessions: dict[str, Session] = {}
        self._connections: set[_Connection] = set()
        self.url = ""
        self.ready_count = 0
        self.resumed_count = 0
        world.connect_gateway(self.dispatch)

    @property
    def is_connected(self) -> bool:
        return any(connection.session is not None for connection in self._connections)

    def dispatch(self, event: Event) -> None:
        for session in self._sessions.values():
            if session.is_to_hear(event):
                session.tell(event.name, event.build(session.reads_content))

    async def disconnect(self, code: int) -> None:
        """Close every connection; the sessions stay and can be resumed."""
        for connection in list(self._connections):
            await connection.socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        self._send_all(frame(Opcode.RECONNECT))

    def invalidate_sessions(self) -> None:
        """Forget every session and tell its client to identify anew."""
        self._sessions.clear()
        self._send_all(frame(Opcode.INVALID_SESSION, data=False))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=4096 * 16)
        await socket.prepare(request)
        connection = _Connection(socket)
        connection.outbox.put_nowait(
            frame(Opcode.HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL_MILLISECONDS, "_trace": []})
        )
        self._connections.add(connection)
        sender = asyncio.create_task(connection.send_outbox())
        try:
            await self._listen(connection)
        except _Close as close:
            await socket.close(code=close.code, message=close.code.name.encode())
        finally:
            sender.cancel()
            connection.leave_session()
            self._connections.discard(connection)
            self._world.changes.ring()
        return socket

    async def stop(self) -> None:
        await self.disconnect(WSCloseCode.GOING_AWAY)

    async def _listen(self, connection: _Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                raise _Close(CloseCode.DECODE_ERROR)
            connection.count_send()
            try:
                packet = dict(json.loads(message.data))
                opcode, data = packet["op"], packet.get("d")
            except (ValueError, KeyError, TypeError) as error:
                raise _Close(CloseCode.DECODE_ERROR) from error
            if not isinstance(opcode, int):
                raise _Close(CloseCode.DECODE_ERROR)
            self._receive(connection, opcode, data)

    def _receive(self, connection: _Connection, opcode: int, data: object) -> None:
        fields: Json = data if isinstance(data, dict) else {}
        match opcode:
            case Opcode.HEARTBEAT:
                connection.outbox.put_nowait(frame(Opcode.HEARTBEAT_ACK))
            case Opcode.IDENTIFY if connection.session is None:
                self._identify(connection, fields)
            case Opcode.RESUME if connection.session is None:
                self._resume(connection, fields)
            case Opcode.IDENTIFY | Opcode.RESUME:
                raise _Close(CloseCode.ALREADY_AUTHENTICATED)
            case _ if opcode not in set(Opcode):
                raise _Close(CloseCode.UNKNOWN_OPCODE)
            case _ if connection.session is None:
                raise _Close(CloseCode.NOT_AUTHENTICATED)
            case Opcode.REQUEST_GUILD_MEMBERS:
                self._tell_members(connection.session, fields)

    def _identify(self, connection: _Connection, data: Json) -> None:
        self._check_token(data)
        shard_id, shard_count = data.get("shard") or (0, 1)
        if not 0 <= shard_id < shard_count:
            raise _Close(CloseCode.INVALID_SHARD)
        session = Session(
            id=secrets.token_hex(16),
            intents=self._checked_intents(data),
            shard_id=shard_id,
            shard_count=shard_count,
            outbox=connection.outbox,
        )
        connection.session = session
        self._sessions[session.id] = session
        self._greet(session)
        self.ready_count += 1
        self._world.changes.ring()

    def _greet(self, session: Session) -> None:
        guilds = [
            guild for guild in self._world.guilds.values() if guild.has_bot and session.holds_guild(guild.id)
        ]
        session.tell(
            "READY",
            {
                "v": 10,
                "user": self._world.bot.to_json() | {"verified": True, "mfa_enabled": False, "email": None},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "private_channels": [],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": [session.shard_id, session.shard_count],
                "application": {"id": str(self._world.application_id), "flags": 0},
                "_trace": [],
            },
        )
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                session.tell("GUILD_CREATE", guild.to_json() | {"unavailable": False})

    def _resume(self, connection: _Connection, data: Json) -> None:
        self._check_token(data)
        session = self._sessions.get(data.get("session_id", ""))
        if session is None:
            connection.outbox.put_nowait(frame(Opcode.INVALID_SESSION, data=False))
            return
        since = data.get("seq") or 0
        if since > session.sequence:
            raise _Close(CloseCode.INVALID_SEQUENCE)
        connection.session = session
        session.resume(connection.outbox, since)
        self.resumed_count += 1
        self._world.changes.ring()

    def _check_token(self, data: Json) -> None:
        if str(data.get("token", "")).removeprefix("Bot ") != self._bot_token():
            raise _Close(CloseCode.AUTHENTICATION_FAILED)

    def _checked_intents(self, data: Json) -> Intent:
        asked = data.get("intents")
        if not isinstance(asked, int) or asked < 0 or asked & ~EVERY_BIT:
            raise _Close(CloseCode.INVALID_INTENTS)
        intents = Intent(asked)
        if intents & PRIVILEGED & ~self._world.privileged_intents:
            raise _Close(CloseCode.DISALLOWED_INTENTS)
        return intents

    def _tell_members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds.get(int(data.get("guild_id", 0)))
        if guild is None or not guild.has_bot:
            return
        wanted = {int(user_id) for user_id in _listed(data.get("user_ids"))}
        prefix = str(data.get("query", "")).lower()
        is_whole_list = not wanted and not prefix
        if is_whole_list and not session.intents & Intent.GUILD_MEMBERS:
            return
        chosen = [
            member.to_json()
            for member in guild.members.values()
            if (member.user.id in wanted if wanted else member.user.name.lower().startswith(prefix))
        ]
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": chosen,
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "presences": [],
        }
        session.tell("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if data.get("nonce") else {}))

    def _send_all(self, text: str) -> None:
        for connection in self._connections:
            connection.outbox.put_nowait(text)


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
