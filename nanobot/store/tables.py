"""The tables. `migrations/` builds them; a test compares the two. Imports `nanobot.settings` for `Period`.

There are no relationships on purpose: what a function reads is in its own query, and nothing is loaded behind
an `await`'s back. Fields that hold a secret or a person's words stay out of the `repr`, which lands in logs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from nanobot.settings import Period
from nanobot.store.mapping import Base, word
from nanobot.store.types import RowId, Words


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


ALL_GUILDS = -1  # no guild has this id
OPEN_STATUSES = (GenerationStatus.HELD, GenerationStatus.RUNNING, GenerationStatus.MADE)


class LedgerKind(StrEnum):
    """What a line of the ledger records."""

    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    GRANT = "grant"
    RESET = "reset"
    CORRECTION = "correction"


class RuleScope(StrEnum):
    """Whom a quota rule is about: `server` is each of its members, `cap` all of them together."""

    MEMBER = "member"
    ROLE = "role"
    SERVER = "server"
    CAP = "cap"


class Unit(StrEnum):
    """What a quota counts: pictures, or the US dollars that they cost."""

    IMAGES = "images"
    USD = "usd"


class ChangeAction(StrEnum):
    """What was done to quotas."""

    RULE = "rule"
    GRANT = "grant"
    RESET = "reset"
    CORRECTION = "correction"
    TIMEZONE = "timezone"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class Generation(Base, kw_only=True):
    """One request for pictures, with all that another process needs to finish or undo it."""

    __tablename__ = "generations"
    __table_args__ = (
        Index("ix_generations_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_generations_posted_message_id", "posted_message_id"),
        _partial("ix_generations_lease_until", "lease_until", where="lease_until IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    status: Mapped[GenerationStatus] = mapped_column(word(GenerationStatus), default=GenerationStatus.HELD)
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
    """A picture that was paid for: where it can be fetched, its bytes until it is posted, or the task that makes it.

    It `is_priced` where its answer told what it cost.
    """

    __tablename__ = "pictures"

    generation_id: Mapped[str] = mapped_column(String(32), ForeignKey("generations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    url: Mapped[str | None] = mapped_column(Words, default=None, repr=False)
    data: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    media: Mapped[str | None] = mapped_column(Words, default=None)
    task_id: Mapped[str | None] = mapped_column(Words, default=None, repr=False)
    is_priced: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class QuotaAccount(Base, kw_only=True):
    """The row that is locked while the ledger is summed: a member in a server (guild 0: direct messages).

    User 0 stands for all members of the server, and in `ALL_GUILDS` for everybody.
    """

    __tablename__ = "quota_accounts"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)


class LedgerEntry(Base, kw_only=True):
    """One line of the books, never changed: triggers refuse UPDATE and DELETE.

    `allowance_…` counts up what was used of an allowance and `grant_…` counts what is left of the grant `grant_id`
    (of this one, where it is a grant), so a hold is (+a, −g) and a release (−a, +g), and allowance minus grant is
    what was used altogether. A settlement or release carries its hold's id in `hold_id` and its hold's moment in
    `counts_at`, in `cost` what NanoGPT said it took, and in `written_off_usd` what was or may have been paid for
    pictures that did not arrive: caps count it too, the member does not. Both together are the cost and, for
    `estimated_images`, their share of what was held (NULL: nobody wrote down for how many). What a hold or its end takes from, or gives
    to, grants are further lines, one a grant, with the first line's id in `part_of`; of holds before 2026-11-22 it is
    in the first line itself. `generation_id` is no foreign key: the books outlive it.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_guild_id_user_id_counts_at", "guild_id", "user_id", "counts_at"),
        Index("ix_ledger_entries_guild_id_counts_at", "guild_id", "counts_at"),
        _partial("ix_ledger_entries_grants", "guild_id", "user_id", where="kind = 'grant'"),
        _partial("ix_ledger_entries_resets", "guild_id", "user_id", "id", where="kind = 'reset'"),
        _partial("ix_ledger_entries_grant_id", "grant_id", where="grant_id IS NOT NULL"),
        _partial("ix_ledger_entries_part_of", "part_of", where="part_of IS NOT NULL"),
        # One hold a generation, one end a hold: the database itself refuses to count or give back twice.
        _partial(
            "uq_ledger_entries_generation_id",
            "generation_id",
            where="kind = 'hold' AND part_of IS NULL",
            unique=True,
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
    part_of: Mapped[int | None] = mapped_column(default=None)
    grant_id: Mapped[int | None] = mapped_column(default=None)
    kind: Mapped[LedgerKind] = mapped_column(word(LedgerKind))
    allowance_images: Mapped[int] = mapped_column(Integer, default=0)
    grant_images: Mapped[int] = mapped_column(Integer, default=0)
    allowance_usd: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=text("0"))
    grant_usd: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=text("0"))
    written_off_usd: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=text("0"))
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    cost: Mapped[Decimal | None] = mapped_column(default=None)
    actor_id: Mapped[int | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(Words, default=None)
    estimated_images: Mapped[int | None] = mapped_column(Integer, default=None)


class UsageBucket(Base, kw_only=True):
    """What the lines of the ledger that count in one quarter of an hour add up to, for one server or `ALL_GUILDS`.

    Every zone's midnight is at a quarter of an hour in UTC, so whole buckets make up any day. Only the sum over all
    slots has a meaning: members are spread over them so that they seldom wait for each other's row.
    """

    __tablename__ = "usage_buckets"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    images: Mapped[int]
    usd: Mapped[Decimal]


class QuotaRule(Base, kw_only=True):
    """What is allowed: an `amount` a `period`, where NULL is unlimited. `subject_id` of a server's rule or cap is 0."""

    __tablename__ = "quota_rules"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[RuleScope] = mapped_column(word(RuleScope), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[Unit] = mapped_column(word(Unit), primary_key=True)
    amount: Mapped[Decimal | None]
    period: Mapped[Period] = mapped_column(word(Period))
    updated_by: Mapped[int]
    updated_at: Mapped[datetime]


class QuotaChange(Base, kw_only=True):
    """Who changed what about quotas, never changed itself; `before` and `after` are what then held, NULL for nothing.

    `actor_id` 0 is the operator at a terminal.
    """

    __tablename__ = "quota_changes"
    __table_args__ = (Index("ix_quota_changes_guild_id_id", "guild_id", "id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True, init=False)
    at: Mapped[datetime]
    guild_id: Mapped[int]
    actor_id: Mapped[int]
    action: Mapped[ChangeAction] = mapped_column(word(ChangeAction))
    scope: Mapped[RuleScope | None] = mapped_column(word(RuleScope), default=None)
    subject_id: Mapped[int | None] = mapped_column(default=None)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class GuildSettingsRow(Base, kw_only=True):
    """What the admins of a server chose, where NULL leaves it to the bot's default."""

    __tablename__ = "guild_settings"

    guild_id: Mapped[int] = mapped_column(primary_key=True)
    moderation: Mapped[bool | None] = mapped_column(default=None)
    check_results: Mapped[bool | None] = mapped_column(default=None)
    timezone: Mapped[str | None] = mapped_column(String(64), default=None)
    log_channel_id: Mapped[int | None] = mapped_column(default=None)
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
