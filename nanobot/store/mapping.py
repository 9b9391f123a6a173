"""What every table is built on: how columns are typed and constraints are named. Imports only `types`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

from nanobot.store.types import Dollars, UtcDateTime


class Base(MappedAsDataclass, DeclarativeBase):
    """Names every constraint, so that a later migration can drop it by name on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class as a plain dict
        datetime: UtcDateTime,
        Decimal: Dollars,
        int: BigInteger,
        dict[str, Any]: JSON,
    }


def word(words: type[StrEnum]) -> Enum:
    """Store a closed set of words as text: a native enum needs DDL for every new word."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


def table_of(mapped: type[Base]) -> Table:
    """Return the table itself: what is read and written as rows skips the mapper, which costs more than SQLite does."""
    table = mapped.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{mapped.__name__} is mapped to no table")
    return table
