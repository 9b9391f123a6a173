"""An order for pictures from its JSON to its answer: admitted, paid, painted, and bent where trouble says so.

Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import assert_never

from aiohttp import web

from nanobot.sandbox.nanogpt.painter import paint
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.rules import Order, read_order
from nanobot.sandbox.nanogpt.shelf import Shelf
from nanobot.sandbox.nanogpt.till import Till
from nanobot.sandbox.nanogpt.trouble import Moment, Trouble

_MAX_SEED = 2**31
# Ours: the vendor's guide says that its max mode exists, its price list that it costs about twice as much.
_MAX_MODE_PRICE_FACTOR = 2
_FORBIDDEN = re.compile(r"\bforbidden\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an order came to; `status` is None where the line was cut, `cost` is in USD."""

    response: web.StreamResponse
    status: int | None
    cost: Decimal


class OrderDesk:
    """Fills orders. `base_url` gives the address that picture URLs begin with."""

    def __init__(
        self,
        *,
        trouble: Trouble,
        till: Till,
        shelf: Shelf,
        now: Callable[[], datetime],
        base_url: Callable[[], str],
    ) -> None:
        self._trouble = trouble
        self._till = till
        self._shelf = shelf
        self._now = now
        self._base_url = base_url

    async def fill(self, request: web.Request, body: object) -> Outcome:
        """Fill the order in `body`.

        Raises:
            Refusal: it breaks a rule, cannot be paid, or trouble wants it refused; nothing was charged.
        """
        order = await asyncio.to_thread(read_order, body)
        await self._trouble.pass_gate()
        moment = self._trouble.take_break()
        if moment == "before_work":
            return await self._cut(request, moment, b"", Decimal(0))
        cost = self._admit(order)
        seed = secrets.randbelow(_MAX_SEED) if order.seed is None else order.seed
        # Paid in the same breath as checked, so that orders side by side cannot overdraw the balance.
        self._till.charge(cost, order.n)
        pictures = await asyncio.gather(
            *(asyncio.to_thread(_paint_one, order, seed + number) for number in range(order.n))
        )
        content = json.dumps(self._answer(order, pictures, cost)).encode()
        if moment is not None:
            return await self._cut(request, moment, content, cost)
        if self._trouble.answer_html_200:
            page = "<!DOCTYPE html><html><body>Just a moment…</body></html>"
            return Outcome(response=web.Response(text=page, content_type="text/html"), status=200, cost=cost)
        response = web.Response(body=content, content_type="application/json")
        return Outcome(response=response, status=200, cost=cost)

    def _admit(self, order: Order) -> Decimal:
        self._trouble.check_failure("images")
        if self._trouble.refuse_policy and _FORBIDDEN.search(order.prompt):
            raise Refusal(
                status=400,
                code="content_policy_violation",
                message="The prompt was refused by the content policy.",
                param="prompt",
            )
        cost = order.model.price_of(order.size) * order.n
        if order.kontext_max_mode:
            cost *= _MAX_MODE_PRICE_FACTOR
        self._till.count_order(self._trouble.daily_limit)
        self._till.check(cost, out_of_funds=self._trouble.out_of_funds)
        return cost

    def _answer(self, order: Order, pictures: list[bytes], cost: Decimal) -> dict[str, object]:
        data = [self._item(png, as_url=self._is_url(order, index)) for index, png in enumerate(pictures)]
        return {
            "created": int(self._now().timestamp()),
            "data": [] if self._trouble.answer_empty_data else data,
            "cost": float(cost),
            "paymentSource": "USD",
            "remainingBalance": float(self._till.balance),
        }

    def _is_url(self, order: Order, index: int) -> bool:
        if self._trouble.answer_b64_although_url or not order.as_url:
            return False
        return not self._trouble.answer_mixed or index % 2 == 0

    def _item(self, png: bytes, *, as_url: bool) -> dict[str, str]:
        if as_url:
            return {"url": self._base_url() + self._shelf.put(png)}
        return {"b64_json": base64.b64encode(png).decode("ascii")}

    async def _cut(self, request: web.Request, moment: Moment, content: bytes, cost: Decimal) -> Outcome:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        match moment:
            case "before_work" | "before_headers":
                sent = None
            case "after_headers":
                sent = b""
            case "mid_body":
                sent = content[: len(content) // 2]
            case _:
                assert_never(moment)
        if sent is not None:
            response.content_length = len(content)
            await response.prepare(request)
            await response.write(sent)
        # Closing the transport (not aborting it) still delivers what was written, then the line is dead.
        if request.transport is not None:
            request.transport.close()
        return Outcome(response=response, status=None, cost=cost)


def _paint_one(order: Order, seed: int) -> bytes:
    return paint(
        order.prompt,
        model=order.model,
        seed=seed,
        size=order.size,
        pictures=[picture.content for picture in order.pictures],
        mask=None if order.mask is None else order.mask.content,
        strength=order.strength,
    )
