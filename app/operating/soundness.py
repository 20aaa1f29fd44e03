"""Whether a database holds what it promises: used links and bookings belong together, and no bookings overlap."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from ..bookings.models import Booking
from ..events import UNDELIVERED, Event
from ..links.models import LinkStatus, OneTimeLink

# Each counts what must not be.
FAULTS = {
    "{} used links have no booking": """
        SELECT count(*) FROM one_time_link AS link WHERE status = 'used'
        AND NOT EXISTS (SELECT 1 FROM booking WHERE booking.link_id = link.id)""",
    "{} bookings stand for a link that is not used": """
        SELECT count(*) FROM booking JOIN one_time_link AS link ON link.id = booking.link_id
        WHERE link.status <> 'used'""",
    "{} bookings overlap another one of their host": """
        SELECT count(*) FROM (
          SELECT blocked_from, max(blocked_until) OVER (
            PARTITION BY host_id ORDER BY blocked_from, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS taken_until FROM booking WHERE status <> 'cancelled'
        ) AS live WHERE taken_until > blocked_from""",
    "{} counts of links are wrong": """
        SELECT count(*) FROM (
          SELECT calendar_id, status, count(*) AS links FROM one_time_link GROUP BY calendar_id, status
        ) AS stored LEFT JOIN link_count AS counted
          ON counted.calendar_id = stored.calendar_id AND counted.status = stored.status
        WHERE counted.links IS NULL OR counted.links <> stored.links""",
}


@dataclass(frozen=True)
class Findings:
    """What a database holds, and what is wrong with it in words for people."""

    links: dict[LinkStatus, int]
    bookings: int
    used_by_booking: int
    undelivered: int
    newest: datetime | None  # of its events
    faults: tuple[str, ...]

    @property
    def holds(self) -> str:
        """What there is, in one line."""
        links = ", ".join(f"{self.links.get(status, 0)} {status.value}" for status in LinkStatus)
        return f"Links: {links}. Bookings: {self.bookings}. Events not delivered yet: {self.undelivered}."

    @property
    def verdict(self) -> str:
        """Whether it is sound, in one line."""
        if self.faults:
            return f"NOT SOUND: {'; '.join(self.faults)}."
        used = self.links.get(LinkStatus.USED, 0)
        return (
            f"Sound: integrity ok, used links {used} == their bookings {self.used_by_booking}, no overlaps."
        )


def examine(connection: Connection) -> Findings:
    """Read everything once."""
    by_status = select(OneTimeLink.status, func.count()).group_by(OneTimeLink.status)
    return Findings(
        links=dict(connection.execute(by_status).all()),
        bookings=_count(connection, select(func.count()).select_from(Booking)),
        used_by_booking=_count(connection, select(func.count(Booking.link_id))),
        undelivered=_count(connection, select(func.count()).select_from(Event).where(UNDELIVERED)),
        newest=connection.scalar(select(func.max(Event.at))),
        faults=tuple(_faults(connection)),
    )


def _faults(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        yield from _faults_of_file(connection)
    for complaint, query in FAULTS.items():
        if found := _count(connection, text(query)):
            yield complaint.format(found)


def _faults_of_file(connection: Connection) -> Iterator[str]:
    told = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    yield from (f"integrity: {line}" for line in told if line != "ok")
    if lost := len(connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        yield f"{lost} rows point to rows that are not there"


def _count(connection: Connection, query: object) -> int:
    return connection.execute(query).scalar_one()  # type: ignore[call-overload]
