"""What a catalogue entry says of prices, in whatever shape. Imports this package's `models`, `money` and the standard library.

NanoGPT shows one shape, `{"per_image": {"1024*1024": 0.005}, "currency": "USD"}`, and warns that others come:
https://docs.nano-gpt.com/api-reference/endpoint/image-models
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from nanobot.nanogpt.models import ANY_SIZE
from nanobot.nanogpt.money import read_dollars

_NO_PRICES: Final[Mapping[str, Decimal]] = MappingProxyType({})
# The dearest picture that NanoGPT lists costs a few dollars; beyond this a number is something else.
_MAX_PRICE_USD: Final = 100
_MAX_NUMBER_LENGTH: Final = 32
_MAX_SIZE_LENGTH: Final = 100
# By size, then by quality, then by speed: nothing is known to go deeper.
_MAX_DEPTH: Final = 4
_AUTO: Final = "auto"
# "1024x1024", "2k", "16:9", "2x": a size has a digit; "high", "turbo" and "default" have none.
_SIZE = re.compile(r"[0-9]")
_TIMES = re.compile(r"(?<=[0-9])\s*[*×xX]\s*(?=[0-9])")


def read_prices(pricing: object) -> Mapping[str, Decimal]:
    """Return US dollars per picture by size, as `Model.prices` has them; empty where `pricing` cannot be understood.

    Where a price depends on more than the size, it is the dearest. `auto` stands for itself and, where nothing else
    does, for sizes without a price of their own.
    """
    if not isinstance(pricing, Mapping) or not _is_in_dollars(pricing.get("currency")):
        return _NO_PRICES
    prices: dict[str, Decimal] = {}
    for size, price in _prices_in(pricing.get("per_image"), size=ANY_SIZE, depth=0):
        prices[size] = max(price, prices.get(size, price))
    if _AUTO in prices:
        prices.setdefault(ANY_SIZE, prices[_AUTO])
    return MappingProxyType(prices)


def plain_size(size: str) -> str:
    """Return `size` as it can be compared: `1024*1024`, `1024 X 1024` and `1024×1024` are `1024x1024`."""
    return _TIMES.sub("x", size.strip()).lower()


def _is_in_dollars(currency: object) -> bool:
    return currency is None or (isinstance(currency, str) and currency.strip().upper() == "USD")


def _prices_in(value: object, *, size: str, depth: int) -> Iterator[tuple[str, Decimal]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _prices_in(item, size=_size_of(key) or size, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _prices_in(item, size=size, depth=depth + 1)
    elif (price := _price_of(value)) is not None:
        yield size, price


def _size_of(key: object) -> str:
    """Return the size that a key names, empty for any other key."""
    if not isinstance(key, str) or len(key) > _MAX_SIZE_LENGTH:
        return ""
    size = plain_size(key)
    return size if size == _AUTO or _SIZE.search(size) else ""


def _price_of(value: object) -> Decimal | None:
    """Return a price, `None` for what is none; floats are taken as they are written, `0.1` as a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if not isinstance(value, str) and not 0 <= value <= _MAX_PRICE_USD:
        return None
    text = str(value).strip().removeprefix("$")
    price = read_dollars(text) if len(text) <= _MAX_NUMBER_LENGTH else None
    return price if price is not None and price <= _MAX_PRICE_USD else None
