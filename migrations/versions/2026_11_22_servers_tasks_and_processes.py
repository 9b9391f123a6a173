"""What servers chose, pictures that are still being made, and the processes that share a key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122b"
down_revision: str | None = "20261122a"
branch_labels: None = None
depends_on: None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("moderation", sa.Boolean(), nullable=True),
        sa.Column("check_results", sa.Boolean(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guild_settings"),
    )
    op.create_table(
        "processes",
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("seen_until", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_processes"),
    )
    op.add_column("pictures", sa.Column("task_id", sa.Text(), nullable=True))
