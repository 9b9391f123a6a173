"""What every route but that of pictures has in common: the key, trouble, and being recorded.

Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Literal, TypeAlias

from aiohttp import web

from nanobot.sandbox.nanogpt.bending import answer_of, content_of
from nanobot.sandbox.nanogpt.counter import Question, Reply
from nanobot.sandbox.nanogpt.cutting import cut
from nanobot.sandbox.nanogpt.guard import KeyGuard, key_of
from nanobot.sandbox.nanogpt.recording import RecordedCall, Recording, Route, sum_up
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.trouble import Trouble

# https://docs.nano-gpt.com/api-reference/miscellaneous/api-hosts: "the application body limit is 32 MiB"
MAX_BODY_BYTES = 32 * 1024 * 1024

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Answerer: TypeAlias = Callable[[Question], Awaitable[Reply]]
KeyUse: TypeAlias = Literal["needed", "optional", "unused"]


class Switchboard:
    """Puts requests through to those who answer them."""

    def __init__(self, *, guard: KeyGuard, trouble: Trouble, recording: Recording) -> None:
        self._guard = guard
        self._trouble = trouble
        self._recording = recording

    def connect(self, route: Route, answerer: Answerer, *, key: KeyUse = "needed") -> Handler:
        """Return what aiohttp calls for a route; with an "unused" key, requests do not count per second either."""

        async def handle(request: web.Request) -> web.StreamResponse:
            received_at = time.monotonic()
            body: object = None
            status: int | None = None
            cost = Decimal(0)
            try:
                if key != "unused":
                    self._guard.check(request, needs_key=key == "needed")
                self._trouble.check_failure(route)
                body = await json_of(request) if request.can_read_body else None
                moment = self._trouble.take_break(route)
                if moment == "before_work":
                    return await cut(request, moment, b"")
                question = Question(path=request.match_info, query=request.query, body=body)
                reply = await answerer(question)
                cost = reply.cost
                if moment is not None:
                    return await cut(request, moment, content_of(reply.body))
                response = answer_of(reply.body, self._trouble.take_bend(route), headers=reply.headers)
                status = response.status
                return response
            except Refusal as refusal:
                status = refusal.status
                return refusal.answer()
            finally:
                call = RecordedCall(
                    route=route,
                    fields=await asyncio.to_thread(sum_up, body),
                    has_key=bool(key_of(request)),
                    received_at=received_at,
                    status=status,
                    cost=cost,
                )
                await self._recording.note_call(call)

        return handle


async def json_of(request: web.Request) -> object:
    """Return the body of a request.

    Raises:
        Refusal: it is too large, no JSON, or broke off.
    """
    try:
        return json.loads(await request.read(), parse_constant=_refuse_constant)
    except web.HTTPRequestEntityTooLarge as error:
        message = f"The body is larger than {MAX_BODY_BYTES} bytes."
        raise Refusal(status=413, code="request_too_large", message=message) from error
    except ConnectionError as error:  # nobody is left to read this
        raise Refusal(status=400, code="invalid_json", message="The body broke off.") from error
    except (ValueError, RecursionError) as error:
        raise Refusal(status=400, code="invalid_json", message="The body is not JSON.") from error


def _refuse_constant(name: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(name)
