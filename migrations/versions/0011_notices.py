"""What calendars say about their mails, and who asked not to be reminded."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_notice",
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("on_since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_notice_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "kind", name=op.f("pk_calendar_notice")),
    )
    op.create_table(
        "mail_opt_out",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_opt_out_account_id")),
        sa.PrimaryKeyConstraint("account_id", "address", name=op.f("pk_mail_opt_out")),
    )
    op.create_index("ix_message_address", "message", ["account_id", "to_address", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_message_address", table_name="message")
    op.drop_table("mail_opt_out")
    op.drop_table("calendar_notice")
