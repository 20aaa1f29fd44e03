"""The floor of P1: aware datetimes and interval subtraction, as one writes it without thinking of speed.

Busy times are sorted once, and those that begin after a range are not looked at. Cases hold epoch
seconds and minutes, which is what the database holds.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.unit.golden_cases import Answer, Case

Span = tuple[datetime, datetime]


def naive(case: Case) -> Answer:
    """The floor: each range of each date less its busy times, cut into slots, grouped slot by slot."""
    return _naive(case, sorted(_naive_blocked(case)))


def careful(case: Case) -> Answer:
    """A stricter yardstick, for information: the same, but busy times are merged first."""
    return _naive(case, _naive_merge(sorted(_naive_blocked(case))))


def _naive(case: Case, blocked: list[Span]) -> Answer:
    owner, reader = ZoneInfo(case["owner_tz"]), ZoneInfo(case["invitee_tz"])
    length, step = timedelta(minutes=case["length"]), timedelta(minutes=case["step"])
    start, end = (datetime.fromtimestamp(case[edge], UTC) for edge in ("start", "end"))
    found: Answer = {}
    day = start.astimezone(owner).date()
    while day <= end.astimezone(owner).date():
        for low, high in _naive_ranges(case, day, owner):
            for free_low, free_high in _naive_subtract(low, high, blocked):
                slot = low - ((low - free_low) // step) * step
                while slot + length <= free_high:
                    if start <= slot and slot + length <= end:
                        found.setdefault(slot.astimezone(reader).date(), []).append(int(slot.timestamp()))
                    slot += step
        day += timedelta(days=1)
    return found


def _naive_ranges(case: Case, day: date, owner: ZoneInfo) -> list[Span]:
    midnight = datetime.combine(day, datetime.min.time())
    return [
        tuple((midnight + timedelta(minutes=at)).replace(tzinfo=owner).astimezone(UTC) for at in hours)
        for hours in case["weekly"][day.weekday()]
    ]


def _naive_blocked(case: Case) -> list[Span]:
    before, after = (timedelta(minutes=case[key]) for key in ("buffer_before", "buffer_after"))
    return [
        (datetime.fromtimestamp(low, UTC) - after, datetime.fromtimestamp(high, UTC) + before)
        for low, high in case["busy"]
    ]


def _naive_merge(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in spans:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _naive_subtract(low: datetime, high: datetime, blocked: list[Span]) -> list[Span]:
    free = []
    for blocked_low, blocked_high in blocked:
        if blocked_low >= high:
            break
        if blocked_high <= low:
            continue
        if blocked_low > low:
            free.append((low, blocked_low))
        low = blocked_high
    if low < high:
        free.append((low, high))
    return free
