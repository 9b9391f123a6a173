"""One HTTP exchange with NanoGPT: bounded, never redirected, its failures translated. Imports aiohttp and this package.

This is the border where aiohttp's exceptions end: above it there is only the tree of `errors`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import aiohttp

from nanobot.nanogpt.errors import ConnectionBroken, NanoGPTError, TimedOut, Unreachable, UnreadableAnswer
from nanobot.nanogpt.vendor_text import clean

# Four pictures of 2048 × 2048 as PNG in base64 are about 40 MiB.
MAX_ANSWER_BYTES: Final = 128 * 1024 * 1024
# Name lookup, TCP and TLS together.
CONNECT_TIMEOUT_SECONDS: Final = 15.0
_CHUNK_BYTES: Final = 256 * 1024

Body: TypeAlias = bytes | tuple[bytes, ...]
"""What a request carries: short and whole, or in pieces, which are sent one after the other and never joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A complete HTTP answer, not yet understood."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TooLarge(Exception):
    """A body is longer than the bound it was read with."""


def open_session() -> aiohttp.ClientSession:
    """Open a session fit for paid calls; whoever opens it closes it.

    Every call has a connection of its own. A kept-alive connection that NanoGPT closes just as a paid call enters it
    looks like one that broke after sending, and a picture that never was would count as possibly charged.
    Nobody waits for another's connection either: pictures take minutes, and the waiting would count as connecting.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, limit=0), cookie_jar=aiohttp.DummyCookieJar()
    )


async def exchange(
    session: aiohttp.ClientSession,
    url: str,
    *,
    headers: Mapping[str, str],
    body: Body | None,
    timeout_seconds: float,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
) -> Reply:
    """POST `body`, or GET where there is none, and read the whole answer, whatever its status.

    Raises:
        Unreachable: no connection came about; nothing was sent.
        OutcomeUnknown: it was sent, and no complete answer came back.
    """
    # Connecting must run out first: when the whole runs out, nobody can tell whether the order was on its way.
    connect_seconds = min(CONNECT_TIMEOUT_SECONDS, timeout_seconds / 2)
    timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=connect_seconds)
    if isinstance(body, tuple):
        headers = {**headers, "Content-Length": str(sum(map(len, body)))}
    request_id: str | None = None
    try:
        with _translated():
            async with session.request(
                "GET" if body is None else "POST",
                url,
                headers=headers,
                data=_pieces(body) if isinstance(body, tuple) else body,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                request_id = response.headers.get("X-Request-ID")
                answer = await _read_answer(response, max_answer_bytes)
    except NanoGPTError as error:
        error.request_id = clean(request_id) or None
        raise
    return Reply(status=response.status, headers=response.headers, body=answer)


async def read_bounded(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read the body as it streams in.

    Raises:
        TooLarge: it is longer than `max_bytes`; no more than that was held in memory.
    """
    if response.content_length is not None and response.content_length > max_bytes:
        raise TooLarge
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_chunked(_CHUNK_BYTES):
        size += len(piece)
        if size > max_bytes:
            raise TooLarge
        pieces.append(piece)
    return b"".join(pieces)


async def _read_answer(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    try:
        return await read_bounded(response, max_bytes)
    except (aiohttp.ClientError, TooLarge):
        if response.status < 300:
            raise
        # The status has told that it was refused; that the explanation broke off does not make it unknown.
        return b""


async def _pieces(body: tuple[bytes, ...]) -> AsyncIterator[memoryview]:
    """Yield what the system takes in without holding up the event loop; aiohttp waits after each until it is on its way."""
    for piece in body:
        for start in range(0, len(piece), _CHUNK_BYTES):
            yield memoryview(piece)[start : start + _CHUNK_BYTES]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
        raise Unreachable(clean(str(error))) from error
    except TimeoutError as error:
        raise TimedOut from error
    except TooLarge as error:
        raise UnreadableAnswer("It is larger than any answer should be.") from error
    except aiohttp.ClientResponseError as error:
        raise UnreadableAnswer("It is not HTTP.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise ConnectionBroken(type(error).__name__) from error
