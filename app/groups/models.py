"""Calendar groups: one public page over several calendars."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..calendars.models import Calendar
from ..db import Base, Id, UtcDateTime


class CalendarGroup(Base):
    """A page over several calendars, in an order of its own. It makes no one-time links: its calendars do."""

    __tablename__ = "calendar_group"
    __table_args__ = (Index("ix_calendar_group_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(
        Integer, default=1
    )  # +1 at every change of name, address, text or state
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    switched_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}

    places: Mapped[list["GroupPlace"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="GroupPlace.position"
    )

    @property
    def is_on(self) -> bool:
        """True while the group's page lists its calendars."""
        return self.switched_off_at is None

    @property
    def calendars(self) -> list[Calendar]:
        """In the order of the page, switched off or not."""
        return [place.calendar for place in self.places]


class GroupPlace(Base):
    """A calendar's place in its group. The key is the calendar, so that it is in one group at most."""

    __tablename__ = "group_place"

    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("calendar_group.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)

    calendar: Mapped[Calendar] = relationship()
