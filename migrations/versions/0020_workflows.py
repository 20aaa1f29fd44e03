"""Workflows, their versions, runs of contacts through them, and the links that runs make."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("state = 'waiting'")
FOLLOWING = sa.text("follows <> ''")
OPEN_OF_CONTACT = sa.text("status = 'active' AND contact_id IS NOT NULL")
MAY_EXPIRE = sa.text("status = 'active' AND expires_at IS NOT NULL")


def upgrade() -> None:
    _create_workflows()
    _create_runs()
    _create_links()
    # What the clock finds: links that were left unopened or have expired, and what was seen of them lately.
    op.create_index(
        "ix_one_time_link_open",
        "one_time_link",
        ["account_id", "created_at"],
        postgresql_where=OPEN_OF_CONTACT,
        sqlite_where=OPEN_OF_CONTACT,
    )
    op.create_index(
        "ix_one_time_link_expires",
        "one_time_link",
        ["account_id", "expires_at"],
        postgresql_where=MAY_EXPIRE,
        sqlite_where=MAY_EXPIRE,
    )
    op.create_index("ix_link_sighting_first", "link_sighting", ["kind", "first_at"])
    op.create_index("ix_link_sighting_last", "link_sighting", ["kind", "last_at"])


def downgrade() -> None:
    for index, table in (
        ("ix_link_sighting_last", "link_sighting"),
        ("ix_link_sighting_first", "link_sighting"),
        ("ix_one_time_link_expires", "one_time_link"),
        ("ix_one_time_link_open", "one_time_link"),
    ):
        op.drop_index(index, table)
    for table in (
        "workflow_live_link",
        "workflow_run_link",
        "workflow_step_run",
        "workflow_run",
        "workflow_version",
        "workflow",
    ):
        op.drop_table(table)


def _create_workflows() -> None:
    op.create_table(
        "workflow",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("published_id", ID, nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("follows", sa.String(length=24), nullable=False),
        sa.Column("on_since", UtcDateTime(), nullable=True),
        sa.Column("hook_nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.CheckConstraint("NOT is_on OR published_id IS NOT NULL", name=op.f("ck_workflow_published")),
        sa.CheckConstraint("is_on = (follows <> '')", name=op.f("ck_workflow_follows")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_workflow_account_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_workflow_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow")),
        sa.UniqueConstraint("hook_nonce", name=op.f("uq_workflow_hook_nonce")),
    )
    op.create_index("ix_workflow_account", "workflow", ["account_id", "id"])
    op.create_index(
        "ix_workflow_follows",
        "workflow",
        ["follows", "account_id"],
        postgresql_where=FOLLOWING,
        sqlite_where=FOLLOWING,
    )
    op.create_table(
        "workflow_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow.id"],
            name=op.f("fk_workflow_version_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["user_account.id"], name=op.f("fk_workflow_version_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_version")),
        sa.UniqueConstraint("workflow_id", "number", name=op.f("uq_workflow_version_workflow_id_number")),
    )


def _create_runs() -> None:
    op.create_table(
        "workflow_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=False),
        sa.Column("started_by", sa.String(length=24), nullable=False),
        sa.Column("booking_id", ID, nullable=True),
        sa.Column("link_id", ID, nullable=True),
        sa.Column("state", _state("run_state", "waiting", "done", "failed", "stopped"), nullable=False),
        sa.Column("at_key", sa.String(length=16), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name=op.f("ck_workflow_run_due_at")),
        sa.CheckConstraint(
            "(state IN ('done', 'stopped')) = (ended_at IS NOT NULL)", name=op.f("ck_workflow_run_ended_at")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_workflow_run_account_id")),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_run_workflow_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["workflow_version.id"],
            name=op.f("fk_workflow_run_version_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_workflow_run_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_run")),
        sa.UniqueConstraint(
            "workflow_id", "contact_id", "entry", name=op.f("uq_workflow_run_workflow_id_contact_id_entry")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_workflow_run_waiting",
        "workflow_run",
        ["workflow_id", "contact_id"],
        unique=True,
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index(
        "ix_workflow_run_due", "workflow_run", ["due_at"], postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.create_index("ix_workflow_run_workflow", "workflow_run", ["workflow_id", "state", "id"])
    op.create_index("ix_workflow_run_started", "workflow_run", ["workflow_id", "started_at"])
    op.create_index("ix_workflow_run_contact", "workflow_run", ["contact_id", "state", "id"])
    op.create_index("ix_workflow_run_account", "workflow_run", ["account_id", "state", "id"])
    op.create_index("ix_workflow_run_booking", "workflow_run", ["booking_id"])
    op.create_index("ix_workflow_run_link", "workflow_run", ["link_id"])
    op.create_table(
        "workflow_step_run",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("step_key", sa.String(length=16), nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column(
            "state",
            _state("step_state", "waiting", "calling", "done", "skipped", "failed"),
            nullable=False,
        ),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["workflow_run.id"], name=op.f("fk_workflow_step_run_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "step_key", name=op.f("pk_workflow_step_run")),
    )
    op.create_index("ix_workflow_step_run_step", "workflow_step_run", ["workflow_id", "step_key", "state"])


def _create_links() -> None:
    op.create_table(
        "workflow_run_link",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("step_key", sa.String(length=16), nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["workflow_run.id"], name=op.f("fk_workflow_run_link_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name=op.f("fk_workflow_run_link_link_id")),
        sa.PrimaryKeyConstraint("run_id", "step_key", name=op.f("pk_workflow_run_link")),
    )
    op.create_index("ix_workflow_run_link_made", "workflow_run_link", ["link_id"])
    op.create_table(
        "workflow_live_link",
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("step_key", sa.String(length=16), nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflow.id"],
            name=op.f("fk_workflow_live_link_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_workflow_live_link_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_workflow_live_link_calendar_id")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["one_time_link.id"], name=op.f("fk_workflow_live_link_link_id")
        ),
        sa.PrimaryKeyConstraint(
            "workflow_id", "step_key", "contact_id", "calendar_id", name=op.f("pk_workflow_live_link")
        ),
    )
    op.create_index(op.f("ix_workflow_live_link_contact_id"), "workflow_live_link", ["contact_id"])


def _state(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
