"""Bookings, of which no two of one host overlap."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Two live bookings of one host never overlap, buffers included: an exclusion constraint on PostgreSQL, triggers
# on SQLite. A booking blocks less than four days, so a trigger looks no further back than that.
LONGEST_BLOCK_US = 4 * 24 * 3600 * 1_000_000
OVERLAPS = f"""EXISTS (
          SELECT 1 FROM booking AS other
          WHERE other.host_id = NEW.host_id AND other.status <> 'cancelled' AND other.id IS NOT NEW.id
          AND other.blocked_from < NEW.blocked_until AND other.blocked_until > NEW.blocked_from
          AND other.blocked_from > NEW.blocked_from - {LONGEST_BLOCK_US})"""
TAKEN = "SELECT RAISE(ABORT, 'booking_no_overlap')"

GUARDS = {
    "sqlite": [
        f"""CREATE TRIGGER booking_not_too_long BEFORE INSERT ON booking
        WHEN NEW.blocked_until - NEW.blocked_from >= {LONGEST_BLOCK_US}
        BEGIN SELECT RAISE(ABORT, 'booking: blocks four days or more'); END""",
        f"""CREATE TRIGGER booking_not_made_too_long BEFORE UPDATE ON booking
        WHEN NEW.blocked_until - NEW.blocked_from >= {LONGEST_BLOCK_US}
        BEGIN SELECT RAISE(ABORT, 'booking: blocks four days or more'); END""",
        f"""CREATE TRIGGER booking_no_overlap_made BEFORE INSERT ON booking
        WHEN NEW.status <> 'cancelled' AND {OVERLAPS} BEGIN {TAKEN}; END""",
        f"""CREATE TRIGGER booking_no_overlap_moved
        BEFORE UPDATE OF status, host_id, blocked_from, blocked_until ON booking
        WHEN NEW.status <> 'cancelled' AND {OVERLAPS} BEGIN {TAKEN}; END""",
        """CREATE TRIGGER booking_stays_cancelled BEFORE UPDATE ON booking
        WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled'
        BEGIN SELECT RAISE(ABORT, 'booking: a cancelled booking is never revived'); END""",
    ],
    "postgresql": [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """ALTER TABLE booking ADD CONSTRAINT booking_no_overlap
        EXCLUDE USING gist (host_id WITH =, tstzrange(blocked_from, blocked_until) WITH &&)
        WHERE (status <> 'cancelled')""",
        """ALTER TABLE booking ADD CONSTRAINT booking_not_too_long
        CHECK (blocked_until - blocked_from < interval '4 days')""",
        """CREATE FUNCTION booking_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.status = 'cancelled' AND NEW.status <> 'cancelled' THEN
            RAISE EXCEPTION 'booking: a cancelled booking is never revived' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER booking_guard BEFORE UPDATE ON booking
        FOR EACH ROW EXECUTE FUNCTION booking_guard()""",
    ],
}
REMOVED = {
    "sqlite": [],
    "postgresql": ["DROP TRIGGER booking_guard ON booking", "DROP FUNCTION booking_guard"],
}


def upgrade() -> None:
    op.create_table(
        "booking",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=True),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "tentative",
                "confirmed",
                "cancelled",
                name="booking_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("manage_nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_from", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=False),
        sa.Column("counted_day", sa.Date(), nullable=False),
        sa.Column("counted_week", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("tz", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("location", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column(
            "cancelled_by",
            sa.Enum("host", "contact", name="party", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("cancel_reason", sa.String(length=500), nullable=False),
        sa.Column("no_show_at", UtcDateTime(), nullable=True),
        sa.Column("form_key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_booking_cancelled_at")
        ),
        sa.CheckConstraint(
            "blocked_from <= starts_at AND blocked_until >= ends_at", name=op.f("ck_booking_blocked")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_times")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_booking_account_id")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_booking_calendar_id")),
        sa.ForeignKeyConstraint(["host_id"], ["user_account.id"], name=op.f("fk_booking_host_id")),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name=op.f("fk_booking_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("form_key_hash", name=op.f("uq_booking_form_key_hash")),
        sa.UniqueConstraint("manage_nonce", name=op.f("uq_booking_manage_nonce")),
        sa.UniqueConstraint("uid", name=op.f("uq_booking_uid")),
    )
    op.create_index("ix_booking_account", "booking", ["account_id", "starts_at"], unique=False)
    op.create_index(
        "ix_booking_cancelled",
        "booking",
        ["account_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("status = 'cancelled'"),
        sqlite_where=sa.text("status = 'cancelled'"),
    )
    op.create_index("ix_booking_calendar", "booking", ["calendar_id", "starts_at"], unique=False)
    op.create_index(
        "ix_booking_host_blocked",
        "booking",
        ["host_id", "blocked_from"],
        unique=False,
        postgresql_where=sa.text("status <> 'cancelled'"),
        sqlite_where=sa.text("status <> 'cancelled'"),
    )
    op.create_index("uq_booking_link", "booking", ["link_id"], unique=True)
    op.create_table(
        "booking_count",
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column(
            "period",
            sa.Enum("day", "week", name="limit_period", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("bookings", sa.Integer(), nullable=False),
        sa.CheckConstraint("bookings >= 0", name=op.f("ck_booking_count_bookings")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_booking_count_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "period", "starts_on", name=op.f("pk_booking_count")),
    )

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.DDL(statement.replace("%", "%%")))


def downgrade() -> None:
    for statement in REMOVED[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("booking_count")
    op.drop_table("booking")
