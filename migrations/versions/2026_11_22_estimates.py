"""For how many pictures of a request nobody told a price, so that the estimate stands for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122e"
down_revision: str | None = "20261122d"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.add_column(
        "pictures", sa.Column("is_priced", sa.Boolean, nullable=False, server_default=sa.text("true"))
    )
    op.add_column("ledger_entries", sa.Column("estimated_images", sa.Integer))
