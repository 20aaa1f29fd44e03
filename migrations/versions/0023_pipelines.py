"""Pipelines with their stages, opportunities and the moves these made."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0023"
down_revision = "0022"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OUTCOMES = ("open", "won", "lost")


def upgrade() -> None:
    op.create_table(
        "pipeline",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pipeline_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipeline")),
    )
    op.create_index("ix_pipeline_account", "pipeline", ["account_id", "id"], unique=False)
    op.create_table(
        "stage",
        sa.Column("id", ID, nullable=False),
        sa.Column("pipeline_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(*OUTCOMES, name="outcome", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipeline.id"], name=op.f("fk_stage_pipeline_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("id", "pipeline_id", name=op.f("uq_stage_id_pipeline_id")),
    )
    op.create_index("ix_stage_pipeline", "stage", ["pipeline_id", "position"], unique=False)
    _create_opportunities()


def downgrade() -> None:
    for table in ("opportunity_move", "opportunity", "stage", "pipeline"):
        op.drop_table(table)


def _create_opportunities() -> None:
    op.create_table(
        "opportunity",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("pipeline_id", ID, nullable=False),
        sa.Column("stage_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_opportunity_value")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opportunity_account_id")),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipeline.id"], name=op.f("fk_opportunity_pipeline_id")),
        sa.ForeignKeyConstraint(
            ["stage_id", "pipeline_id"],
            ["stage.id", "stage.pipeline_id"],
            name=op.f("fk_opportunity_stage_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_opportunity_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_opportunity_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    for name, columns in (
        ("board", ["pipeline_id", "stage_id", "moved_at", "id"]),
        ("table", ["pipeline_id", "id"]),
        ("contact", ["contact_id", "id"]),
    ):
        op.create_index(f"ix_opportunity_{name}", "opportunity", columns, unique=False)
    op.create_table(
        "opportunity_move",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("opportunity_id", ID, nullable=False),
        sa.Column("from_name", sa.String(length=80), nullable=False),
        sa.Column("to_name", sa.String(length=80), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opportunity_move_account_id")),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunity.id"],
            name=op.f("fk_opportunity_move_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_opportunity_move_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_move")),
    )
    op.create_index(
        "ix_opportunity_move_opportunity", "opportunity_move", ["opportunity_id", "id"], unique=False
    )
