"""NanoGPT's API as a client: order, follow and download pictures, classify them, read catalogue and account.

Imports aiohttp and this package. Routes: https://docs.nano-gpt.com/api-reference/image-generation
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiohttp
from typing_extensions import override

from nanobot.nanogpt.account import Subscription, parse_balance, parse_catalogue, parse_subscription
from nanobot.nanogpt.answers import parse_images
from nanobot.nanogpt.classification import parse_classification, to_classification_json
from nanobot.nanogpt.download import fetch_picture
from nanobot.nanogpt.errors import Unauthorized
from nanobot.nanogpt.pace import Pace
from nanobot.nanogpt.repeating import Repeater
from nanobot.nanogpt.shapes import Balance, Classification, DataUrl, HostedPicture, ImageAnswer, ImageRequest
from nanobot.nanogpt.tasks import TaskState, follow, parse_task, to_task_json
from nanobot.nanogpt.transport import MAX_ANSWER_BYTES, Body, Reply, exchange, open_session

_log = logging.getLogger(__name__)

DEFAULT_BASE_URL: Final = "https://nano-gpt.com"
GENERATIONS_PATH: Final = "/v1/images/generations"
# https://docs.nano-gpt.com/api-reference/endpoint/image-models
CATALOGUE_PATH: Final = "/api/v1/image-models"
BALANCE_PATH: Final = "/api/check-balance"
SUBSCRIPTION_PATH: Final = "/api/subscription/v1/usage"
TASK_PATH: Final = "/api/check-midjourney-status"
CLASSIFICATION_PATH: Final = "/api/nsfw/image"
USER_AGENT: Final = "nanobot (self-hosted Discord bot)"
# Some 250 models with all they tell are half a megabyte.
MAX_CATALOGUE_BYTES: Final = 16 * 1024 * 1024
# From this size on, parsing an answer takes long enough to be worth a thread.
LARGE_ANSWER_BYTES: Final = 256 * 1024
_READ_TIMEOUT_SECONDS: Final = 20.0
_CLASSIFICATION_TIMEOUT_SECONDS: Final = 60.0

_Result = TypeVar("_Result")


class NanoGPTClient:
    """Speaks to NanoGPT with one key. Safe to share between tasks of one event loop.

    All calls but downloads keep the one `pace`; an answer of 429 that names a time holds all of them back.

    Closes the session it opened itself; one that was handed in is the caller's to close, and should not keep
    connections alive (see `transport.open_session`).
    """

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str = DEFAULT_BASE_URL,
        session: aiohttp.ClientSession | None = None,
        pace: Pace | None = None,
        timeout_seconds: float = 300,
        task_timeout_seconds: float = 900,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Set up without connecting.

        `timeout_seconds` bounds one attempt of a generation, from connecting to the last byte; the waits between
        attempts add at most `retry.MAX_WAIT_SECONDS`. `task_timeout_seconds` bounds the waiting for a picture that a
        task makes. Without `pace`, the client keeps one of its own. `jitter` returns a number within 0…1.
        With `api_key=None` only the catalogue can be read; every other call raises `Unauthorized` and sends nothing.

        Raises:
            ValueError: the key cannot stand in a header, or the address is not one of HTTP.
        """
        self._api_key = api_key.strip() if api_key is not None else ""
        if api_key is not None and not _is_key(self._api_key):
            raise ValueError("the API key is one line of printable ASCII")
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("the base address starts with http:// or https://")
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._owns_session = session is None
        self._timeout_seconds = timeout_seconds
        self._task_timeout_seconds = task_timeout_seconds
        self._sleep = sleep
        self._repeater = Repeater(pace=pace or Pace(), sleep=sleep, jitter=jitter)

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

        `on_sending` is awaited once, when its turn has come and before the first byte may leave: what it writes down
        is known to any later reader, whatever becomes of this process. If it raises, nothing was sent. It must not
        call this client, whose turn it holds. A call that is cancelled after it may have been executed and charged.

        Raises:
            NotCharged: it was refused, or never arrived.
            OutcomeUnknown: it was sent, and may have been executed and charged.
        """
        body = request.to_json()
        headers = {"Authorization": f"Bearer {self._required_key()}", "Content-Type": "application/json"}
        if request.moderation:
            headers["moderation"] = "true"

        async def send_once() -> ImageAnswer:
            started = time.monotonic()
            reply = await self._exchange(GENERATIONS_PATH, headers, body, self._timeout_seconds)
            seconds = time.monotonic() - started
            _log.info("generation: status %d, %d bytes after %.1f s", reply.status, len(reply.body), seconds)
            return await self._parse(parse_images, reply)

        return await self._repeater.call(send_once, what="generation", is_paid=True, on_sending=on_sending)

    async def download(self, picture: HostedPicture) -> bytes:
        """Fetch a finished picture; again and again for about two minutes, since it is paid for and reading is free.

        Raises:
            DownloadFailed: it is gone, or could not be fetched for now.
        """
        return await self._repeater.call(
            lambda: fetch_picture(self._opened_session(), picture.url, user_agent=USER_AGENT),
            what="download",
            is_paid=False,
            is_paced=False,
        )

    async def check_task(self, task_id: str) -> TaskState:
        """Ask once how far the task of a `PendingPicture` is.

        Raises:
            NanoGPTError: it cannot be told.
        """
        return await self._ask(
            TASK_PATH,
            lambda reply: parse_task(reply, secret=self._api_key),
            what="task",
            body=to_task_json(task_id),
        )

    async def follow_task(self, task_id: str) -> HostedPicture:
        """Wait until the task of a `PendingPicture` has made its picture.

        Raises:
            PictureNotMade: the task failed.
            DownloadFailed: it did not end in time, is not known, or cannot be asked about.
        """
        return await follow(
            lambda: self.check_task(task_id), sleep=self._sleep, timeout_seconds=self._task_timeout_seconds
        )

    async def classify_pictures(self, data_urls: Sequence[DataUrl]) -> Classification:
        """Let NanoGPT judge which pictures are not safe for work, and pay for it ($0.0015 each in 2026).

        Raises:
            ValueError: they are none, more than ten, or no data URLs of pictures.
            NotCharged: it was refused, or never arrived.
            OutcomeUnknown: it was sent, and may have been executed and charged.
        """
        return await self._ask(
            CLASSIFICATION_PATH,
            lambda reply: parse_classification(reply, count=len(data_urls), secret=self._api_key),
            what="classification",
            body=to_classification_json(data_urls),
            timeout_seconds=_CLASSIFICATION_TIMEOUT_SECONDS,
            is_paid=True,
        )

    async def check_balance(self) -> Balance:
        """Ask what is left on the account.

        Raises:
            NanoGPTError: it cannot be told.
        """
        return await self._ask(
            BALANCE_PATH, lambda reply: parse_balance(reply, secret=self._api_key), what="balance", body=b""
        )

    async def check_subscription(self) -> Subscription:
        """Ask what the account's subscription grants, and what is used of it.

        Raises:
            NanoGPTError: it cannot be told.
        """
        return await self._ask(
            SUBSCRIPTION_PATH,
            lambda reply: parse_subscription(reply, secret=self._api_key),
            what="subscription",
            body=None,
        )

    async def fetch_catalogue(self) -> tuple[Mapping[str, Any], ...]:
        """Read the list of image models: raw entries, plain JSON, which may be anything. Works without a key.

        Raises:
            NanoGPTError: it cannot be had.
        """
        headers = {"x-api-key": self._api_key} if self._api_key else {}

        async def send_once() -> tuple[Mapping[str, Any], ...]:
            path = f"{CATALOGUE_PATH}?detailed=true"
            reply = await self._exchange(path, headers, None, _READ_TIMEOUT_SECONDS, MAX_CATALOGUE_BYTES)
            return await self._parse(parse_catalogue, reply)

        return await self._repeater.call(send_once, what="catalogue", is_paid=False)

    def _required_key(self) -> str:
        if not self._api_key:
            raise Unauthorized("No API key is set.")
        return self._api_key

    async def _ask(
        self,
        path: str,
        parse: Callable[[Reply], _Result],
        *,
        what: str,
        body: Body | None,
        timeout_seconds: float = _READ_TIMEOUT_SECONDS,
        is_paid: bool = False,
    ) -> _Result:
        """Send what has a short answer."""
        headers = {"x-api-key": self._required_key()}
        if body:
            headers["Content-Type"] = "application/json"

        async def send_once() -> _Result:
            return parse(await self._exchange(path, headers, body, timeout_seconds))

        return await self._repeater.call(send_once, what=what, is_paid=is_paid)

    async def _exchange(
        self,
        path: str,
        headers: Mapping[str, str],
        body: Body | None,
        timeout_seconds: float,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> Reply:
        return await exchange(
            self._opened_session(),
            self._base_url + path,
            headers={**headers, "User-Agent": USER_AGENT},
            body=body,
            timeout_seconds=timeout_seconds,
            max_answer_bytes=max_answer_bytes,
        )

    async def _parse(self, parse: Callable[..., _Result], reply: Reply) -> _Result:
        """Parse what may be large; in a thread where it is."""
        if len(reply.body) < LARGE_ANSWER_BYTES:
            return parse(reply, secret=self._api_key)
        return await asyncio.to_thread(parse, reply, secret=self._api_key)

    def _opened_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_session()
        return self._session


def _is_key(text: str) -> bool:
    return text != "" and text.isascii() and text.isprintable()
