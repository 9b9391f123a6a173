"""The CDN: files under signed, expiring addresses.

https://discord.com/developers/docs/reference#signed-attachment-cdn-urls. Imports only `nanobot.clock`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from nanobot.clock import Clock

# Discord does not document the lifetime; people report a day.
SIGNATURE_LIFETIME = timedelta(hours=24)


class Cdn:
    """Keeps published files in memory and answers only addresses that it signed and that have not run out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._files: dict[str, tuple[bytes, str | None]] = {}
        self.base_url = ""

    def publish(self, path: str, data: bytes, content_type: str | None) -> None:
        self._files[path] = (data, content_type)

    def withdraw(self, path: str) -> None:
        self._files.pop(path, None)

    def sign(self, path: str) -> str:
        issued = self._clock.now()
        expires_hex = f"{int((issued + SIGNATURE_LIFETIME).timestamp()):x}"
        issued_hex = f"{int(issued.timestamp()):x}"
        signature = self._signature(path, expires_hex, issued_hex)
        return f"{self.base_url}{quote(path)}?ex={expires_hex}&is={issued_hex}&hm={signature}&"

    async def serve(self, request: web.Request) -> web.Response:
        query = request.query
        expires_hex, issued_hex = query.get("ex", ""), query.get("is", "")
        signature = self._signature(request.path, expires_hex, issued_hex)
        is_ours = hmac.compare_digest(signature.encode(), query.get("hm", "").encode())
        found = self._files.get(request.path)
        if not is_ours or int(expires_hex, 16) <= self._clock.now().timestamp() or found is None:
            return web.Response(status=404, text="This content is no longer available.")
        data, content_type = found
        return web.Response(body=data, headers={"Content-Type": content_type or "application/octet-stream"})

    def _signature(self, path: str, expires_hex: str, issued_hex: str) -> str:
        signed = f"{path}|{expires_hex}|{issued_hex}".encode()
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()
