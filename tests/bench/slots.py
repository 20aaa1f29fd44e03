"""P1 and P2: the slot engine against a naive generator, and against itself as busy times grow.

`python -m tests.bench.slots` prints the table. Every answer is compared with the golden one: a wrong answer fails
the run. Rounds are interleaved: floor, ours, floor, ours. Hours are kept between requests, as in the application.

Plain measures ask an offer whose busy times are merged already, as they are once a request for all its questions.
"Raw to answer" includes that merging, from unsorted busy times; the floor always includes its own. So P2 "raw to
answer" mostly shows the sorting of 2,000 pairs beside a question that costs a tenth of a millisecond.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.scheduling import wallclock
from app.scheduling.availability import Availability
from app.scheduling.slots import Offer, times_by_day
from tests.bench.naive_slots import careful, naive
from tests.unit.golden_cases import Answer, Case, availability_of, golden_answer, golden_case, offer_of

ROUNDS = 9
Work = Callable[[], Answer]


class Measure(NamedTuple):
    """(floor, ours) seconds of every round, and the ratios that pass and that we aim at, where there are any."""

    rounds: list[tuple[float, float]]
    passes: float | None = None
    aim: float | None = None

    def verdict(self, ratio: float) -> str:
        """What the ratio is worth; "noisy" when the floor itself moved more than 1.5x."""
        floors = [floor for floor, _ in self.rounds]
        if self.passes is None:
            return "for information"
        if max(floors) > 1.5 * min(floors):
            return "noisy"
        return "aim" if ratio <= self.aim else "pass" if ratio <= self.passes else "FAIL"


@dataclass(frozen=True)
class Rounds:
    """Seconds of each piece of work, one figure a round."""

    seconds: dict[str, list[float]]

    def pairs(self, floor: str, mine: str) -> list[tuple[float, float]]:
        return list(zip(self.seconds[floor], self.seconds[mine], strict=True))


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


def measure(rounds: int = ROUNDS) -> dict[str, Measure]:
    """Name of each measure -> its bar and the (floor, ours) seconds of every round.

    Raises AssertionError when any side gives a wrong answer.
    """
    return {
        **{name: entry for busy in (200, 2000) for name, entry in _p1(busy, rounds).items()},
        **_p2(rounds),
    }


def _p1(busy: int, rounds: int) -> dict[str, Measure]:
    case, expected = golden_case(f"busy{busy}"), golden_answer(f"busy{busy}")
    availability = availability_of(case)
    offer = offer_of(case, availability)
    works = {
        "naive": lambda: naive(case),
        "careful": lambda: careful(case),
        "ours": lambda: ours(offer, case),
        "whole": lambda: ours_whole(case, availability),
        "cold": lambda: ours_cold(case),
    }
    seen = _interleaved(works, dict.fromkeys(works, expected), rounds)
    return {
        f"P1 {busy} busy": Measure(seen.pairs("naive", "ours"), 1 / 6, 1 / 12),
        f"P1 {busy} busy, raw to answer": Measure(seen.pairs("naive", "whole"), 1 / 6, 1 / 12),
        f"P1 {busy} busy, first request of a process": Measure(seen.pairs("naive", "cold")),
        f"P1 {busy} busy, raw to answer / careful floor": Measure(seen.pairs("careful", "whole")),
    }


def _p2(rounds: int) -> dict[str, Measure]:
    case = golden_case("busy2000")
    empty = case | {"busy": []}
    availability = availability_of(case)
    offer, empty_offer = offer_of(case, availability), offer_of(empty, availability)
    works = {
        "none": lambda: ours(empty_offer, empty),
        "many": lambda: ours(offer, case),
        "none whole": lambda: ours_whole(empty, availability),
        "many whole": lambda: ours_whole(case, availability),
    }
    without, expected = naive(empty), golden_answer("busy2000")
    answers = {"none": without, "many": expected, "none whole": without, "many whole": expected}
    seen = _interleaved(works, answers, rounds)
    return {
        "P2 0 -> 2,000 busy": Measure(seen.pairs("none", "many"), 2, 1.5),
        "P2 0 -> 2,000 busy, raw to answer": Measure(seen.pairs("none whole", "many whole")),
    }


def _interleaved(works: dict[str, Work], answers: dict[str, Answer], rounds: int) -> Rounds:
    for name, work in works.items():
        assert work() == answers[name], f"{name}: wrong slots"
    seen = Rounds({name: [] for name in works})
    for _ in range(rounds):
        for name, work in works.items():
            seen.seconds[name].append(seconds_of(work))
    return seen


def seconds_of(work: Work, at_least: float = 0.03) -> float:
    """Median seconds of one run, over as many as fill `at_least` seconds: neighbours on the machine disturb less."""
    runs: list[float] = []
    while sum(runs) < at_least:
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return statistics.median(runs)


def main() -> None:
    """Print each measure: median seconds of both sides, median ratio and its min-max, verdict."""
    for name, entry in measure().items():
        floor, mine = (statistics.median(side) * 1e6 for side in zip(*entry.rounds, strict=True))
        ratios = sorted(own / base for base, own in entry.rounds)
        middle = statistics.median(ratios)
        shown = f"{middle:.3f} ({ratios[0]:.3f}-{ratios[-1]:.3f}), 1/{1 / middle:.1f}"
        print(f"{name:<55} {floor:>7.0f} us {mine:>7.0f} us  {shown:<32} {entry.verdict(middle)}")


if __name__ == "__main__":
    main()
