"""The tables. `migrations/` builds them; a test compares the two. Imports `nanobot.settings` for `Period`.

There are no relationships on purpose: what a function reads is in its own query, and nothing is loaded behind
an `await`'s back. Fields that hold a secret or a person's words stay out of the `repr`, which lands in logs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from nanobot.settings import Period
from nanobot.store.types import Dollars, RowId, UtcDateTime, Words


class GenerationStatus(StrEnum):
    """Where a generation stands; `held`, `running` and `made` are open, the others are its end."""

    HELD = "held"
    RUNNING = "running"
    MADE = "made"
    POSTED = "posted"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


OPEN_STATUSES = (GenerationStatus.HELD, GenerationStatus.RUNNING, GenerationStatus.MADE)


class LedgerKind(StrEnum):
    """What a line of the ledger records."""

    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    GRANT = "grant"
    RESET = "reset"


class RuleScope(StrEnum):
    """Whom a quota rule is about."""

    MEMBER = "member"
    ROLE = "role"
    SERVER = "server"


def _word(words: type[StrEnum]) -> Enum:
    """Store a closed set of words as text: a native enum needs DDL for every new word."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


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


class Generation(Base, kw_only=True):
    """One request for pictures, with all that another process needs to finish or undo it."""

    __tablename__ = "generations"
    __table_args__ = (
        Index("ix_generations_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_generations_posted_message_id", "posted_message_id"),
        Index(
            "ix_generations_lease_until",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[GenerationStatus] = mapped_column(_word(GenerationStatus), default=GenerationStatus.HELD)
    kind: Mapped[str] = mapped_column(String(16))

    guild_id: Mapped[int]
    channel_id: Mapped[int]
    user_id: Mapped[int]
    reply_to_message_id: Mapped[int | None] = mapped_column(default=None)

    request: Mapped[dict[str, Any]] = mapped_column(repr=False)
    images_wanted: Mapped[int] = mapped_column(Integer)
    images_made: Mapped[int] = mapped_column(Integer, default=0)

    application_id: Mapped[int | None] = mapped_column(default=None)
    interaction_token: Mapped[str | None] = mapped_column(Words, default=None, repr=False)
    interaction_expires_at: Mapped[datetime | None] = mapped_column(default=None)

    lease_owner: Mapped[str | None] = mapped_column(String(64), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)

    cost: Mapped[Decimal | None] = mapped_column(default=None)
    payment_source: Mapped[str | None] = mapped_column(Words, default=None)
    vendor_request_id: Mapped[str | None] = mapped_column(Words, default=None)

    posted_channel_id: Mapped[int | None] = mapped_column(default=None)
    posted_message_id: Mapped[int | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(Words, default=None, repr=False)


class Picture(Base, kw_only=True):
    """A picture that was paid for: where it can be fetched, its bytes until it is posted, or the task that makes it."""

    __tablename__ = "pictures"

    generation_id: Mapped[str] = mapped_column(String(32), ForeignKey("generations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    url: Mapped[str | None] = mapped_column(Words, default=None, repr=False)
    data: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    media: Mapped[str | None] = mapped_column(Words, default=None)
    task_id: Mapped[str | None] = mapped_column(Words, default=None, repr=False)


class QuotaAccount(Base, kw_only=True):
    """One member in one server (guild 0: direct messages): the row that is locked while the ledger is summed."""

    __tablename__ = "quota_accounts"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)


class LedgerEntry(Base, kw_only=True):
    """One line of the books, never changed: triggers refuse UPDATE and DELETE.

    `allowance_images` counts up what was used of an allowance and `grant_images` counts what is left of the
    credits, so a hold is (+a, −g) and a release (−a, +g). A settlement or release carries its hold's id in
    `hold_id` and its hold's moment in `counts_at`. `generation_id` is no foreign key: the books outlive it.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_guild_id_user_id_counts_at", "guild_id", "user_id", "counts_at"),
        Index("ix_ledger_entries_guild_id_counts_at", "guild_id", "counts_at"),
        Index(
            "ix_ledger_entries_grants",
            "guild_id",
            "user_id",
            "grant_images",
            sqlite_where=text("grant_images <> 0"),
            postgresql_where=text("grant_images <> 0"),
        ),
        Index(
            "ix_ledger_entries_resets",
            "guild_id",
            "user_id",
            "id",
            sqlite_where=text("kind = 'reset'"),
            postgresql_where=text("kind = 'reset'"),
        ),
        # One hold a generation, one end a hold: the database itself refuses to count or give back twice.
        Index(
            "uq_ledger_entries_generation_id",
            "generation_id",
            unique=True,
            sqlite_where=text("kind = 'hold'"),
            postgresql_where=text("kind = 'hold'"),
        ),
        Index("uq_ledger_entries_hold_id", "hold_id", unique=True),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True, init=False)
    at: Mapped[datetime]
    counts_at: Mapped[datetime]
    guild_id: Mapped[int]
    user_id: Mapped[int]
    generation_id: Mapped[str | None] = mapped_column(String(32), default=None)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entries.id"), default=None)
    kind: Mapped[LedgerKind] = mapped_column(_word(LedgerKind))
    allowance_images: Mapped[int] = mapped_column(Integer, default=0)
    grant_images: Mapped[int] = mapped_column(Integer, default=0)
    cost: Mapped[Decimal | None] = mapped_column(default=None)
    actor_id: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(Words, default=None)


class QuotaRule(Base, kw_only=True):
    """What an admin allows: `images` a `period`, where NULL is unlimited. `subject_id` of a server's rule is 0."""

    __tablename__ = "quota_rules"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[RuleScope] = mapped_column(_word(RuleScope), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    images: Mapped[int | None] = mapped_column(Integer)
    period: Mapped[Period] = mapped_column(_word(Period))
    updated_by: Mapped[int]
    updated_at: Mapped[datetime]


class GuildSettingsRow(Base, kw_only=True):
    """What the admins of a server chose, where NULL leaves it to the bot's default."""

    __tablename__ = "guild_settings"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    moderation: Mapped[bool | None] = mapped_column(default=None)
    check_results: Mapped[bool | None] = mapped_column(default=None)
    updated_by: Mapped[int]
    updated_at: Mapped[datetime]


class Process(Base, kw_only=True):
    """A process of the bot that gave a sign of life, under the name that its leases bear."""

    __tablename__ = "processes"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_until: Mapped[datetime]
    started_at: Mapped[datetime]


class BotState(Base, kw_only=True):
    """What the bot remembers about itself between two starts."""

    __tablename__ = "bot_state"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
