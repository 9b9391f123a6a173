"""The stand-in NanoGPT: a real server on 127.0.0.1 that speaks the vendor's documented HTTP and paints for real.

Imports nothing of nanobot beside this package. Written from https://docs.nano-gpt.com, not from any client.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

from aiohttp import web

from nanobot.sandbox.nanogpt.catalogue import Catalogue
from nanobot.sandbox.nanogpt.counter import Counter
from nanobot.sandbox.nanogpt.guard import KeyGuard
from nanobot.sandbox.nanogpt.orders import OrderDesk
from nanobot.sandbox.nanogpt.recording import RecordedCall, RecordedImageRequest, Recording, Route
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.shelf import Shelf
from nanobot.sandbox.nanogpt.switchboard import MAX_BODY_BYTES, Switchboard, json_of
from nanobot.sandbox.nanogpt.tasks import TaskBoard
from nanobot.sandbox.nanogpt.till import Allowance, Till
from nanobot.sandbox.nanogpt.trouble import Trouble

_SHUTDOWN_SECONDS = 1.0

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NanoGPTStandIn:
    """Answers for one API key.

    Args:
        balance: in USD.
        now: gives an aware time in UTC.
        day_clock: the clock by which the requests of a day are counted, `now` where none is given.
        on_request: called whenever a request for pictures came in or was answered.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        *,
        api_key: str,
        balance: Decimal = Decimal(5),
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        day_clock: Callable[[], datetime] | None = None,
        on_request: Callable[[], None] = lambda: None,
    ) -> None:
        self.trouble = Trouble()
        self.catalogue = Catalogue()
        self._guard = KeyGuard(api_key, self.trouble)
        self._port = port
        self._till = Till(balance, day_clock or now)
        self._shelf = Shelf(now)
        self._recording = Recording(on_request)
        tasks = TaskBoard(trouble=self.trouble, publish=self._publish)
        self._counter = Counter(
            catalogue=self.catalogue, trouble=self.trouble, till=self._till, tasks=tasks, shelf=self._shelf
        )
        self._switchboard = Switchboard(guard=self._guard, trouble=self.trouble, recording=self._recording)
        self._desk = OrderDesk(
            catalogue=self.catalogue,
            trouble=self.trouble,
            till=self._till,
            tasks=tasks,
            now=now,
            publish=self._publish,
        )
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """The address below which the routes hang, known once started."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> list[RecordedImageRequest]:
        """Every request for pictures so far, refused ones too."""
        return self._recording.requests

    @property
    def balance(self) -> Decimal:
        """What is left, in USD."""
        return self._till.balance

    @property
    def charged(self) -> Decimal:
        """What all pictures and checks so far have cost, in USD."""
        return self._till.charged

    @property
    def paid_pictures(self) -> int:
        return self._till.paid_pictures

    async def next_request(self, timeout_seconds: float = 60.0) -> RecordedImageRequest:
        """Return the oldest request for pictures that no earlier call returned, waiting for it if need be.

        Raises:
            TimeoutError: none came in time.
        """
        return await self._recording.next_request(timeout_seconds)

    async def answered(self, count: int, timeout_seconds: float = 60.0) -> None:
        """Return once at least `count` requests for pictures in all are answered or cut off.

        Raises:
            TimeoutError: they were not in time.
        """
        await self._recording.answered(count, timeout_seconds)

    def top_up(self, usd: Decimal) -> None:
        """Pay `usd` into the account."""
        self._till.balance += usd

    def subscribe(self, *, daily: int, monthly: int) -> None:
        """Let the account have a subscription with so many orders; what pictures cost does not change."""
        self._till.subscribe(Allowance(daily=daily, monthly=monthly))

    def calls(self, route: Route) -> list[RecordedCall]:
        """Return the answered requests on another route than that of pictures, oldest first."""
        return self._recording.calls(route)

    async def called(self, route: Route, count: int = 1, timeout_seconds: float = 60.0) -> None:
        """Return once at least `count` requests on another route than that of pictures are answered.

        Raises:
            TimeoutError: they were not in time.
        """
        await self._recording.called(route, count, timeout_seconds)

    async def start(self) -> None:
        """Listen on 127.0.0.1 until `stop`."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_name_requests])
        connect, counter = self._switchboard.connect, self._counter
        application.add_routes(
            [
                web.post("/v1/images/generations", self._images),
                web.post("/api/v1/images/generations", self._images),
                web.get("/api/v1/image-models", connect("catalogue", counter.list_models, key="optional")),
                web.post("/api/check-balance", connect("balance", counter.check_balance)),
                web.get("/api/subscription/v1/usage", connect("usage", counter.tell_usage)),
                web.post("/api/nsfw/image", connect("nsfw", counter.classify)),
                web.post("/api/check-midjourney-status", connect("tasks", counter.look_at_task)),
                web.get("/files/{file_id}.png", connect("files", counter.fetch, key="unused")),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Let held orders go, then end within about a second."""
        self.trouble.let_go()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _images(self, request: web.Request) -> web.StreamResponse:
        body: object = None
        refused: Refusal | None = None
        try:
            body = await json_of(request)
        except Refusal as refusal:
            refused = refusal
        record = await self._recording.note_received(
            method=request.method, path=request.path, headers=request.headers, body=body
        )
        status: int | None = None
        cost = Decimal(0)
        try:
            self._guard.check(request)
            if refused is not None:
                raise refused
            outcome = await self._desk.fill(request, body)
            status, cost = outcome.status, outcome.cost
            return outcome.response
        except Refusal as refusal:
            status, cost = refusal.status, refusal.cost
            return refusal.answer()
        finally:
            await self._recording.note_answered(record, status=status, cost=cost)

    def _publish(self, png: bytes) -> str:
        return self.base_url + self._shelf.put(png)


@web.middleware
async def _name_requests(request: web.Request, handler: _Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers["X-Request-ID"] = f"req_{secrets.token_hex(12)}"
    return response
