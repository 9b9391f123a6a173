"""What was paid for pictures that never arrived, which caps count and members do not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122d"
down_revision: str | None = "20261122c"
branch_labels: None = None
depends_on: None = None

_DOLLARS = sa.Numeric(14, 6).with_variant(sa.BigInteger(), "sqlite")
_QUARTER_SQLITE = "strftime('%Y-%m-%d %H:%M:%S.000000', strftime('%s', counts_at) / 900 * 900, 'unixepoch')"
_QUARTER_POSTGRES = "to_timestamp(floor(extract(epoch FROM counts_at) / 900) * 900)"


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column(
        "ledger_entries",
        sa.Column("written_off_usd", _DOLLARS, nullable=False, server_default=sa.text("0")),
    )
    _let_ledger_change(is_sqlite=is_sqlite)
    _write_off_known_costs()
    _forbid_ledger_to_change(is_sqlite=is_sqlite)
    _count_in_buckets(_QUARTER_SQLITE if is_sqlite else _QUARTER_POSTGRES)


def _write_off_known_costs() -> None:
    """Take what answers told of a generation that came to nothing; what may have been paid besides nobody wrote down."""
    op.execute(
        """
        UPDATE ledger_entries SET (cost, written_off_usd) = (
            SELECT generations.cost, generations.cost FROM generations
            WHERE generations.id = ledger_entries.generation_id
        )
        WHERE kind = 'release' AND part_of IS NULL AND EXISTS (
            SELECT 1 FROM generations
            WHERE generations.id = ledger_entries.generation_id AND generations.cost IS NOT NULL
        )
        """
    )


def _let_ledger_change(*, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute("DROP TRIGGER ledger_entries_refuse_update")
    else:
        op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_refuse_change")


def _forbid_ledger_to_change(*, is_sqlite: bool) -> None:
    if is_sqlite:
        op.execute(
            "CREATE TRIGGER ledger_entries_refuse_update BEFORE UPDATE ON ledger_entries "
            "BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END"
        )
    else:
        op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_entries_refuse_change")


def _count_in_buckets(quarter: str) -> None:
    for guild_id in ("guild_id", "-1"):
        op.execute(
            f"""
            INSERT INTO usage_buckets (guild_id, starts_at, slot, images, usd)
            SELECT {guild_id}, {quarter}, 0, 0, sum(written_off_usd)
            FROM ledger_entries WHERE written_off_usd <> 0 GROUP BY 1, 2
            ON CONFLICT (guild_id, starts_at, slot) DO UPDATE SET usd = usage_buckets.usd + excluded.usd
            """  # noqa: S608 - constants of this file
        )
