"""Calendars whose bookings are requests until the host answers."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0015"
down_revision = "0014"

# Written out: Alembic would leave the check out on SQLite, where a column may well bring its own.
ADD_REQUEST_END = """ALTER TABLE booking ADD COLUMN request_end VARCHAR(24)
CONSTRAINT ck_booking_request_end CHECK (request_end IN ('declined', 'expired'))"""


def upgrade() -> None:
    op.add_column(
        "calendar", sa.Column("needs_confirmation", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "calendar", sa.Column("answer_minutes", sa.Integer(), nullable=False, server_default="1440")
    )
    op.add_column("booking", sa.Column("answer_by", UtcDateTime(), nullable=True))
    op.execute(ADD_REQUEST_END)
    op.create_index(
        "ix_booking_tentative",
        "booking",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("status = 'tentative'"),
        sqlite_where=sa.text("status = 'tentative'"),
    )


def downgrade() -> None:
    op.drop_index("ix_booking_tentative", "booking")
    op.drop_column("booking", "request_end")
    op.drop_column("booking", "answer_by")
    op.drop_column("calendar", "answer_minutes")
    op.drop_column("calendar", "needs_confirmation")
