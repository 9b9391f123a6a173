"""Quotas in pictures and dollars, caps, grants that expire, and who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122c"
down_revision: str | None = "20261122b"
branch_labels: None = None
depends_on: None = None

_MOMENT = sa.DateTime(timezone=True)
_DOLLARS = sa.Numeric(14, 6).with_variant(sa.BigInteger(), "sqlite")
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORD = sa.String(16)
_MICROS = 1_000_000  # SQLite keeps dollars as whole millionths

_QUARTER_SQLITE = "strftime('%Y-%m-%d %H:%M:%S.000000', strftime('%s', counts_at) / 900 * 900, 'unixepoch')"
_QUARTER_POSTGRES = "to_timestamp(floor(extract(epoch FROM counts_at) / 900) * 900)"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _give_rules_units(is_sqlite=is_sqlite)
    _widen_ledger()
    _count_old_entries(is_sqlite=is_sqlite)
    _create_buckets(_QUARTER_SQLITE if is_sqlite else _QUARTER_POSTGRES)
    _create_changes(is_sqlite=is_sqlite)
    op.add_column("guild_settings", sa.Column("timezone", sa.String(64), nullable=True))
    op.add_column("guild_settings", sa.Column("log_channel_id", sa.BigInteger(), nullable=True))


def _give_rules_units(*, is_sqlite: bool) -> None:
    old = sa.table(
        "quota_rules",
        *(sa.column(name) for name in ("guild_id", "scope", "subject_id", "images", "period", "updated_by")),
        sa.column("updated_at", _MOMENT),
    )
    rows = [dict(row) for row in op.get_bind().execute(sa.select(old)).mappings()]
    op.drop_table("quota_rules")
    new = op.create_table(
        "quota_rules",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", _WORD, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", _WORD, nullable=False),
        sa.Column("amount", _DOLLARS, nullable=True),
        sa.Column("period", _WORD, nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "scope", "subject_id", "unit", name="pk_quota_rules"),
    )
    for row in rows:
        images = row.pop("images")
        row["unit"] = "images"
        row["amount"] = images * _MICROS if is_sqlite and images is not None else images
    op.bulk_insert(new, rows)


def _widen_ledger() -> None:
    for name in ("part_of", "grant_id"):
        op.add_column("ledger_entries", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("allowance_usd", "grant_usd"):
        op.add_column(
            "ledger_entries", sa.Column(name, _DOLLARS, nullable=False, server_default=sa.text("0"))
        )
    op.add_column("ledger_entries", sa.Column("expires_at", _MOMENT, nullable=True))
    op.drop_index("ix_ledger_entries_grants", "ledger_entries")
    op.drop_index("uq_ledger_entries_generation_id", "ledger_entries")
    _create_partial_index("ix_ledger_entries_grants", ["guild_id", "user_id"], "kind = 'grant'")
    _create_partial_index("ix_ledger_entries_grant_id", ["grant_id"], "grant_id IS NOT NULL")
    _create_partial_index("ix_ledger_entries_part_of", ["part_of"], "part_of IS NOT NULL")
    _create_partial_index(
        "uq_ledger_entries_generation_id",
        ["generation_id"],
        "kind = 'hold' AND part_of IS NULL",
        unique=True,
    )


def _count_old_entries(*, is_sqlite: bool) -> None:
    """Count what was paid so far in dollars too, and say of credits whose they are.

    No credit of before has an end, so all of an account's are one: its first grant, to which later ones were added.
    """
    _let_ledger_change(is_sqlite=is_sqlite)
    op.execute(
        "UPDATE ledger_entries SET allowance_usd = cost WHERE kind = 'settle' AND cost IS NOT NULL AND cost <> 0"
    )
    op.execute(
        """
        UPDATE ledger_entries SET grant_id = (
            SELECT min(first.id) FROM ledger_entries AS first
            WHERE first.kind = 'grant' AND first.guild_id = ledger_entries.guild_id
            AND first.user_id = ledger_entries.user_id
        )
        WHERE grant_images <> 0
        """
    )
    op.execute("UPDATE ledger_entries SET grant_id = NULL WHERE grant_id = id")  # a grant of its own
    _forbid_ledger_to_change(is_sqlite=is_sqlite)


def _let_ledger_change(*, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute("DROP TRIGGER ledger_entries_refuse_update")
    else:
        op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_refuse_change")


def _forbid_ledger_to_change(*, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute(_sqlite_trigger("ledger_entries", "update"))
    else:
        op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_refuse_change")


def _create_buckets(quarter: str) -> None:
    op.create_table(
        "usage_buckets",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("images", sa.BigInteger(), nullable=False),
        sa.Column("usd", _DOLLARS, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "starts_at", "slot", name="pk_usage_buckets"),
    )
    op.execute(
        f"""
        INSERT INTO usage_buckets (guild_id, starts_at, slot, images, usd)
        SELECT guild_id, {quarter}, 0, sum(allowance_images - grant_images), sum(allowance_usd - grant_usd)
        FROM ledger_entries WHERE kind IN ('hold', 'settle', 'release') GROUP BY 1, 2
        """  # noqa: S608 - a constant of this file
    )
    op.execute(
        """
        INSERT INTO usage_buckets (guild_id, starts_at, slot, images, usd)
        SELECT -1, starts_at, 0, sum(images), sum(usd) FROM usage_buckets GROUP BY starts_at
        """
    )


def _create_changes(*, is_sqlite: bool) -> None:
    op.create_table(
        "quota_changes",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("action", _WORD, nullable=False),
        sa.Column("scope", _WORD, nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quota_changes"),
    )
    op.create_index("ix_quota_changes_guild_id_id", "quota_changes", ["guild_id", "id"])
    if is_sqlite:
        op.execute(_sqlite_trigger("quota_changes", "update"))
        op.execute(_sqlite_trigger("quota_changes", "delete"))
        return
    op.execute(
        """
        CREATE FUNCTION quota_changes_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'quota_changes is append-only'; END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER quota_changes_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON quota_changes
        FOR EACH STATEMENT EXECUTE FUNCTION quota_changes_refuse()
        """
    )


def _sqlite_trigger(table: str, change: str) -> str:
    return (
        f"CREATE TRIGGER {table}_refuse_{change} BEFORE {change.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _create_partial_index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        "ledger_entries",
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
