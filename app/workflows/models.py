"""Workflows, their versions, and the runs of contacts through them. Rows hold ids and plain values, never a token."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime

# As words of a statement, not as a parameter: else the partial indexes stay unused.
WAITING = text("state = 'waiting'")
FOLLOWING = text("follows <> ''")


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"  # something is to be done, now or when it is due
    DONE = "done"
    FAILED = "failed"  # a step could not be done; it can be tried again
    STOPPED = "stopped"  # ended early: by a reply, a booking, a person


class StepState(StrEnum):
    """Where a step of a run stands."""

    WAITING = "waiting"
    CALLING = "calling"  # somebody outside is being asked, and may have been
    DONE = "done"
    SKIPPED = "skipped"  # there was nothing to do, and the run went on
    FAILED = "failed"


# A step that is over: the run has gone on from it.
OVER = (StepState.DONE, StepState.SKIPPED)


class Workflow(Base):
    """Something happens to a contact, and steps follow. What runs is the published version, never the draft."""

    __tablename__ = "workflow"
    __table_args__ = (
        CheckConstraint("NOT is_on OR published_id IS NOT NULL", name="published"),
        CheckConstraint("is_on = (follows <> '')", name="follows"),
        Index("ix_workflow_account", "account_id", "id"),
        Index(
            "ix_workflow_follows", "follows", "account_id", postgresql_where=FOLLOWING, sqlite_where=FOLLOWING
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(120))
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    edits: Mapped[int] = mapped_column(
        Integer, default=0
    )  # counts changes of the draft, so that none is lost
    published_id: Mapped[int | None] = mapped_column(Id)
    is_on: Mapped[bool] = mapped_column(default=False)
    follows: Mapped[str] = mapped_column(String(24), default="")  # the published trigger while it is on
    on_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # what happened before starts nothing
    hook_nonce: Mapped[bytes] = mapped_column(LargeBinary(8), unique=True)
    key_id: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class WorkflowVersion(Base):
    """What was published. It never changes: a run finishes the version it started on."""

    __tablename__ = "workflow_version"
    __table_args__ = (UniqueConstraint("workflow_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class WorkflowRun(Base):
    """One contact on the way through one version. A contact is on the way through a workflow once at a time."""

    __tablename__ = "workflow_run"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name="due_at"),
        CheckConstraint("(state IN ('done', 'stopped')) = (ended_at IS NOT NULL)", name="ended_at"),
        UniqueConstraint("workflow_id", "contact_id", "entry"),
        Index(
            "uq_workflow_run_waiting",
            "workflow_id",
            "contact_id",
            unique=True,
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index("ix_workflow_run_due", "due_at", postgresql_where=WAITING, sqlite_where=WAITING),
        Index("ix_workflow_run_workflow", "workflow_id", "state", "id"),
        Index("ix_workflow_run_started", "workflow_id", "started_at"),
        Index("ix_workflow_run_contact", "contact_id", "state", "id"),
        Index("ix_workflow_run_account", "account_id", "state", "id"),
        Index("ix_workflow_run_booking", "booking_id"),
        Index("ix_workflow_run_link", "link_id"),
        # A number is never given out again: a message or a job may name it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("workflow_version.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    # What let the contact in, such as an event's id: whoever comes again with it starts no second run. Empty where
    # a contact comes in once only.
    entry: Mapped[str] = mapped_column(String(80))
    started_by: Mapped[str] = mapped_column(String(24))  # the kind of the trigger
    booking_id: Mapped[int | None] = mapped_column(Id)
    link_id: Mapped[int | None] = mapped_column(
        Id
    )  # of the trigger; links of its own stand in workflow_run_link
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.WAITING)
    at_key: Mapped[str] = mapped_column(String(16), default="")  # the step it has come to, for lists
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Which job looks after it: one that was handed an earlier number has been taken over from.
    leg: Mapped[int] = mapped_column(Integer, default=1)
    why: Mapped[str] = mapped_column(String(500), default="")  # a sentence, unless all went well
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkflowStepRun(Base):
    """A step that a run has come to. One row, however often it is tried."""

    __tablename__ = "workflow_step_run"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "step_key"),
        Index("ix_workflow_step_run_step", "workflow_id", "step_key", "state"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("workflow_run.id", ondelete="CASCADE"))
    step_key: Mapped[str] = mapped_column(String(16))
    workflow_id: Mapped[int] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(24))
    state: Mapped[StepState] = mapped_column(words(StepState))
    holds: Mapped[bool] = mapped_column(default=False)  # of an `if`: which way was taken
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    output: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # ids and plain values
    why: Mapped[str] = mapped_column(String(500), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)


class WorkflowRunLink(Base):
    """The one link of a run and step, whatever becomes of it: a retry after use makes no second one."""

    __tablename__ = "workflow_run_link"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "step_key"),
        Index("ix_workflow_run_link_made", "link_id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("workflow_run.id", ondelete="CASCADE"))
    step_key: Mapped[str] = mapped_column(String(16))
    link_id: Mapped[int] = mapped_column(ForeignKey("one_time_link.id"))


class WorkflowLiveLink(Base):
    """The place of the one link that may be live for a contact, a calendar and a step, over all runs.

    Whoever wants to fill it holds the row first. What stands in it may be used or deleted by now; what does not stand
    in it is not live.
    """

    __tablename__ = "workflow_live_link"
    __table_args__ = (PrimaryKeyConstraint("workflow_id", "step_key", "contact_id", "calendar_id"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflow.id", ondelete="CASCADE"))
    step_key: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id"))
