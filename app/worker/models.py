"""Who works, and what did not work."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, Id, UtcDateTime


class WorkerBeat(Base):
    """A worker that is alive or was lately: it counts `beats` every few seconds.

    `run` names the process that stands for it now. A process that does not find its own there any more has been
    replaced or given up for lost, and stops.
    """

    __tablename__ = "worker_beat"

    worker_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    run: Mapped[str] = mapped_column(String(32))  # empty when an operator declared the worker lost
    beats: Mapped[int] = mapped_column(Id)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedWork(Base):
    """A handler that failed with an event, and has not yet done its work since."""

    __tablename__ = "failed_work"
    __table_args__ = (
        UniqueConstraint("event_id", "handler"),
        Index("ix_failed_work_account", "account_id", "failed_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"))
    handler: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column()
    error: Mapped[str] = mapped_column(String(500))
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # empty when it was given up


class FailingPeriodic(Base):
    """Something done every so often that failed the last time it was tried; the row goes when it is done."""

    __tablename__ = "failing_periodic"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)  # as handlers.PERIODIC calls it
    error: Mapped[str] = mapped_column(String(500))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
