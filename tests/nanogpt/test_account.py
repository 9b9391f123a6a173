"""What is understood of the account and of the list of models, and what goes over the wire for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nanobot.nanogpt import Allowance, Balance, Subscription, Unauthorized, UnreadableAnswer
from nanobot.nanogpt import errors as tree
from nanobot.nanogpt.account import parse_balance, parse_catalogue, parse_subscription
from nanobot.nanogpt.transport import Reply
from tests.nanogpt.vendor import KEY, Pauses, answering, answering_bytes, client_of, reply_of, serving

# The example of https://docs.nano-gpt.com/api-reference/endpoint/subscription-usage
_USAGE = {
    "active": True,
    "limits": {"daily": 5000, "monthly": 60000},
    "enforceDailyLimit": True,
    "daily": {"used": 5, "remaining": 4995, "percentUsed": 0.001, "resetAt": 1738540800000},
    "monthly": {"used": 45, "remaining": 59955, "percentUsed": 0.00075, "resetAt": 1739404800000},
    "period": {"currentPeriodEnd": "2025-02-13T23:59:59.000Z"},
    "state": "active",
    "graceUntil": None,
}
_ENTRIES = [{"id": "hidream", "pricing": {"per_image": {"1024*1024": 0.005}}}, {"id": "bagel", "seen": None}]


def test_balance_is_read_from_strings() -> None:
    document = {"usd_balance": "129.46956147", "nano_balance": "26.71801147", "nanoDepositAddress": "nano_1"}

    assert parse_balance(reply_of(document), secret=KEY) == Balance(
        usd=Decimal("129.46956147"), nano=Decimal("26.71801147")
    )


@pytest.mark.parametrize("document", [{}, {"usd_balance": "much"}, [], b"<html>", {"usd_balance": None}])
def test_balance_without_a_number_is_unreadable(document: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_balance(reply_of(document), secret=KEY)


def test_balance_with_an_error_status_is_that_error() -> None:
    with pytest.raises(tree.Unauthorized):
        parse_balance(reply_of({"error": "no", "usd_balance": "1"}, 401), secret=KEY)


async def test_subscription_is_read() -> None:
    async with serving(answering(document=_USAGE)) as vendor, client_of(vendor.url) as client:
        subscription = await client.check_subscription()

    seen = vendor.seen[0]
    assert (seen.method, seen.path, seen.body) == ("GET", "/api/subscription/v1/usage", b"")
    assert seen.headers["x-api-key"] == KEY
    assert subscription == Subscription(
        is_active=True,
        state="active",
        allowances=(
            Allowance(
                name="daily",
                limit=5000,
                used=5,
                remaining=4995,
                resets_at=datetime(2025, 2, 3, tzinfo=UTC),
            ),
            Allowance(
                name="monthly",
                limit=60000,
                used=45,
                remaining=59955,
                resets_at=datetime(2025, 2, 13, tzinfo=UTC),
            ),
        ),
        period_ends_at=datetime(2025, 2, 13, 23, 59, 59, tzinfo=UTC),
    )


def test_window_that_came_later_is_read_as_the_others() -> None:
    """NanoGPT counts pictures in `dailyImages`, and answers `null` for what does not apply."""
    document = {"limits": {"dailyImages": 100}, "dailyImages": {"used": 3}, "weeklyInputTokens": None}
    subscription = parse_subscription(reply_of(document), secret=KEY)

    assert subscription.allowances == (Allowance(name="dailyImages", limit=100, used=3),)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"active": "yes", "limits": 5, "daily": 7, "period": "June", "state": 3},
        {"period": {"currentPeriodEnd": "soon"}},
        {"period": {"currentPeriodEnd": 10**30}},
        {"period": {"currentPeriodEnd": True}},
    ],
)
def test_subscription_that_tells_nothing_is_nothing_known(document: Any) -> None:
    assert parse_subscription(reply_of(document), secret=KEY) == Subscription()


@pytest.mark.parametrize(
    ("document", "status", "kind"),
    [
        ([], 200, UnreadableAnswer),
        (b"<html>", 200, UnreadableAnswer),
        ({"error": "no key", "status": 401}, 200, Unauthorized),
        ({"active": True}, 500, tree.ServerFailed),
    ],
)
def test_subscription_that_is_an_error_is_that_error(
    document: Any, status: int, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        parse_subscription(reply_of(document, status), secret=KEY)


@pytest.mark.parametrize("api_key", [KEY, None], ids=["with a key", "without"])
async def test_catalogue_is_read_with_the_key_where_there_is_one(api_key: str | None) -> None:
    async with (
        serving(answering(document={"object": "list", "data": _ENTRIES})) as vendor,
        client_of(vendor.url, api_key=api_key) as client,
    ):
        entries = await client.fetch_catalogue()

    seen = vendor.seen[0]
    assert (seen.method, seen.path) == ("GET", "/api/v1/image-models?detailed=true")
    assert seen.headers.get("x-api-key") == api_key
    assert list(entries) == _ENTRIES


async def test_catalogue_is_asked_for_again_after_a_failure() -> None:
    pauses = Pauses()
    async with (
        serving(
            answering(502, text="<html>"), answering_bytes(b'{"da'), answering(document=_ENTRIES)
        ) as vendor,
        client_of(vendor.url, pauses=pauses) as client,
    ):
        entries = await client.fetch_catalogue()

    assert len(entries) == 2
    assert pauses.seconds == [0.75, 1.5]


async def test_catalogue_beyond_its_bound_is_not_read() -> None:
    too_much = answering_bytes(b" " * (16 * 1024 * 1024 + 1))
    async with serving(too_much) as vendor, client_of(vendor.url) as client:
        with pytest.raises(UnreadableAnswer, match="larger"):
            await client.fetch_catalogue()


def test_catalogue_holds_only_what_json_can_hold_again() -> None:
    reply = Reply(
        status=200, headers={}, body=b'{"data":[{"id":"a","x":NaN,"y":1e999,"z":-Infinity},7,null,[]]}'
    )

    assert parse_catalogue(reply, secret=KEY) == ({"id": "a", "x": None, "y": None, "z": None},)


@pytest.mark.parametrize(
    "document", [{}, {"data": None}, {"data": {"id": "a"}}, b"<html>", b"", b'{"data":[{"id']
)
def test_catalogue_without_a_list_is_unreadable(document: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_catalogue(reply_of(document), secret=KEY)


def test_large_catalogue_survives_being_stored() -> None:
    entries = parse_catalogue(reply_of({"data": _ENTRIES * 500}), secret=KEY)

    assert json.loads(json.dumps(entries, allow_nan=False)) == _ENTRIES * 500


async def test_nothing_that_needs_a_key_is_sent_without_one() -> None:
    async with serving(answering(document=_USAGE)) as vendor, client_of(vendor.url, api_key=None) as client:
        with pytest.raises(Unauthorized, match="No API key"):
            await client.check_subscription()
        with pytest.raises(Unauthorized, match="No API key"):
            await client.check_balance()

    assert vendor.seen == []
