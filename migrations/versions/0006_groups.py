"""Calendar groups, and which calendars are in them."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_group",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("switched_off_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_group_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_group")),
        sa.UniqueConstraint("slug", name=op.f("uq_calendar_group_slug")),
    )
    op.create_index("ix_calendar_group_account", "calendar_group", ["account_id", "id"], unique=False)
    op.create_table(
        "group_place",
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_group_place_calendar_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["calendar_group.id"], name=op.f("fk_group_place_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", name=op.f("pk_group_place")),
    )
    op.create_index(op.f("ix_group_place_group_id"), "group_place", ["group_id"], unique=False)


def downgrade() -> None:
    op.drop_table("group_place")
    op.drop_table("calendar_group")
