"""What is done every so often, while it fails."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "failing_periodic",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_failing_periodic")),
    )


def downgrade() -> None:
    op.drop_table("failing_periodic")
