"""What came in, for a test to look at and for the sandbox to show. Imports nothing of nanobot beside this package."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from nanobot.sandbox.nanogpt.pictures import read_picture
from nanobot.sandbox.nanogpt.refusals import Refusal

Route: TypeAlias = Literal["images", "catalogue", "balance", "usage", "nsfw", "tasks", "files"]

# A sandbox that is left running is asked for ever: older calls go.
KEPT_CALLS = 1_000
# A body may hold megabytes of pictures; the summaries of older ones stay, the bodies go.
KEPT_BODIES = 100

_HEADERS_OF_INTEREST = ("Content-Type", "User-Agent", "Accept", "Accept-Encoding", "moderation")
_DATA_URL_FIELDS = ("imageDataUrl", "imageDataUrls", "maskDataUrl")


@dataclass(slots=True, kw_only=True, eq=False)
class RecordedImageRequest:
    """One request for pictures; `status`, `cost` and `answered_at` are None until it is answered.

    A request whose line was cut is answered without a status. The times are of `time.monotonic`, in seconds.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    fields: Mapping[str, object]
    """The JSON body with each data URL replaced by its summary, or by its first characters where it is unusable."""
    body: object
    """The JSON body itself; None where it is no JSON, and of all but the latest `KEPT_BODIES` requests."""
    received_at: float
    status: int | None = None
    cost: Decimal | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One request on another route than that of pictures, once it is answered; see `RecordedImageRequest`."""

    route: Route
    fields: Mapping[str, object]
    has_key: bool
    received_at: float
    status: int | None
    cost: Decimal


class Recording:
    """The requests in the order of their coming, and a way to wait for them."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self.requests: list[RecordedImageRequest] = []
        self._calls: deque[RecordedCall] = deque(maxlen=KEPT_CALLS)
        self._news = asyncio.Condition()
        self._handed_out = 0

    async def note_received(
        self, *, method: str, path: str, headers: Mapping[str, str], body: object
    ) -> RecordedImageRequest:
        """Record a request. Its pictures are summed up in a thread, since that decodes them."""
        received_at = time.monotonic()
        fields = await asyncio.to_thread(sum_up, body)
        request = RecordedImageRequest(
            method=method,
            path=path,
            headers={name: headers[name] for name in _HEADERS_OF_INTEREST if name in headers},
            fields=fields,
            body=body,
            received_at=received_at,
        )
        self.requests.append(request)
        if len(self.requests) > KEPT_BODIES:
            self.requests[-KEPT_BODIES - 1].body = None
        await self._tell()
        return request

    async def note_answered(
        self, request: RecordedImageRequest, *, status: int | None, cost: Decimal
    ) -> None:
        request.status = status
        request.cost = cost
        request.answered_at = time.monotonic()
        await self._tell()

    async def next_request(self, timeout_seconds: float) -> RecordedImageRequest:
        """Return the oldest request that no earlier call returned, waiting for it if need be.

        Raises:
            TimeoutError: none came in time.
        """
        async with asyncio.timeout(timeout_seconds), self._news:
            await self._news.wait_for(lambda: len(self.requests) > self._handed_out)
            self._handed_out += 1
            return self.requests[self._handed_out - 1]

    async def answered(self, count: int, timeout_seconds: float) -> None:
        """Return once at least `count` requests in all are answered.

        Raises:
            TimeoutError: they were not in time.
        """
        async with asyncio.timeout(timeout_seconds), self._news:
            await self._news.wait_for(
                lambda: sum(request.answered_at is not None for request in self.requests) >= count
            )

    def calls(self, route: Route) -> list[RecordedCall]:
        """Return the latest answered calls on a route, oldest first."""
        return [call for call in self._calls if call.route == route]

    async def note_call(self, call: RecordedCall) -> None:
        self._calls.append(call)
        await self._tell(is_shown=call.cost > 0)

    async def called(self, route: Route, count: int, timeout_seconds: float) -> None:
        """Return once at least `count` calls on a route are answered.

        Raises:
            TimeoutError: they were not in time.
        """
        async with asyncio.timeout(timeout_seconds), self._news:
            await self._news.wait_for(lambda: len(self.calls(route)) >= count)

    async def _tell(self, *, is_shown: bool = True) -> None:
        if is_shown:
            self._on_change()
        async with self._news:
            self._news.notify_all()


def sum_up(body: object) -> dict[str, object]:
    """Return the fields of a JSON body, each data URL replaced by its summary; this decodes the pictures."""
    if not isinstance(body, dict):
        return {}
    return {name: _summary(value) if name in _DATA_URL_FIELDS else value for name, value in body.items()}


def _summary(value: object) -> object:
    if isinstance(value, list):
        return [_summary(item) for item in value]
    try:
        return read_picture(value, "").summary
    except Refusal:
        return value[:40] if isinstance(value, str) else value
