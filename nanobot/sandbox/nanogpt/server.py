"""The stand-in NanoGPT: a real server on 127.0.0.1 that speaks the vendor's documented HTTP and paints for real.

Imports nothing of nanobot beside this package. Written from https://docs.nano-gpt.com, not from any client.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_never

from aiohttp import web

from nanobot.sandbox.nanogpt.catalogue import MODELS
from nanobot.sandbox.nanogpt.orders import OrderDesk
from nanobot.sandbox.nanogpt.recording import RecordedImageRequest, Recording
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.shelf import FILE_LIFETIME, Forbidden, Gone, Shelf
from nanobot.sandbox.nanogpt.till import Till
from nanobot.sandbox.nanogpt.trouble import Route, Trouble

# https://docs.nano-gpt.com/api-reference/miscellaneous/rate-limits
REQUESTS_PER_SECOND = 25
# https://docs.nano-gpt.com/api-reference/miscellaneous/api-hosts: "the application body limit is 32 MiB"
MAX_BODY_BYTES = 32 * 1024 * 1024

_SHUTDOWN_SECONDS = 1.0
# The example of https://docs.nano-gpt.com/api-reference/endpoint/check-balance
_NANO_ADDRESS = "nano_1gx385nnj7rw67hsksa3pyxwnfr48zu13t35ncjmtnqb9zdebtjhh7ahks34"
_USD_PER_NANO = Decimal("0.85")
_CATALOGUE_SECONDS = 300

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
        self._api_key = api_key
        self._port = port
        self._till = Till(balance, day_clock or now)
        self._shelf = Shelf(now)
        self._recording = Recording(on_request)
        self._desk = OrderDesk(
            trouble=self.trouble,
            till=self._till,
            shelf=self._shelf,
            now=now,
            base_url=lambda: self.base_url,
        )
        self._recent_requests: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)
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
        """What all pictures so far have cost, in USD."""
        return self._till.charged

    @property
    def paid_pictures(self) -> int:
        return self._till.paid_pictures

    async def next_request(self, timeout_seconds: float = 10.0) -> RecordedImageRequest:
        """Return the oldest request for pictures that no earlier call returned, waiting for it if need be.

        Raises:
            TimeoutError: none came in time.
        """
        return await self._recording.next_request(timeout_seconds)

    async def answered(self, count: int, timeout_seconds: float = 10.0) -> None:
        """Return once at least `count` requests for pictures in all are answered or cut off.

        Raises:
            TimeoutError: they were not in time.
        """
        await self._recording.answered(count, timeout_seconds)

    async def start(self) -> None:
        """Listen on 127.0.0.1 until `stop`."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_name_requests])
        application.add_routes(
            [
                web.post("/v1/images/generations", self._images),
                web.post("/api/v1/images/generations", self._images),
                web.get("/api/v1/image-models", self._guarded("catalogue", self._catalogue)),
                web.post("/api/check-balance", self._guarded("balance", self._check_balance)),
                web.get("/api/subscription/v1/usage", self._guarded("usage", self._usage)),
                web.get("/files/{file_id}.png", self._guarded("files", self._file)),
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
            body = await _json_of(request)
        except Refusal as refusal:
            refused = refusal
        record = await self._recording.note_received(
            method=request.method, path=request.path, headers=request.headers, body=body
        )
        status: int | None = None
        cost = Decimal(0)
        try:
            self._check_key(request)
            if refused is not None:
                raise refused
            outcome = await self._desk.fill(request, body)
            status, cost = outcome.status, outcome.cost
            return outcome.response
        except Refusal as refusal:
            status = refusal.status
            return refusal.answer()
        finally:
            await self._recording.note_answered(record, status=status, cost=cost)

    def _guarded(self, route: Route, handler: _Handler) -> _Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self.trouble.check_failure(route)
                return await handler(request)
            except Refusal as refusal:
                return refusal.answer()

        return answer

    def _check_key(self, request: web.Request, *, optional: bool = False) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
        if not key and optional:
            return
        if not key:
            raise Refusal(status=401, code="missing_api_key", message="An API key is needed.")
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise Refusal(status=401, code="invalid_api_key", message="The API key is not valid.")
        now = time.monotonic()
        recent = self._recent_requests
        if len(recent) == REQUESTS_PER_SECOND and now - recent[0] < 1.0:
            message = f"At most {REQUESTS_PER_SECOND} requests per second."
            raise Refusal(status=429, code="rate_limit_exceeded", message=message, retry_after=1)
        recent.append(now)

    async def _catalogue(self, request: web.Request) -> web.Response:
        self._check_key(request, optional=True)
        # https://docs.nano-gpt.com/api-reference/endpoint/image-models: `detailed` is true where it is not given.
        detailed = request.query.get("detailed", "true") == "true"
        entries = [
            model.entry() if detailed else {"id": model.id, "object": "model", "owned_by": model.owned_by}
            for model in MODELS.values()
        ]
        headers = {"Cache-Control": f"public, max-age={_CATALOGUE_SECONDS}"}
        return web.json_response({"object": "list", "data": entries}, headers=headers)

    async def _check_balance(self, request: web.Request) -> web.Response:
        self._check_key(request)
        nano = (self._till.balance / _USD_PER_NANO).quantize(Decimal("0.00000001"))
        return web.json_response(
            {
                "usd_balance": f"{self._till.balance:.8f}",
                "nano_balance": str(nano),
                "nanoDepositAddress": _NANO_ADDRESS,
            }
        )

    async def _usage(self, request: web.Request) -> web.Response:
        self._check_key(request)
        return web.json_response(self._till.subscription_usage())

    async def _file(self, request: web.Request) -> web.Response:
        query = request.query
        found = self._shelf.get(
            request.match_info["file_id"], query.get("expires", ""), query.get("signature", "")
        )
        if self.trouble.expire_urls:
            found = Forbidden("Request has expired")
        match found:
            case bytes():
                headers = {"Cache-Control": f"private, max-age={int(FILE_LIFETIME.total_seconds())}"}
                return web.Response(body=found, content_type="image/png", headers=headers)
            case Forbidden(reason=reason):
                return _storage_error(403, "AccessDenied", reason)
            case Gone():
                return _storage_error(404, "NoSuchKey", "The specified key does not exist.")
        assert_never(found)


@web.middleware
async def _name_requests(request: web.Request, handler: _Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers["X-Request-ID"] = f"req_{secrets.token_hex(12)}"
    return response


async def _json_of(request: web.Request) -> object:
    try:
        return json.loads(await request.read(), parse_constant=_refuse_constant)
    except web.HTTPRequestEntityTooLarge as error:
        message = f"The body is larger than {MAX_BODY_BYTES} bytes."
        raise Refusal(status=413, code="request_too_large", message=message) from error
    except (ValueError, RecursionError) as error:
        raise Refusal(status=400, code="invalid_json", message="The body is not JSON.") from error


def _refuse_constant(name: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)


def _storage_error(status: int, code: str, message: str) -> web.Response:
    """Answer as storage behind signed URLs does, in XML."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return web.Response(text=text, content_type="application/xml", status=status)
