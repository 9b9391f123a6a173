"""NanoGPT's image API as three calls: generate, download, check the balance. Imports aiohttp and this package.

Routes: https://docs.nano-gpt.com/api-reference/image-generation
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
from typing_extensions import override

from nanobot.nanogpt.answers import LARGE_ANSWER_BYTES, parse_balance, parse_images
from nanobot.nanogpt.download import fetch_picture
from nanobot.nanogpt.errors import NanoGPTError
from nanobot.nanogpt.retry import delay_before_retry
from nanobot.nanogpt.shapes import Balance, HostedPicture, ImageAnswer, ImageRequest
from nanobot.nanogpt.transport import exchange, open_session

_log = logging.getLogger(__name__)

DEFAULT_BASE_URL: Final = "https://nano-gpt.com"
GENERATIONS_PATH: Final = "/v1/images/generations"
BALANCE_PATH: Final = "/api/check-balance"
USER_AGENT: Final = "nanobot (self-hosted Discord bot)"
_BALANCE_TIMEOUT_SECONDS: Final = 20.0

_Result = TypeVar("_Result")


class NanoGPTClient:
    """Speaks to NanoGPT with one key. Safe to share between tasks of one event loop.

    Closes the session it opened itself; one that was handed in is the caller's to close, and should not keep
    connections alive (see `transport.open_session`).
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = DEFAULT_BASE_URL,
        session: aiohttp.ClientSession | None = None,
        timeout_seconds: float = 300,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Set up without connecting.

        `timeout_seconds` bounds one attempt of a generation, from connecting to the last byte; the waits between
        attempts add at most `retry.MAX_WAIT_SECONDS`. `jitter` returns a number within 0…1.

        Raises:
            ValueError: the key cannot stand in a header, or the address is not one of HTTP.
        """
        self._api_key = api_key.strip()
        if not self._api_key or not self._api_key.isascii() or not self._api_key.isprintable():
            raise ValueError("the API key is one line of printable ASCII")
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("the base address starts with http:// or https://")
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._owns_session = session is None
        self._timeout_seconds = timeout_seconds
        self._sleep = sleep
        self._jitter = jitter

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all connections; calls that are under way break."""
        if self._owns_session and self._session is not None:
            await self._session.close()

    async def generate(
        self, request: ImageRequest, *, on_sending: Callable[[], Awaitable[None]] | None = None
    ) -> ImageAnswer:
        """Order pictures, and pay for them.

        `on_sending` is awaited once, before the first byte may leave: what it writes down is known to any later
        reader, whatever becomes of this process. If it raises, nothing was sent. A call that is cancelled after it
        may have been executed and charged.

        Raises:
            NotCharged: it was refused, or never arrived.
            OutcomeUnknown: it was sent, and may have been executed and charged.
        """
        body = request.to_json()
        if on_sending is not None:
            await on_sending()
        return await self._send_with_retries(
            lambda: self._send_once(body, moderation=request.moderation), what="generation", is_paid=True
        )

    async def download(self, picture: HostedPicture) -> bytes:
        """Fetch a finished picture; again and again within a bound, since reading costs nothing.

        Raises:
            DownloadFailed: it is gone, or could not be fetched for now.
        """
        return await self._send_with_retries(
            lambda: fetch_picture(self._opened_session(), picture.url, user_agent=USER_AGENT),
            what="download",
            is_paid=False,
        )

    async def check_balance(self) -> Balance:
        """Ask what is left on the account.

        Raises:
            NanoGPTError: it cannot be told.
        """
        return await self._send_with_retries(self._check_balance_once, what="balance", is_paid=False)

    async def _send_with_retries(
        self, send_once: Callable[[], Awaitable[_Result]], *, what: str, is_paid: bool
    ) -> _Result:
        attempt = 1
        waited_seconds = 0.0
        while True:
            try:
                return await send_once()
            except NanoGPTError as error:
                delay = delay_before_retry(
                    error,
                    attempt=attempt,
                    waited_seconds=waited_seconds,
                    jitter=self._jitter(),
                    is_paid=is_paid,
                )
                if delay is None:
                    raise
                _log.warning("%s: attempt %d failed, next in %.1f s: %s", what, attempt, delay, error)
            await self._sleep(delay)
            attempt += 1
            waited_seconds += delay

    async def _send_once(self, body: bytes, *, moderation: bool) -> ImageAnswer:
        headers = {"Authorization": f"Bearer {self._api_key}", "Content-Type": "application/json"}
        if moderation:
            headers["moderation"] = "true"
        started = time.monotonic()
        reply = await exchange(
            self._opened_session(),
            self._base_url + GENERATIONS_PATH,
            headers=headers | {"User-Agent": USER_AGENT},
            body=body,
            timeout_seconds=self._timeout_seconds,
        )
        _log.info(
            "generation: status %d, %d bytes after %.1f s",
            reply.status,
            len(reply.body),
            time.monotonic() - started,
        )
        if len(reply.body) < LARGE_ANSWER_BYTES:
            return parse_images(reply, secret=self._api_key)
        return await asyncio.to_thread(parse_images, reply, secret=self._api_key)

    async def _check_balance_once(self) -> Balance:
        reply = await exchange(
            self._opened_session(),
            self._base_url + BALANCE_PATH,
            headers={"x-api-key": self._api_key, "User-Agent": USER_AGENT},
            body=b"",
            timeout_seconds=_BALANCE_TIMEOUT_SECONDS,
        )
        return parse_balance(reply, secret=self._api_key)

    def _opened_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session()
        return self._session
