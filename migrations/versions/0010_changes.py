"""How long before its start a booking closes for changes by its contact."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("calendar", sa.Column("cutoff_minutes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("calendar", "cutoff_minutes")
