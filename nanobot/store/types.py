"""Column types that mean the same on SQLite and PostgreSQL. Imports nothing of nanobot."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Numeric, Text, TypeDecorator
from sqlalchemy.types import TypeEngine
from typing_extensions import override

_MICROS_PER_DOLLAR = 1_000_000
_SQLITE = "sqlite"

# SQLite hands out row ids only for a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer(), _SQLITE)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, in UTC when it comes back.

    SQLite keeps no time zone; every moment is turned to UTC before it is stored there, so that its text
    also sorts as time does.

    Raises:
        ValueError: a naive datetime is to be stored or compared.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the database has a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == _SQLITE else moment

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside, of which the database takes every character that it can hold.

    PostgreSQL refuses NUL and both refuse half a surrogate pair; either becomes a replacement character, since a
    vendor's odd error text must not keep a generation from being ended.
    """

    impl = Text()
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


class Dollars(TypeDecorator[Decimal]):
    """An amount in US dollars, exact to the millionth, below 100 million.

    SQLite has no decimal numbers and would add up floating-point ones; there the amount is a whole number of
    millionths. Results have six decimal places.
    """

    impl = Numeric(14, 6)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Decimal] | TypeEngine[int]:
        if dialect.name == _SQLITE:
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(14, 6))

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        if value is None:
            return None
        return round(value * _MICROS_PER_DOLLAR) if dialect.name == _SQLITE else value

    @override
    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value).scaleb(-6) if dialect.name == _SQLITE else Decimal(value)
