"""Pipelines: the stages that opportunities go through, and every move they made."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..columns import words
from ..db import Base, Id, UtcDateTime


class Outcome(StrEnum):
    """What it means to be in a stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Pipeline(Base):
    """Stages in an order of their own. Values of its opportunities are all in one currency."""

    __tablename__ = "pipeline"
    __table_args__ = (Index("ix_pipeline_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)  # +1 at every change of it or of its stages
    name: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}

    stages: Mapped[list["Stage"]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Stage.position",
        back_populates="pipeline",
    )


class Stage(Base):
    """One stage of a pipeline. What is in a won or lost one is settled."""

    __tablename__ = "stage"
    __table_args__ = (
        UniqueConstraint("id", "pipeline_id"),  # what opportunities refer to
        Index("ix_stage_pipeline", "pipeline_id", "position"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    position: Mapped[int] = mapped_column(Integer)

    pipeline: Mapped[Pipeline] = relationship(back_populates="stages")


class Opportunity(Base):
    """Something that may come of a contact. Its stage is one of its own pipeline: the database refuses any other."""

    __tablename__ = "opportunity"
    __table_args__ = (
        ForeignKeyConstraint(["stage_id", "pipeline_id"], ["stage.id", "stage.pipeline_id"]),
        CheckConstraint("value >= 0", name="value"),
        Index("ix_opportunity_board", "pipeline_id", "stage_id", "moved_at", "id"),
        Index("ix_opportunity_table", "pipeline_id", "id"),
        Index("ix_opportunity_contact", "contact_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(Id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(120), default="")
    value: Mapped[int | None] = mapped_column(BigInteger)  # in the smallest part of the pipeline's currency
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it came to its stage


class OpportunityMove(Base):
    """That an opportunity came to a stage. Names are kept as they were: stages are renamed and removed."""

    __tablename__ = "opportunity_move"
    __table_args__ = (Index("ix_opportunity_move_opportunity", "opportunity_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    from_name: Mapped[str] = mapped_column(String(80), default="")  # empty for the first one
    to_name: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id")
    )  # empty when a workflow did it
    at: Mapped[datetime] = mapped_column(UtcDateTime)
