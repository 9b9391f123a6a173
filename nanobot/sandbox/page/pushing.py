"""Tells each window what it shows, as it changes: whole snapshots, as fast as the browser takes them.

A window has a bell and nothing that could fill up: what changes while a slow browser reads is in the next snapshot.
Imports frames, the panel, screens and seats of this package.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Coroutine
from typing import Any

from aiohttp import WSCloseCode, web

from nanobot.sandbox.discord.errors import Json
from nanobot.sandbox.opening import Sandbox
from nanobot.sandbox.page import frames
from nanobot.sandbox.page.bells import Bells
from nanobot.sandbox.page.panel import Panel, is_same
from nanobot.sandbox.page.screens import Screens, Window
from nanobot.sandbox.page.seats import Seat

CHAT_SECONDS = 0.05
PANEL_SECONDS = 0.2
_PING_SECONDS = 20.0
_MAX_WORD_BYTES = 1024


class Pushing:
    """Serves the sockets; whoever makes it closes it."""

    def __init__(self, sandbox: Sandbox, screens: Screens, panel: Panel, bells: Bells) -> None:
        self._sandbox = sandbox
        self._screens = screens
        self._panel = panel
        self._bells = bells
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, seat: Seat) -> web.WebSocketResponse:
        """Push to this window until it is closed."""
        socket = web.WebSocketResponse(heartbeat=_PING_SECONDS, compress=False, max_msg_size=_MAX_WORD_BYTES)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            with self._screens.window(seat) as window:
                await _while_listening(
                    _listen(socket), self._push_chat(socket, window), self._push_panel(socket, seat)
                )
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Hang up on every window."""
        closing = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._sockets)]
        await asyncio.gather(*closing, return_exceptions=True)

    async def _push_chat(self, socket: web.WebSocketResponse, window: Window) -> None:
        shown: dict[str, str] = {}
        with self._bells.hang() as bell:
            while True:
                bell.clear()
                for frame in self._chat(window.seat):
                    await _send_if_new(socket, frame, shown)
                for command in window.take_failures():
                    await socket.send_json(frames.failed(command))
                await _next(bell, CHAT_SECONDS, frames.typing_lasts(window.seat))

    def _chat(self, seat: Seat) -> list[Json]:
        sandbox = self._sandbox
        return [
            frames.hello(sandbox.den, seat, is_real=sandbox.nanogpt is None),
            frames.commands(sandbox.discord, seat),
            frames.messages(seat),
            frames.form(self._screens.form_of(seat.person)),
            frames.typing(seat),
        ]

    async def _push_panel(self, socket: web.WebSocketResponse, seat: Seat) -> None:
        shown: Json | None = None
        with self._bells.hang() as bell:
            while True:
                bell.clear()
                frame = await self._panel.frame(seat)
                if not is_same(frame, shown):
                    await socket.send_json(frame)
                    shown = frame
                await _next(bell, PANEL_SECONDS, None)


async def _listen(socket: web.WebSocketResponse) -> None:
    """Wait until the window is closed; it has nothing to say."""
    async for _ in socket:
        pass


async def _send_if_new(socket: web.WebSocketResponse, frame: Json, shown: dict[str, str]) -> None:
    text = json.dumps(frame)
    if shown.get(frame["type"]) != text:
        await socket.send_str(text)
        shown[frame["type"]] = text


async def _next(bell: asyncio.Event, pause_seconds: float, at_most_seconds: float | None) -> None:
    """Wait for the pause between two looks, and then for the bell or for `at_most_seconds`."""
    await asyncio.sleep(pause_seconds)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_seconds):
            await bell.wait()


async def _while_listening(listening: Coroutine[Any, Any, None], *pushing: Coroutine[Any, Any, None]) -> None:
    """Push until the window is closed, or cannot be reached any more."""
    tasks = [asyncio.create_task(work) for work in (listening, *pushing)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            with contextlib.suppress(ConnectionResetError):
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
