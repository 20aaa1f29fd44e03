"""Invitations, changes of e-mail, what a session's browser is called; and a person belongs to one workspace."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN_INVITATION = sa.text("accepted_at IS NULL AND revoked_at IS NULL")
OPEN_CHANGE = sa.text("confirmed_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("session", sa.Column("browser", sa.String(length=60), nullable=False, server_default=""))
    op.drop_index("ix_membership_user_id", "membership")
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=True)
    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner", "admin", "member", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("invited_by_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name=op.f("ck_invitation_one_end")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user_account.id"], name=op.f("fk_invitation_invited_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("nonce", name=op.f("uq_invitation_nonce")),
    )
    op.create_index(
        "ix_invitation_open",
        "invitation",
        ["account_id", "email"],
        unique=True,
        postgresql_where=OPEN_INVITATION,
        sqlite_where=OPEN_INVITATION,
    )
    op.create_table(
        "email_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_email_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("nonce", name=op.f("uq_email_change_nonce")),
    )
    op.create_index(
        "ix_email_change_open",
        "email_change",
        ["user_id"],
        unique=True,
        postgresql_where=OPEN_CHANGE,
        sqlite_where=OPEN_CHANGE,
    )


def downgrade() -> None:
    op.drop_table("email_change")
    op.drop_table("invitation")
    op.drop_index("ix_membership_user_id", "membership")
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=False)
    op.drop_column("session", "browser")
