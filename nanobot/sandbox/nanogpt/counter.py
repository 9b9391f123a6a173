"""The routes beside that of pictures: what is on offer, the account, tasks, the check of pictures, and files.

Imports nothing of nanobot beside this package.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from nanobot.sandbox.nanogpt.catalogue import Catalogue
from nanobot.sandbox.nanogpt.checks import PRICE_PER_PICTURE, read_pictures, verdict
from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.shelf import FILE_LIFETIME, Forbidden, Gone, Shelf
from nanobot.sandbox.nanogpt.tasks import TaskBoard
from nanobot.sandbox.nanogpt.till import Till
from nanobot.sandbox.nanogpt.trouble import Trouble

# The example of https://docs.nano-gpt.com/api-reference/endpoint/check-balance
_NANO_ADDRESS = "nano_1gx385nnj7rw67hsksa3pyxwnfr48zu13t35ncjmtnqb9zdebtjhh7ahks34"
_USD_PER_NANO = Decimal("0.85")
_CATALOGUE_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request with what its path names, its query, and the JSON of its body, None where it brought none."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The JSON or the PNG file of an answer, and what was charged for it in USD."""

    body: Mapping[str, object] | bytes
    cost: Decimal = Decimal(0)
    headers: Mapping[str, str] = field(default_factory=dict)


class Counter:
    """Answers questions; each may raise a Refusal."""

    def __init__(
        self, *, catalogue: Catalogue, trouble: Trouble, till: Till, tasks: TaskBoard, shelf: Shelf
    ) -> None:
        self._catalogue = catalogue
        self._trouble = trouble
        self._till = till
        self._tasks = tasks
        self._shelf = shelf

    async def list_models(self, question: Question) -> Reply:
        # https://docs.nano-gpt.com/api-reference/endpoint/image-models: `detailed` is true where it is not given.
        is_detailed = question.query.get("detailed", "true") == "true"
        return Reply(
            body={"object": "list", "data": self._catalogue.listed(is_detailed=is_detailed)},
            headers={"Cache-Control": f"public, max-age={_CATALOGUE_SECONDS}"},
        )

    async def check_balance(self, _question: Question) -> Reply:
        balance = Decimal(0) if self._trouble.out_of_funds else self._till.balance
        nano = (balance / _USD_PER_NANO).quantize(Decimal("0.00000001"))
        return Reply(
            body={
                "usd_balance": f"{balance:.8f}",
                "nano_balance": str(nano),
                "nanoDepositAddress": _NANO_ADDRESS,
            }
        )

    async def tell_usage(self, _question: Question) -> Reply:
        return Reply(body=self._till.subscription_usage())

    async def look_at_task(self, question: Question) -> Reply:
        return Reply(body=self._tasks.look(question.body))

    async def classify(self, question: Question) -> Reply:
        count, was_truncated = await asyncio.to_thread(read_pictures, question.body)
        cost = PRICE_PER_PICTURE * count
        self._till.check(cost, out_of_funds=self._trouble.out_of_funds)
        self._till.charge(cost, 0)
        flags = [self._trouble.take_flag() for _ in range(count)]
        return Reply(body=verdict(flags, cost, was_truncated=was_truncated), cost=cost)

    async def fetch(self, question: Question) -> Reply:
        query = question.query
        found = self._shelf.get(
            question.path["file_id"], query.get("expires", ""), query.get("signature", "")
        )
        if self._trouble.expire_urls:
            found = Forbidden("Request has expired")
        match found:
            case bytes():
                seconds = int(FILE_LIFETIME.total_seconds())
                return Reply(body=found, headers={"Cache-Control": f"private, max-age={seconds}"})
            case Forbidden(reason=reason):
                raise Refusal(status=403, code="AccessDenied", message=reason, envelope="storage")
            case Gone():
                message = "The specified key does not exist."
                raise Refusal(status=404, code="NoSuchKey", message=message, envelope="storage")
        assert_never(found)
