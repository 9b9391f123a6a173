"""A browser without a screen: speaks to the page's server as the page's own scripts do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

Frame = dict[str, Any]
_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """What was refused."""
        assert self.body["ok"] is False, self.body
        return str(self.body["sentence"])


class Window:
    """One window of the page: keeps the newest frame of each type and all that ever came."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.newest: dict[str, Frame] = {}
        self.came: list[Frame] = []

    async def until(self, kind: str, is_wanted: Callable[[Frame], object] = lambda _: True) -> Frame:
        """Return the newest frame of this type as soon as it is as wanted."""
        try:
            async with asyncio.timeout(_SECONDS):
                while kind not in self.newest or not is_wanted(self.newest[kind]):
                    await self._receive()
        except TimeoutError as error:
            raise AssertionError(f"no such {kind}: {json.dumps(self.newest.get(kind))}") from error
        return self.newest[kind]

    async def message(self, is_wanted: Callable[[Frame], object]) -> Frame:
        """Return the newest message that is as wanted, once there is one."""
        frame = await self.until("messages", lambda found: any(map(is_wanted, found["messages"])))
        return next(message for message in reversed(frame["messages"]) if is_wanted(message))

    async def says(self, text: str) -> Frame:
        """Wait for a message with this text in it."""
        return await self.message(lambda message: text in text_of(message))

    async def picture(self, caption: str) -> Frame:
        """Wait for a message of the bot with a file and this text."""
        return await self.message(
            lambda message: (
                message["attachments"] and message["author"]["bot"] and caption in text_of(message)
            )
        )

    async def panel(self, is_wanted: Callable[[Frame], object]) -> Frame:
        return await self.until("panel", is_wanted)

    async def online(self) -> Frame:
        return await self.panel(lambda panel: panel["bot"]["state"] == "online")

    async def _receive(self) -> None:
        frame = await self.socket.receive_json()
        self.newest[frame["type"]] = frame
        self.came.append(frame)


class Browser:
    """Sends what a browser sends; `address` is what the sandbox printed."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self.session = session
        self.address = address
        self.origin = address.rstrip("/")

    async def get(self, path: str, **headers: str) -> Reply:
        async with self.session.get(self.origin + path, headers=headers) as response:
            return await _read(response)

    async def post(self, path: str, body: object, **headers: str) -> Reply:
        own = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", **headers}
        async with self.session.post(self.origin + path, json=body, headers=own) as response:
            return await _read(response)

    async def act(self, person: str, action: Frame, channel: str = "general") -> Reply:
        return await self.post("/api/act", {"person": person, "channel": channel, "action": action})

    async def does(self, person: str, action: Frame, channel: str = "general") -> Frame:
        """Act, and expect that the client lets it through."""
        reply = await self.act(person, action, channel)
        assert reply.body["ok"], reply.body
        return dict(reply.body)

    async def types(self, person: str, line: str, channel: str = "general", **attachments: str) -> Frame:
        return await self.does(person, {"type": "slash", "line": line, "attachments": attachments}, channel)

    async def turns(self, knob: Frame) -> Reply:
        return await self.post("/api/panel", {"action": knob})

    async def uploads(self, filename: str, data: bytes, field: str = "file") -> Reply:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field(field, data, filename=filename)
        async with self.session.post(f"{self.origin}/api/upload", data=form) as response:
            return await _read(response)

    async def uploaded(self, filename: str, data: bytes) -> str:
        """Upload, and return the upload's id."""
        reply = await self.uploads(filename, data)
        assert reply.status == 200, reply.body
        return str(reply.body["upload"])

    @asynccontextmanager
    async def window(self, person: str = "alice", channel: str = "general") -> AsyncIterator[Window]:
        url = f"{self.origin}/socket?person={person}&channel={channel}"
        async with self.session.ws_connect(url, headers={"Origin": self.origin}, max_msg_size=0) as socket:
            yield Window(socket)


async def _read(response: aiohttp.ClientResponse) -> Reply:
    is_json = response.content_type == "application/json"
    body = await (response.json() if is_json else response.read())
    return Reply(status=response.status, body=body, headers=response.headers)


def text_of(message: Frame) -> str:
    """Return what can be read in a message: its content, its layout and its embeds."""
    return json.dumps([message["content"], message["components"], message["embeds"]], ensure_ascii=False)
