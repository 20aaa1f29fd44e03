"""Forms and their submissions."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "intake_form",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("allowed_origins", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("switched_off_at", UtcDateTime(), nullable=True),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("last_submitted_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("submissions >= 0", name=op.f("ck_intake_form_submissions")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_intake_form_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_form")),
        sa.UniqueConstraint("slug", name=op.f("uq_intake_form_slug")),
    )
    op.create_index("ix_intake_form_account", "intake_form", ["account_id", "id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_submission_account_id")),
        sa.ForeignKeyConstraint(["form_id"], ["intake_form.id"], name=op.f("fk_submission_form_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_submission_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_submission_fingerprint")),
    )
    op.create_index("ix_submission_form", "submission", ["form_id", "id"], unique=False)
    op.create_index("ix_submission_contact", "submission", ["contact_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("submission")
    op.drop_table("intake_form")
