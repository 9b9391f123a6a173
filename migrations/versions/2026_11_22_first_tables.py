"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122a"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

_MOMENT = sa.DateTime(timezone=True)
_DOLLARS = sa.Numeric(14, 6).with_variant(sa.BigInteger(), "sqlite")
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORD = sa.String(16)

# A later script that alters `ledger_entries` by copying it on SQLite has to create these two again.
_SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER ledger_entries_refuse_update BEFORE UPDATE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END
    """,
    """
    CREATE TRIGGER ledger_entries_refuse_delete BEFORE DELETE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END
    """,
)
_POSTGRES_TRIGGERS = (
    """
    CREATE FUNCTION ledger_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'ledger_entries is append-only'; END $$
    """,
    """
    CREATE TRIGGER ledger_entries_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_refuse()
    """,
)


def upgrade() -> None:
    _create_generations()
    _create_quotas()
    _create_ledger()
    op.create_table(
        "bot_state",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bot_state"),
    )


def _create_generations() -> None:
    op.create_table(
        "generations",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("status", _WORD, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("reply_to_message_id", sa.BigInteger(), nullable=True),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("images_wanted", sa.Integer(), nullable=False),
        sa.Column("images_made", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("interaction_token", sa.Text(), nullable=True),
        sa.Column("interaction_expires_at", _MOMENT, nullable=True),
        sa.Column("lease_owner", sa.String(64), nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("cost", _DOLLARS, nullable=True),
        sa.Column("payment_source", sa.Text(), nullable=True),
        sa.Column("vendor_request_id", sa.Text(), nullable=True),
        sa.Column("posted_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("posted_message_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_generations"),
    )
    op.create_index("ix_generations_user_id_created_at", "generations", ["user_id", "created_at", "id"])
    op.create_index("ix_generations_posted_message_id", "generations", ["posted_message_id"])
    _create_partial_index(
        "ix_generations_lease_until", "generations", ["lease_until"], "lease_until IS NOT NULL"
    )
    op.create_table(
        "pictures",
        sa.Column("generation_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("media", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name="fk_pictures_generation_id_generations"
        ),
        sa.PrimaryKeyConstraint("generation_id", "position", name="pk_pictures"),
    )


def _create_quotas() -> None:
    op.create_table(
        "quota_accounts",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name="pk_quota_accounts"),
    )
    op.create_table(
        "quota_rules",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", _WORD, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("images", sa.Integer(), nullable=True),
        sa.Column("period", _WORD, nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "scope", "subject_id", name="pk_quota_rules"),
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("counts_at", _MOMENT, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("generation_id", sa.String(32), nullable=True),
        sa.Column("hold_id", _ROW_ID, nullable=True),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("allowance_images", sa.Integer(), nullable=False),
        sa.Column("grant_images", sa.Integer(), nullable=False),
        sa.Column("cost", _DOLLARS, nullable=True),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["ledger_entries.id"], name="fk_ledger_entries_hold_id_ledger_entries"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    account = ["guild_id", "user_id"]
    op.create_index("ix_ledger_entries_guild_id_user_id_counts_at", "ledger_entries", [*account, "counts_at"])
    op.create_index("ix_ledger_entries_guild_id_counts_at", "ledger_entries", ["guild_id", "counts_at"])
    op.create_index("uq_ledger_entries_hold_id", "ledger_entries", ["hold_id"], unique=True)
    _create_partial_index(
        "ix_ledger_entries_grants", "ledger_entries", [*account, "grant_images"], "grant_images <> 0"
    )
    _create_partial_index("ix_ledger_entries_resets", "ledger_entries", [*account, "id"], "kind = 'reset'")
    _create_partial_index(
        "uq_ledger_entries_generation_id", "ledger_entries", ["generation_id"], "kind = 'hold'", unique=True
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in _SQLITE_TRIGGERS if is_sqlite else _POSTGRES_TRIGGERS:
        op.execute(trigger)


def _create_partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
