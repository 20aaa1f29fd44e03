"""One burst of requests from a number of clients: how many a second, how long each took, and whether all were right."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.proof.load import Answer, Request, drive

from .measures import require


@dataclass(frozen=True)
class Load:
    """Requests a second, and the middle and the slow end of their times in milliseconds."""

    per_second: float
    p50: float
    p99: float


def load(
    url: str, requests: Sequence[Request], clients: int, is_right: Callable[[Answer], bool], what: str
) -> Load:
    """Send the requests from `clients` clients that keep their connections. Raises WrongAnswer."""
    began = time.perf_counter()
    answers = drive(url, requests, clients)
    seconds = time.perf_counter() - began
    wrong = [answer for answer in answers if not is_right(answer)]
    require(len(answers) == len(requests), f"{what}: {len(requests) - len(answers)} answers are missing")
    require(not wrong, f"{what}: {len(wrong)} of {len(answers)}, such as {wrong and _summary(wrong[0])}")
    times = sorted(answer.seconds * 1000 for answer in answers)
    return Load(len(answers) / seconds, _at(times, 0.5), _at(times, 0.99))


def _at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def _summary(answer: Answer) -> str:
    return f"{answer.status} {answer.body[:300]!r}"
