"""Calendars and their date overrides."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tz", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("switched_off_at", UtcDateTime(), nullable=True),
        sa.Column("weekly_hours", sa.JSON(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer(), nullable=False),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=False),
        sa.Column(
            "window_kind",
            sa.Enum(
                "days",
                "range",
                name="window_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("window_from_on", sa.Date(), nullable=True),
        sa.Column("window_until_on", sa.Date(), nullable=True),
        sa.Column("limit_per_day", sa.Integer(), nullable=True),
        sa.Column("limit_per_week", sa.Integer(), nullable=True),
        sa.Column(
            "location_kind",
            sa.Enum(
                "video",
                "host_calls",
                "contact_calls",
                "in_person",
                "custom",
                name="location_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("location_detail", sa.String(length=500), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("expired_shows_host", sa.Boolean(), nullable=False),
        sa.Column(
            "expired_contact_kind",
            sa.Enum(
                "none",
                "email",
                "phone",
                name="contact_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("expired_contact", sa.String(length=254), nullable=False),
        sa.Column("expired_message", sa.String(length=1000), nullable=False),
        sa.Column("expired_offers_public_link", sa.Boolean(), nullable=False),
        sa.CheckConstraint("buffer_after_minutes BETWEEN 0 AND 1440", name=op.f("ck_calendar_buffer_after")),
        sa.CheckConstraint(
            "buffer_before_minutes BETWEEN 0 AND 1440", name=op.f("ck_calendar_buffer_before")
        ),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name=op.f("ck_calendar_duration")),
        sa.CheckConstraint("step_minutes BETWEEN 1 AND 1440", name=op.f("ck_calendar_step")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_account_id")),
        sa.ForeignKeyConstraint(["host_id"], ["user_account.id"], name=op.f("fk_calendar_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("slug", name=op.f("uq_calendar_slug")),
    )
    op.create_index("ix_calendar_account", "calendar", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_calendar_host_id"), "calendar", ["host_id"], unique=False)
    op.create_table(
        "date_override",
        sa.Column("id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_date_override_order")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_date_override_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_override")),
    )
    op.create_index("ix_date_override_calendar", "date_override", ["calendar_id", "from_on"], unique=False)


def downgrade() -> None:
    op.drop_table("date_override")
    op.drop_table("calendar")
