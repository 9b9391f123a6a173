"""Reading the picture behind a member's link, without letting the link reach into the operator's network.

May import aiohttp. Nothing of one link is kept for the next: no cookies, no connections, no proxy from the environment.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TypeAlias

import aiohttp
from yarl import URL

from nanobot.images.errors import (
    LinkNotAPicture,
    LinkRefused,
    LinkTooLarge,
    LinkTooSlow,
    LinkUnreachable,
)
from nanobot.images.sniff import SNIFF_BYTES, sniff

MAX_REDIRECTS = 5
_MAX_URL_CHARACTERS = 4096
_SCHEMES = frozenset({"http", "https"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Compressed pictures gain nothing, and a compressed bomb would be unpacked before it is measured.
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "nanobot (Discord bot)"}

_AddressInfo: TypeAlias = tuple[
    int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]
]


class _Door:
    """Makes the sockets of one request, each only towards an address that the judge lets pass."""

    def __init__(self, may_connect: Callable[[str], bool]) -> None:
        self._may_connect = may_connect
        self.has_refused = False

    def __call__(self, info: _AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._may_connect(str(address[0])):
            self.has_refused = True
            raise PermissionError("not an address that may be connected to")
        return socket.socket(family, kind, protocol)


class LinkReader:
    """Reads pictures of at most `max_bytes` within `total_seconds`, redirects included.

    `may_connect` judges each address that a socket is about to go to: `addresses.is_public` lets none into the operator's
    own network.
    """

    def __init__(
        self, *, max_bytes: int, may_connect: Callable[[str], bool], total_seconds: float = 20
    ) -> None:
        self._max_bytes = max_bytes
        self._total_seconds = total_seconds
        self._may_connect = may_connect

    async def read(self, url: str) -> bytes:
        """Return the file at `url`; that it starts like a picture is checked, that it is whole is not.

        Raises:
            LinkError: it cannot be had, is not allowed, or is not a picture.
        """
        try:
            async with asyncio.timeout(self._total_seconds):
                return await self._follow(_to_url(url.strip().strip("<>")))
        except TimeoutError as error:
            raise LinkTooSlow(self._total_seconds) from error

    async def _follow(self, url: URL) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._get(url)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise LinkUnreachable

    async def _get(self, url: URL) -> bytes | URL:
        """Return the picture at `url`, or where it has moved to."""
        door = _Door(self._may_connect)
        connector = aiohttp.TCPConnector(socket_factory=door, use_dns_cache=False, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=None),
                    auto_decompress=False,
                    trust_env=False,
                ) as session,
                session.get(url, headers=_HEADERS, allow_redirects=False) as response,
            ):
                if response.status in _REDIRECTS:
                    return _to_url(response.headers.get("Location", ""), base=url)
                return await self._body(response)
        except aiohttp.InvalidURL as error:
            raise LinkRefused from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise (LinkRefused() if door.has_refused else LinkUnreachable()) from error

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status != 200:
            raise LinkUnreachable(response.status)
        if (response.content_length or 0) > self._max_bytes:
            raise LinkTooLarge(self._max_bytes)
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._max_bytes:
                raise LinkTooLarge(self._max_bytes)
            if len(body) >= SNIFF_BYTES:
                _check_kind(body)
        _check_kind(body)
        return bytes(body)


def _check_kind(body: bytearray) -> None:
    if sniff(bytes(body[:SNIFF_BYTES])) is None:
        raise LinkNotAPicture


def _to_url(text: str, *, base: URL | None = None) -> URL:
    """Return an address that may be asked, as far as its text tells.

    Raises:
        LinkError: it is none, or of a kind that is not followed.
    """
    try:
        url = URL(text)
        url = base.join(url) if base else url
        has_secrets = url.user is not None or url.password is not None
    except ValueError as error:
        raise LinkRefused from error
    if url.scheme not in _SCHEMES or not url.host or has_secrets or len(text) > _MAX_URL_CHARACTERS:
        raise LinkRefused
    return url
