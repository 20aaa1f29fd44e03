"""Links that ask who holds them, and the codes they ask for."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_ADDRESS = "NOT checks_recipient OR for_email <> ''"


def upgrade() -> None:
    _add_option()
    op.create_table(
        "recipient_challenge",
        sa.Column("id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_recipient_challenge_tries")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["one_time_link.id"], name=op.f("fk_recipient_challenge_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient_challenge")),
    )
    op.create_index("ix_recipient_challenge_link", "recipient_challenge", ["link_id", "id"], unique=False)
    op.create_index(
        op.f("ix_recipient_challenge_expires_at"), "recipient_challenge", ["expires_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("recipient_challenge")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_one_time_link_checks_recipient", "one_time_link")
    op.drop_column("one_time_link", "checks_recipient")


def _add_option() -> None:
    """SQLite takes a condition along with a new column only: to add one later, it would copy the whole table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE one_time_link ADD COLUMN checks_recipient BOOLEAN NOT NULL DEFAULT 0 "
            f"CONSTRAINT ck_one_time_link_checks_recipient CHECK ({HAS_ADDRESS})"
        )
        return
    op.add_column(
        "one_time_link",
        sa.Column("checks_recipient", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_check_constraint(op.f("ck_one_time_link_checks_recipient"), "one_time_link", HAS_ADDRESS)
