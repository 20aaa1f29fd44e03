"""Workers and what failed. Events of before count as delivered: their mails would come weeks late."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "worker_beat",
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("beats", ID, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker_beat")),
    )
    op.create_table(
        "failed_work",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("handler", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_failed_work_account_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_failed_work_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_work")),
        sa.UniqueConstraint("event_id", "handler", name=op.f("uq_failed_work_event_id_handler")),
    )
    op.create_index("ix_failed_work_account", "failed_work", ["account_id", "failed_at"], unique=False)
    op.execute("UPDATE event SET delivered_at = at WHERE delivered_at IS NULL")


def downgrade() -> None:
    op.drop_table("failed_work")
    op.drop_table("worker_beat")
