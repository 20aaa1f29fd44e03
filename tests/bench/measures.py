"""What every benchmark gives back: the figures of each round, and what they are worth against a floor."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
ROUNDS = 9
CALM_ROUNDS = 5
NOISY_FROM = 1.5


class WrongAnswer(AssertionError):
    """Something that was measured did not do its work; its speed is then worth nothing."""


@dataclass(frozen=True)
class Measure:
    """(floor, ours) of every round in `unit`, and the ratios that pass and that we aim at, where there are any.

    `floor` says what the floor is. Without one the figure itself is judged, and the rounds hold (1, ours).
    Rounds in which neighbours of the machine disturbed the floor are not looked at; when too few are left, there is
    no verdict.
    """

    rounds: Sequence[tuple[float, float]]
    passes: float | None = None
    aim: float | None = None
    unit: str = "us"
    floor: str = ""
    more_is_better: bool = False

    @property
    def ratios(self) -> list[float]:
        """Ours / floor of every calm round, sorted."""
        return sorted(ours / floor for floor, ours in self.calm)

    @property
    def ratio(self) -> float:
        """The median of them."""
        return statistics.median(self.ratios)

    @property
    def calm(self) -> Sequence[tuple[float, float]]:
        """The most rounds whose floors lie within NOISY_FROM of each other, by the size of the floor."""
        by_floor = sorted(self.rounds)
        together = [
            [each for each in by_floor[at:] if each[0] <= NOISY_FROM * first[0]]
            for at, first in enumerate(by_floor)
        ]
        return max(together, key=len)

    @property
    def is_noisy(self) -> bool:
        """True when the floor itself moved too much between the rounds for a verdict."""
        return len(self.calm) < min(CALM_ROUNDS, len(self.rounds))

    @property
    def verdict(self) -> str:
        """ "aim", "pass", "FAIL", "noisy", or "for information" where there is no bar."""
        if self.passes is None:
            return "for information"
        if self.is_noisy:
            return "noisy"
        return "aim" if self._reaches(self.aim) else "pass" if self._reaches(self.passes) else "FAIL"

    def medians(self) -> tuple[float, float]:
        """The median floor and the median of ours."""
        floors, ours = zip(*self.calm, strict=True)
        return statistics.median(floors), statistics.median(ours)

    def _reaches(self, bar: float | None) -> bool:
        return bar is not None and (self.ratio >= bar if self.more_is_better else self.ratio <= bar)


Measures = dict[str, Measure]


@dataclass(frozen=True)
class Plan:
    """How much to measure: `rounds` of each pair, and `share` of the full amount of work in each."""

    rounds: int = ROUNDS
    share: float = 1.0

    def of(self, amount: int, least: int = 50) -> int:
        """So much of the full amount."""
        return max(least, int(amount * self.share))


def interleaved(works: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """What each piece of work gave in every round: all of them once, then all again, so that load hits all alike."""
    seen: dict[str, list[T]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            seen[name].append(work())
    return seen


def pairs(seen: Mapping[str, Sequence[float]], floor: str, ours: str) -> list[tuple[float, float]]:
    """The rounds of a Measure."""
    return list(zip(seen[floor], seen[ours], strict=True))


def require(holds: bool, what: str) -> None:
    """Raise WrongAnswer unless it holds."""
    if not holds:
        raise WrongAnswer(what)
