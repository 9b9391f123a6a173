"""What whoever runs the bot reads about its account at NanoGPT."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from discord.utils import format_dt

from nanobot.bot.replies.generation import money, quote
from nanobot.bot.replies.models import ListAge
from nanobot.generation.breaker import Outage
from nanobot.nanogpt import errors
from nanobot.nanogpt.account import Allowance, Subscription
from nanobot.nanogpt.shapes import Balance

NOT_THE_OWNER = "Only whoever runs this bot can see its balance. `/usage` shows what you have left yourself."
_MAX_ALLOWANCES: Final = 6
_MAX_WORD_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is known of the account: where NanoGPT did not tell, its error stands; `last_usd` is what it said before."""

    balance: Balance | errors.NanoGPTError
    subscription: Subscription | errors.NanoGPTError
    last_usd: Decimal | None
    outage: Outage | None
    models: int
    list_age: ListAge


def balance_page(account: Account) -> str:
    """Tell of the money, of the subscription, whether requests are taken, and of the list of models."""
    return "\n".join(
        (
            f"**Balance** · {_balance(account.balance, account.last_usd)}",
            f"**Subscription** · {_subscription(account.subscription)}",
            f"**Requests** · {_requests(account.outage)}",
            f"**Models** · {_models(account.models, account.list_age)}",
        )
    )


def _balance(balance: Balance | errors.NanoGPTError, last_usd: Decimal | None) -> str:
    if isinstance(balance, Balance):
        nano = f" and {balance.nano:f} Nano" if balance.nano else ""
        return f"{money(balance.usd)}{nano}"
    last = "" if last_usd is None else f" The last known balance was {money(last_usd)}."
    return f"{_why(balance)}{last}"


def _subscription(subscription: Subscription | errors.NanoGPTError) -> str:
    if isinstance(subscription, errors.NanoGPTError):
        return _why(subscription)
    if not subscription.is_active:
        return "inactive, each picture is paid from the balance"
    state = quote(subscription.state or "active", _MAX_WORD_CHARACTERS)
    until = f" until {format_dt(subscription.period_ends_at, 'D')}" if subscription.period_ends_at else ""
    lines = [_allowance(each) for each in subscription.allowances[:_MAX_ALLOWANCES]]
    return "\n-# ".join((f"{state}{until}", *lines))


def _allowance(allowance: Allowance) -> str:
    name = quote(allowance.name, _MAX_WORD_CHARACTERS)
    of = "" if allowance.limit is None else f" of {allowance.limit}"
    anew = "" if allowance.resets_at is None else f", starts anew {format_dt(allowance.resets_at, 'R')}"
    if allowance.remaining is not None:
        return f"{name}: {allowance.remaining}{of} left{anew}"
    return f"{name}: {allowance.used or 0}{of} used{anew}"


def _requests(outage: Outage | None) -> str:
    if outage is None:
        return "are taken"
    until = "" if outage.until is None else f" It is tried again {format_dt(outage.until, 'R')}."
    return f"are turned away with the words: “{outage.sentence}”{until}"


def _models(number: int, age: ListAge) -> str:
    if not age.is_live or age.read_at is None:
        return f"{number} in the bot's built-in list; NanoGPT's own has not been read yet"
    stale = ", and not again since" if age.is_stale else ""
    return f"{number} in NanoGPT's list, read {format_dt(age.read_at, 'R')}{stale}"


def _why(error: errors.NanoGPTError) -> str:
    match error:
        case errors.Unauthorized():
            return "NanoGPT does not accept the key. Put a valid `NANOGPT_API_KEY` in place and start the bot again."
        case errors.WrongAddress():
            return (
                "NanoGPT does not answer at `NANOGPT_BASE_URL`. Check that address and start the bot again."
            )
        case _:
            return "NanoGPT does not tell right now. Try again in a few minutes."
