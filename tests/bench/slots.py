"""P1 and P2: the slot engine against a naive generator, and against itself as busy times grow.

Every answer is compared with the golden one. Hours are kept between requests, as in the application.

Plain measures ask an offer whose busy times are merged already, as they are once a request for all its questions.
"Raw to answer" includes that merging, from unsorted busy times, "in order of start" from the order in which an index
on the start gives them; the floor always includes its own. So P2 "raw to
answer" mostly shows the sorting of 2,000 pairs beside a question that costs a tenth of a millisecond.
"""

import statistics
import time
from collections.abc import Callable

from app.scheduling import wallclock
from app.scheduling.availability import Availability
from app.scheduling.slots import Offer, times_by_day
from tests.bench.measures import Measure, Measures, Plan, interleaved, pairs, require
from tests.bench.naive_slots import careful, naive
from tests.unit.golden_cases import Answer, Case, availability_of, golden_answer, golden_case, offer_of

Work = Callable[[], Answer]


def ours(offer: Offer, case: Case) -> Answer:
    """The question alone: an offer's busy times are merged once, for all questions of a request."""
    return times_by_day(offer, *case["days"], case["invitee_tz"])


def ours_whole(case: Case, availability: Availability) -> Answer:
    """A request that asks once: its own offer from raw, unsorted busy times; the availability is kept."""
    return ours(offer_of(case, availability), case)


def ours_cold(case: Case) -> Answer:
    """The first request of a process: no hours expanded and no zone looked at yet."""
    wallclock._stretch.cache_clear()
    return ours_whole(case, availability_of(case))


def measure(plan: Plan) -> Measures:
    """P1 and P2. Raises WrongAnswer when any side gives other slots than the golden ones."""
    return {**_p1(200, plan.rounds), **_p1(2000, plan.rounds), **_p2(plan.rounds)}


def _p1(busy: int, rounds: int) -> Measures:
    case, expected = golden_case(f"busy{busy}"), golden_answer(f"busy{busy}")
    availability = availability_of(case)
    offer, by_start = offer_of(case, availability), case | {"busy": sorted(case["busy"])}
    works = {
        "naive": lambda: naive(case),
        "careful": lambda: careful(case),
        "ours": lambda: ours(offer, case),
        "whole": lambda: ours_whole(case, availability),
        "sorted": lambda: ours_whole(by_start, availability),
        "cold": lambda: ours_cold(case),
    }
    seen = _seconds(works, dict.fromkeys(works, expected), rounds)
    name = f"P1 slots, {busy:,} busy"
    return {
        name: _against(seen, "naive", "ours", 1 / 6, 1 / 12),
        f"{name}, raw to answer": _against(seen, "naive", "whole", 1 / 6, 1 / 12),
        f"{name}, raw in order of start": _against(seen, "naive", "sorted", 1 / 6, 1 / 12),
        f"{name}, first request of a process": _against(seen, "naive", "cold"),
        f"{name}, raw to answer, careful floor": _against(seen, "careful", "whole"),
    }


def _p2(rounds: int) -> Measures:
    case = golden_case("busy2000")
    empty, by_start = case | {"busy": []}, case | {"busy": sorted(case["busy"])}
    availability = availability_of(case)
    offer, empty_offer = offer_of(case, availability), offer_of(empty, availability)
    works = {
        "0 busy": lambda: ours(empty_offer, empty),
        "many": lambda: ours(offer, case),
        "0 busy, raw": lambda: ours_whole(empty, availability),
        "many, raw": lambda: ours_whole(case, availability),
        "many, in order": lambda: ours_whole(by_start, availability),
    }
    without, expected = naive(empty), golden_answer("busy2000")
    answers = {"0 busy": without, "0 busy, raw": without}
    answers |= dict.fromkeys(("many", "many, raw", "many, in order"), expected)
    seen = _seconds(works, answers, rounds)
    return {
        "P2 slots, 0 -> 2,000 busy": _against(seen, "0 busy", "many", 2, 1.5),
        "P2 slots, 0 -> 2,000 busy, raw to answer": _against(seen, "0 busy, raw", "many, raw"),
        "P2 slots, 0 -> 2,000 busy, raw in order of start": _against(seen, "0 busy, raw", "many, in order"),
    }


def _against(
    seen: dict[str, list[float]], floor: str, mine: str, passes: float | None = None, aim: float | None = None
) -> Measure:
    rounds = [(base * 1e6, own * 1e6) for base, own in pairs(seen, floor, mine)]
    return Measure(rounds, passes, aim, unit="us", floor=floor)


def _seconds(works: dict[str, Work], answers: dict[str, Answer], rounds: int) -> dict[str, list[float]]:
    for name, work in works.items():
        require(work() == answers[name], f"{name}: wrong slots")
    return interleaved({name: lambda work=work: seconds_of(work) for name, work in works.items()}, rounds)


def seconds_of(work: Work, at_least: float = 0.03) -> float:
    """Median seconds of one run, over as many as fill `at_least` seconds: neighbours on the machine disturb less."""
    runs: list[float] = []
    while sum(runs) < at_least:
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return statistics.median(runs)
