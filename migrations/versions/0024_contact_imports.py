"""Lists of contacts on their way in."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0024"
down_revision = "0023"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("loading", "ready", "running", "done", "stopped")
COUNTS = ("lines", "parts", "parts_done", "read", "made", "known", "skipped")


def upgrade() -> None:
    op.create_table(
        "contact_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("created_by_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="import_state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("has_head", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.CheckConstraint("parts_done <= parts", name=op.f("ck_contact_import_parts_done")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_import_account_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_contact_import_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index("ix_contact_import_account", "contact_import", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_contact_import_created_at"), "contact_import", ["created_at"], unique=False)
    op.create_table(
        "contact_import_part",
        sa.Column("import_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        _of_import("contact_import_part"),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_contact_import_part")),
    )
    op.create_table(
        "contact_import_skip",
        sa.Column("import_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        _of_import("contact_import_skip"),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_contact_import_skip")),
    )


def downgrade() -> None:
    for table in ("contact_import_skip", "contact_import_part", "contact_import"):
        op.drop_table(table)


def _of_import(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["import_id"], ["contact_import.id"], name=op.f(f"fk_{table}_import_id"), ondelete="CASCADE"
    )
