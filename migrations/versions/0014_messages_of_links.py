"""Finds the messages of a link."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

OF_LINK = sa.text("link_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_message_link",
        "message",
        ["link_id", "id"],
        unique=False,
        postgresql_where=OF_LINK,
        sqlite_where=OF_LINK,
    )


def downgrade() -> None:
    op.drop_index("ix_message_link", table_name="message")
