"""Understands what NanoGPT says of the account and of its models. Imports this package and the standard library.

Pure functions: whatever the bytes are, they end as a value or as a `NanoGPTError`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from nanobot.nanogpt.answers import is_success, load_object
from nanobot.nanogpt.money import read_amount
from nanobot.nanogpt.refusals import read_refusal
from nanobot.nanogpt.shapes import Balance
from nanobot.nanogpt.transport import Reply
from nanobot.nanogpt.vendor_text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a subscription grants within one window, such as `daily`, `monthly` or `dailyImages`; `None` is "not told".

    What is counted, requests, pictures or tokens, follows from the name.
    """

    name: str
    limit: int | None = None
    used: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """State of the account's subscription; `None` is "not told". `state` is NanoGPT's word: `active`, `grace`, `inactive`."""

    is_active: bool | None = None
    state: str | None = None
    allowances: tuple[Allowance, ...] = ()
    period_ends_at: datetime | None = None


def parse_balance(reply: Reply, *, secret: str) -> Balance:
    """Read the answer of `POST /api/check-balance`.

    Raises:
        NanoGPTError: it is an error, or names no balance.
    """
    document = load_object(reply.body)
    usd = read_amount(document.get("usd_balance")) if document is not None else None
    if document is None or usd is None or not is_success(reply):
        raise read_refusal(reply, document, secret=secret)
    return Balance(usd=usd, nano=read_amount(document.get("nano_balance")))


def parse_subscription(reply: Reply, *, secret: str) -> Subscription:
    """Read the answer of `GET /api/subscription/v1/usage`; no field of it is relied on.

    https://docs.nano-gpt.com/api-reference/endpoint/subscription-usage

    Raises:
        NanoGPTError: it is an error, or no JSON object.
    """
    document = load_object(reply.body)
    if document is None or not is_success(reply) or document.get("error"):
        raise read_refusal(reply, document, secret=secret)
    active, period, limits = document.get("active"), document.get("period"), document.get("limits")
    return Subscription(
        is_active=active if isinstance(active, bool) else None,
        state=clean(document.get("state"), secret=secret) or None,
        allowances=_read_allowances(document, limits if isinstance(limits, Mapping) else {}, secret=secret),
        period_ends_at=_read_moment(period.get("currentPeriodEnd")) if isinstance(period, Mapping) else None,
    )


def parse_catalogue(reply: Reply, *, secret: str) -> tuple[Mapping[str, Any], ...]:
    """Read the answer of `GET /api/v1/image-models`: its entries as plain JSON, not yet understood.

    A number that JSON does not know becomes `None`, so that the entries can be written as JSON again.

    Raises:
        NanoGPTError: it is an error, or no list of models.
    """
    try:
        document = json.loads(reply.body, parse_float=_read_finite, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        document = None
    entries = document.get("data") if isinstance(document, dict) else document
    if not is_success(reply) or not isinstance(entries, list):
        raise read_refusal(reply, document if isinstance(document, dict) else None, secret=secret)
    return tuple(entry for entry in entries if isinstance(entry, dict))


def _read_allowances(
    document: Mapping[str, Any], limits: Mapping[str, Any], *, secret: str
) -> tuple[Allowance, ...]:
    """Read every window there is: new ones were added over time, and old ones are `null` where they do not apply."""
    windows = [(name, value) for name, value in document.items() if isinstance(value, Mapping)]
    return tuple(
        Allowance(
            name=clean(name, secret=secret),
            limit=_read_count(limits.get(name)),
            used=_read_count(window.get("used")),
            remaining=_read_count(window.get("remaining")),
            resets_at=_read_moment(window.get("resetAt")),
        )
        for name, window in windows
        if "used" in window or "remaining" in window
    )


def _read_count(value: object) -> int | None:
    amount = read_amount(value)
    return int(amount) if amount is not None and amount >= 0 else None


def _read_moment(value: object) -> datetime | None:
    """Milliseconds since 1970, or a date of ISO 8601; without an offset it is UTC."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return datetime.fromtimestamp(float(value) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _read_finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
