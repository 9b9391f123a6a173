"""The page of `/balance`: every answer that NanoGPT may or may not give has its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from nanobot.bot.replies.balance import Account, balance_page
from nanobot.bot.replies.generation import MAX_CONTENT_CHARACTERS
from nanobot.bot.replies.models import ListAge
from nanobot.generation.breaker import Outage
from nanobot.nanogpt import errors
from nanobot.nanogpt.account import Allowance, Subscription
from nanobot.nanogpt.shapes import Balance

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
ACCOUNT = Account(
    balance=Balance(usd=Decimal("12.3"), nano=None),
    subscription=Subscription(is_active=False, state="inactive"),
    last_usd=None,
    outage=None,
    models=170,
    list_age=ListAge(is_live=True, read_at=NOON),
)
SUBSCRIBED = Subscription(
    is_active=True,
    state="active",
    period_ends_at=NOON,
    allowances=(
        Allowance(name="daily", limit=100, used=7, remaining=93, resets_at=NOON),
        Allowance(name="month*ly", used=7),
    ),
)


def test_an_account_in_good_order() -> None:
    assert balance_page(ACCOUNT).splitlines() == [
        "**Balance** · $12.30",
        "**Subscription** · inactive, each picture is paid from the balance",
        "**Requests** · are taken",
        "**Models** · 170 in NanoGPT's list, read <t:1773835200:R>",
    ]


@pytest.mark.parametrize(
    ("account", "line"),
    [
        pytest.param(
            replace(ACCOUNT, balance=Balance(usd=Decimal("0.5"), nano=Decimal("3.25"))),
            "**Balance** · $0.5 and 3.25 Nano",
            id="some Nano",
        ),
        pytest.param(
            replace(ACCOUNT, balance=errors.ServerFailed("x"), last_usd=Decimal("3.1")),
            "**Balance** · NanoGPT does not tell right now. Try again in a few minutes. The last known balance was $3.10.",
            id="NanoGPT in trouble",
        ),
        pytest.param(
            replace(ACCOUNT, balance=errors.Unauthorized("x")),
            "**Balance** · NanoGPT does not accept the key. Put a valid `NANOGPT_API_KEY` in place and start the bot again.",
            id="wrong key",
        ),
        pytest.param(
            replace(ACCOUNT, balance=errors.WrongAddress("x")),
            "**Balance** · NanoGPT does not answer at `NANOGPT_BASE_URL`. Check that address and start the bot again.",
            id="wrong address",
        ),
        pytest.param(
            replace(ACCOUNT, subscription=SUBSCRIBED),
            "**Subscription** · active until <t:1773835200:D>\n-# daily: 93 of 100 left, starts anew <t:1773835200:R>\n"
            r"-# month\*ly: 7 used",
            id="a subscription",
        ),
        pytest.param(
            replace(ACCOUNT, subscription=errors.TimedOut("x")),
            "**Subscription** · NanoGPT does not tell right now. Try again in a few minutes.",
            id="a subscription that nobody tells",
        ),
        pytest.param(
            replace(ACCOUNT, outage=Outage(key="k", sentence="The bot is out of order.", until=NOON)),
            "**Requests** · are turned away with the words: “The bot is out of order.” It is tried again <t:1773835200:R>.",
            id="out of order",
        ),
        pytest.param(
            replace(ACCOUNT, list_age=ListAge(is_live=True, read_at=NOON, is_stale=True)),
            "**Models** · 170 in NanoGPT's list, read <t:1773835200:R>, and not again since",
            id="an old list",
        ),
        pytest.param(
            replace(ACCOUNT, list_age=ListAge(is_live=False), models=13),
            "**Models** · 13 in the bot's built-in list; NanoGPT's own has not been read yet",
            id="no list",
        ),
    ],
)
def test_what_is_out_of_the_ordinary_is_said(account: Account, line: str) -> None:
    assert f"{line}\n" in f"{balance_page(account)}\n"


def test_the_page_fits_into_a_message() -> None:
    """Windows of a subscription are added over time, and their names are not ours."""
    windows = tuple(
        Allowance(name="*" * 500, limit=10**20, remaining=10**20, resets_at=NOON) for _ in range(50)
    )
    subscription = Subscription(is_active=True, state="_" * 500, allowances=windows, period_ends_at=NOON)

    assert len(balance_page(replace(ACCOUNT, subscription=subscription))) <= MAX_CONTENT_CHARACTERS
