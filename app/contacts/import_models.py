"""Lists of contacts on their way in: an import, its lines in parts, and the lines that were skipped."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from ..columns import words
from ..db import Base, Id, UtcDateTime


class ImportState(StrEnum):
    """Where an import stands."""

    LOADING = "loading"  # its lines are being stored
    READY = "ready"  # somebody is to say what its columns are
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # given up by somebody, before or in the middle


class ContactImport(Base):
    """A list that somebody has uploaded. `parts_done` says how far the worker is; all counts move along with it."""

    __tablename__ = "contact_import"
    __table_args__ = (
        CheckConstraint("parts_done <= parts", name="parts_done"),
        Index("ix_contact_import_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[ImportState] = mapped_column(words(ImportState), default=ImportState.LOADING)
    name: Mapped[str] = mapped_column(String(120))  # of the file
    region: Mapped[str] = mapped_column(String(2))  # of phone numbers without their country code
    has_head: Mapped[bool] = mapped_column(default=True)
    # What each column holds, by its place: "name", "email", "phone", "tags", "field_<key>", or "" for nothing.
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    tag: Mapped[str] = mapped_column(String(40), default="")  # put on every contact of the list
    lines: Mapped[int] = mapped_column(Integer, default=0)
    parts: Mapped[int] = mapped_column(Integer, default=0)
    parts_done: Mapped[int] = mapped_column(Integer, default=0)
    read: Mapped[int] = mapped_column(Integer, default=0)
    made: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)


class ContactImportPart(Base):
    """Some lines of an import, as cells. It goes once the import is over."""

    __tablename__ = "contact_import_part"
    __table_args__ = (PrimaryKeyConstraint("import_id", "number"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("contact_import.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    lines: Mapped[list[Any]] = mapped_column(JSON)  # [[number of the line, [cell, ...]], ...]


class ContactImportSkip(Base):
    """A line that made no contact, and why."""

    __tablename__ = "contact_import_skip"
    __table_args__ = (PrimaryKeyConstraint("import_id", "line"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("contact_import.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(String(300))
