"""An order for pictures from its JSON to its answer: admitted, paid, painted, and bent where trouble says so.

Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from nanobot.sandbox.nanogpt.bending import Bend, answer_of, bent_items
from nanobot.sandbox.nanogpt.catalogue import Catalogue
from nanobot.sandbox.nanogpt.checks import is_asked_for, price_of_check
from nanobot.sandbox.nanogpt.cutting import cut
from nanobot.sandbox.nanogpt.painter import paint
from nanobot.sandbox.nanogpt.pictures import InputPicture
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.rules import Order, read_order
from nanobot.sandbox.nanogpt.tasks import TaskBoard
from nanobot.sandbox.nanogpt.till import Till
from nanobot.sandbox.nanogpt.trouble import Trouble

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
    """Fills orders. `publish` puts a picture where it can be fetched and returns its address."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        trouble: Trouble,
        till: Till,
        tasks: TaskBoard,
        now: Callable[[], datetime],
        publish: Callable[[bytes], str],
    ) -> None:
        self._catalogue = catalogue
        self._trouble = trouble
        self._till = till
        self._tasks = tasks
        self._now = now
        self._publish = publish

    async def fill(self, request: web.Request, body: object) -> Outcome:
        """Fill the order in `body`.

        Raises:
            Refusal: it breaks a rule, cannot be paid, or trouble wants it refused; it says what was charged.
        """
        order = await asyncio.to_thread(read_order, body, self._catalogue.models)
        is_checked = is_asked_for(request.headers.get("moderation", ""))
        await self._trouble.pass_gate()
        moment = self._trouble.take_break("images")
        if moment == "before_work":
            return Outcome(response=await cut(request, moment, b""), status=None, cost=Decimal(0))
        # Paid in the same breath as checked, so that orders side by side cannot overdraw the balance.
        cost = self._sell(order, is_checked=is_checked)
        bend = self._trouble.take_bend("images")
        answer = self._answer(order, await _paint(order, order.n + (bend == "one_more")), cost, bend)
        if moment is not None:
            response = await cut(request, moment, json.dumps(answer).encode())
            return Outcome(response=response, status=None, cost=cost)
        whole_bend: Bend | None = "html" if self._trouble.answer_html_200 else bend
        return Outcome(response=answer_of(answer, whole_bend), status=200, cost=cost)

    def _sell(self, order: Order, *, is_checked: bool) -> Decimal:
        """Charge for the order, and for the check before it where that was asked for; return the sum.

        A flagged order pays for its check and for nothing else.
        """
        self._trouble.check_failure("images")
        if self._is_forbidden(order) and not is_checked:
            raise _policy_violation()
        price = order.model.price_of(order.size) * order.n
        if order.kontext_max_mode:
            price *= _MAX_MODE_PRICE_FACTOR
        check = price_of_check(len(_inputs(order))) if is_checked else Decimal(0)
        self._till.count_order(self._trouble.daily_limit)
        self._till.check(price + check, out_of_funds=self._trouble.out_of_funds)
        if is_checked and self._is_flagged(order):
            self._till.charge(check, 0)
            raise _policy_violation(check)
        self._till.charge(price + check, order.n)
        return price + check

    def _is_flagged(self, order: Order) -> bool:
        return self._is_forbidden(order) or (self._trouble.flag_inputs and bool(_inputs(order)))

    def _is_forbidden(self, order: Order) -> bool:
        return self._trouble.refuse_policy and _FORBIDDEN.search(order.prompt) is not None

    def _answer(
        self, order: Order, pictures: Sequence[bytes], cost: Decimal, bend: Bend | None
    ) -> dict[str, object]:
        answer: dict[str, object] = {
            "created": int(self._now().timestamp()),
            "data": [],
            "cost": float(cost),
            "paymentSource": "USD",
            "remainingBalance": float(self._till.balance),
        }
        if bend == "no_cost":
            del answer["cost"]
        if self._trouble.answer_empty_data:
            return answer
        if order.model.is_task or bend == "task_id":
            return answer | self._tasks_of(pictures)
        if bend == "url_and_b64":
            return answer | {"data": [self._as_url(png) | _as_base64(png) for png in pictures]}
        items = [self._item(png, order, number) for number, png in enumerate(pictures)]
        return answer | {"data": bent_items(items, bend)}

    def _tasks_of(self, pictures: Sequence[bytes]) -> dict[str, object]:
        """Make each picture a task: a single one stands beside the empty list of pictures, several stand in it."""
        tasks = [{"task_id": self._tasks.open(png)} for png in pictures]
        return {"task_id": tasks[0]["task_id"]} if len(tasks) == 1 else {"data": tasks}

    def _item(self, png: bytes, order: Order, number: int) -> dict[str, str]:
        is_mixed_in = self._trouble.answer_mixed and number % 2 == 1
        if order.as_url and not is_mixed_in and not self._trouble.answer_b64_although_url:
            return self._as_url(png)
        return _as_base64(png)

    def _as_url(self, png: bytes) -> dict[str, str]:
        return {"url": self._publish(png)}


def _inputs(order: Order) -> list[InputPicture]:
    return [*order.pictures, *([] if order.mask is None else [order.mask])]


def _as_base64(png: bytes) -> dict[str, str]:
    return {"b64_json": base64.b64encode(png).decode("ascii")}


def _policy_violation(cost: Decimal = Decimal(0)) -> Refusal:
    return Refusal(
        status=400,
        code="content_policy_violation",
        message="The request was refused by the content policy.",
        param="prompt",
        cost=cost,
    )


async def _paint(order: Order, count: int) -> list[bytes]:
    seed = secrets.randbelow(_MAX_SEED) if order.seed is None else order.seed
    painting = (asyncio.to_thread(_paint_one, order, seed + number) for number in range(count))
    return await asyncio.gather(*painting)


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
