"""Who may speak to the page's server: this machine's own browser, on this page. Imports nothing of nanobot.

Any page of the web can make a browser send requests to 127.0.0.1, or point a name of its own there; such requests
carry a foreign `Host`, `Origin` or `Sec-Fetch-Site`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

HTTP_PORT = 80
_OWN_SITE = {"same-origin", "none"}
# https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Refuses strangers with 403; `port` gives the port once it is known."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port

    def add_to(self, app: web.Application) -> None:
        app.middlewares.append(self._refuse_strangers)
        app.on_response_prepare.append(_add_headers)

    @web.middleware
    async def _refuse_strangers(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        reason = self._reason_against(request)
        if reason is None:
            return await handler(request)
        return web.json_response({"ok": False, "sentence": reason}, status=403)

    def _reason_against(self, request: web.Request) -> str | None:
        hosts = self._hosts()
        headers = request.headers
        origin = headers.get("Origin")
        is_upgrade = headers.get("Upgrade", "").lower() == "websocket"
        if headers.get("Host") not in hosts:
            return "The sandbox answers under the address that it printed and no other."
        if (origin is not None or is_upgrade) and origin not in {f"http://{host}" for host in hosts}:
            return "The sandbox answers its own page and no other."
        if headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
            return "The sandbox is opened by typing its address, not from another page."
        return None

    def _hosts(self) -> set[str]:
        names = ("127.0.0.1", "localhost")
        port = self._port()
        return {f"{name}:{port}" for name in names} | (set(names) if port == HTTP_PORT else set())


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
