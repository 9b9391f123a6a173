"""Amounts of money as NanoGPT writes them: JSON numbers here, strings there. Imports only the standard library."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

# Beyond this a number that claims to be an amount is a mistake.
_MAX_AMOUNT: Final = Decimal(10**9)


def to_decimal(text: str) -> Decimal | None:
    """Exact value of a number's text; `None` where its exponent is beyond all reason."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def read_amount(value: object) -> Decimal | None:
    """Return the amount that a JSON value is, below zero for an overdrawn balance; `None` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    amount = to_decimal(value) if isinstance(value, str) else Decimal(value)
    # Compared, not reckoned with: `abs` of an exponent beyond all reason is an error of its own.
    return (
        amount
        if amount is not None and amount.is_finite() and -_MAX_AMOUNT <= amount <= _MAX_AMOUNT
        else None
    )


def read_dollars(value: object) -> Decimal | None:
    """As `read_amount`, for what cannot be below zero: a price."""
    amount = read_amount(value)
    return amount if amount is not None and amount >= 0 else None
