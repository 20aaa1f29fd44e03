"""Finds the links of an account by when they were made."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index("ix_one_time_link_made", "one_time_link", ["account_id", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_one_time_link_made", table_name="one_time_link")
