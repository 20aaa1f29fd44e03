"""Requests for a new link, each of which is settled once."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("status = 'open'")

# Two presses at once make one link: the second one finds the request settled, and everything it did rolls back.
GUARDS = {
    "sqlite": [
        """CREATE TRIGGER link_request_settled_once BEFORE UPDATE ON link_request
        WHEN OLD.status <> 'open' AND (NEW.status <> OLD.status OR NEW.new_link_id IS NOT OLD.new_link_id)
        BEGIN SELECT RAISE(ABORT, 'link_request: a settled request stays as it is'); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION link_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.status <> OLD.status OR NEW.new_link_id IS DISTINCT FROM OLD.new_link_id THEN
            RAISE EXCEPTION 'link_request: a settled request stays as it is' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER link_request_settled_once BEFORE UPDATE ON link_request
        FOR EACH ROW WHEN (OLD.status <> 'open') EXECUTE FUNCTION link_request_guard()""",
    ],
}


def upgrade() -> None:
    op.create_table(
        "link_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "answered",
                "ignored",
                name="request_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("new_link_id", ID, nullable=True),
        sa.CheckConstraint(
            "(status = 'open') = (settled_at IS NULL)", name=op.f("ck_link_request_settled_at")
        ),
        sa.CheckConstraint(
            "(status = 'answered') = (new_link_id IS NOT NULL)", name=op.f("ck_link_request_new_link_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_request_account_id")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_link_request_calendar_id")),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name=op.f("fk_link_request_link_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user_account.id"], name=op.f("fk_link_request_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["new_link_id"], ["one_time_link.id"], name=op.f("fk_link_request_new_link_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
        sa.UniqueConstraint("new_link_id", name=op.f("uq_link_request_new_link_id")),
    )
    op.create_index(
        "ix_link_request_open",
        "link_request",
        ["calendar_id", "id"],
        unique=False,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index("ix_link_request_link", "link_request", ["link_id", "id"], unique=False)
    op.create_index(
        "uq_link_request_asker",
        "link_request",
        ["link_id", "email"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.add_column(
        "calendar",
        sa.Column("expired_offers_new_link", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("calendar", "expired_offers_new_link")
    op.drop_table("link_request")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION link_request_guard")
