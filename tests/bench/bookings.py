"""P6 and P7: bookings a second against the bare two statements, on SQLite and on PostgreSQL, synced to the disk.

The floor is a trivial view that runs the two statements at each POST: where syncing takes 0.1 ms, statements without
HTTP tell more about the disk than about us. They stand apart for information.

A worker runs beside them and sees to what follows from each booking.

Each POST has its own link, slot and form key, made by opening the form as a browser does. The bookings of an
installation go to many hosts; those of one host alone share its counters, and stand apart for information.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy import func, select

from app.bookings.models import Booking
from app.calendars.models import Calendar
from app.db import connection, db
from app.links.models import LinkStatus, OneTimeLink
from app.proof.load import Answer, Request
from app.proof.scenarios import make_host, opened_forms, starts

from .bare import bare_rate, make_tables, require_booked
from .loads import Load, load
from .measures import Measure, Measures, Plan, interleaved, pairs, require
from .scene import add_links
from .sites import PROCESSES, ours, scratch, trivial, worker

CLIENTS = 8
HOSTS = 20
BOOKINGS = 400  # in one round
BARE_SECONDS = 2.0
WARM_UP = 50  # until every process has booked
BARS = {"sqlite": (0.18, 0.30), "postgresql": (0.20, 0.35)}
FLOORS = {"view": "trivial view with the bare statements", "bare": "bare statements"}
NAMES = {"sqlite": "SQLite FULL", "postgresql": "PostgreSQL"}


def measure(plan: Plan) -> Measures:
    """Raises WrongAnswer when a POST does not book, or the rows tell of more or fewer bookings."""
    return {**_on("sqlite", plan), **_on("postgresql", plan)}


def _on(kind: str, plan: Plan) -> Measures:
    amount, seconds = plan.of(BOOKINGS), max(0.3, BARE_SECONDS * plan.share)
    with scratch(kind) as (app, settings), app.app_context():
        many, one = [make_host() for _ in range(HOSTS)], [make_host()]
        bare_url = {"BARE_URL": settings.database_url}
        with (
            trivial(app="app_that_books()", environ=bare_url) as view,
            ours(settings) as site,
            worker(settings),
        ):
            bookers = {"many": _Booker(site.url, many), "one": _Booker(site.url, one)}
            bookers["many"].burst(WARM_UP)
            works: dict[str, Callable[[], Load]] = {
                "bare": partial(_bare, settings.database_url, seconds),
                "view": partial(_bare_view, view.url, settings.database_url, 3 * amount),
                **{name: partial(booker.burst, amount) for name, booker in bookers.items()},
            }
            seen = interleaved(works, plan.rounds)
        _require_stored(WARM_UP + 2 * plan.rounds * amount)
    return _measures(kind, seen)


class _Booker:
    """Books slot after slot, of one host after the other."""

    def __init__(self, url: str, calendars: list[Calendar]) -> None:
        self.url, self.calendars, self.booked = url, calendars, 0

    def burst(self, amount: int) -> Load:
        """Book so many times; the forms are opened before the clock starts."""
        numbers = range(self.booked, self.booked + amount)
        self.booked += amount
        hosts = len(self.calendars)
        times = starts(numbers[-1] // hosts + 1)
        tokens = {n: add_links(self.calendars[n], -(-amount // hosts)) for n in range(hosts)}
        wanted = [(tokens[n % hosts].pop(), times[n // hosts]) for n in numbers]
        return load(self.url, opened_forms(self.url, wanted), CLIENTS, _is_booked, "booking")


def _bare(url: str, seconds: float) -> Load:
    return Load(bare_rate(url, PROCESSES, CLIENTS // PROCESSES, seconds), 0, 0)


def _bare_view(site: str, database_url: str, amount: int) -> Load:
    make_tables(database_url, amount)
    posts = [Request("/", {"link": str(number)}) for number in range(amount)]
    seen = load(site, posts, CLIENTS, lambda answer: answer.body == "Booked", "a booking of the trivial view")
    require_booked(database_url, amount)
    return seen


def _is_booked(answer: Answer) -> bool:
    return answer.status == 303 and answer.location.startswith("/m/")


def _require_stored(expected: int) -> None:
    db.session.rollback()
    counted = select(func.count(), func.count(func.distinct(Booking.link_id))).select_from(Booking)
    bookings, links = connection().execute(counted).one()
    used = connection().execute(
        select(func.count()).select_from(OneTimeLink).where(OneTimeLink.status == LinkStatus.USED)
    )
    said = (bookings, links, used.scalar_one())
    require(said == (expected,) * 3, f"{expected} POSTs booked; bookings, their links, used links: {said}")


def _measures(kind: str, seen: dict[str, list[Load]]) -> Measures:
    rates = {name: [load.per_second for load in loads] for name, loads in seen.items()}

    def rate(name: str, floor: str, *bars: float) -> Measure:
        rounds = pairs(rates, floor, name)
        return Measure(rounds, *bars, unit="bookings/s", floor=FLOORS[floor], more_is_better=True)

    evenness = [(own.p50, own.p99) for own in seen["many"]]
    return {
        f"P6 bookings, 8 clients, {NAMES[kind]}": rate("many", "view", *BARS[kind]),
        f"P6 the same, all of one host, {NAMES[kind]}": rate("one", "view"),
        f"P6 against statements without HTTP, {NAMES[kind]}": rate("many", "bare"),
        f"P7 booking p99 / p50, 8 clients, {NAMES[kind]}": Measure(evenness, 12, 5, unit="ms", floor="p50"),
    }
