"""P3, P4, P5 and P10: the pages of a link, against a trivial view in the same kind of server; beside a worker that has
worked off what making the scene left for it, or a core would be its own in some rounds and not in others.
"""

import re
from collections.abc import Callable
from functools import partial

from app.proof.load import Answer, Request

from . import idle
from .loads import Load, load
from .measures import Measure, Measures, Plan, interleaved, pairs
from .scene import Scene, scene
from .sites import ours, scratch, trivial, worker

REQUESTS = 1_000  # of the pages in one round
TRIVIAL_REQUESTS = 3_000  # as long a burst: a short one shows how lucky it was
TIMES = re.compile(r"/details\?s=(\d+)")
KILOBYTE = 1024


def measure(plan: Plan) -> Measures:
    """Requests a second, evenness and size. Raises WrongAnswer for any page but the one expected."""
    with scratch() as (app, settings):
        with app.app_context():
            seen = scene()
        path = f"/o/{seen.tokens[0]}"
        size = len(app.test_client().get(path).data)
        with app.app_context(), trivial() as floor, ours(settings, path) as site, worker(settings) as pid:
            idle.settle(pid)
            bursts = _bursts(floor.url, site.url, seen, plan.of(REQUESTS, least=200))
            for burst in bursts.values():
                burst()  # every process and thread has seen a request
            loads = interleaved(bursts, plan.rounds)
    return {**_measures(loads), "P10 picker page, HTML": _absolute(size / KILOBYTE, 30, 15, "KB")}


def _bursts(floor: str, site: str, seen: Scene, amount: int) -> dict[str, Callable[[], Load]]:
    hello = [Request("/")] * (amount * TRIVIAL_REQUESTS // REQUESTS)
    pickers = [Request(f"/o/{seen.tokens[n % len(seen.tokens)]}") for n in range(amount)]
    expired = [Request(f"/o/{seen.used_token}")] * amount
    shows_times = partial(_shows, seen.first_times)
    return {
        "trivial 8": partial(load, floor, hello, 8, _says_hello, "trivial view"),
        "picker 8": partial(load, site, pickers, 8, shows_times, "picker at c=8"),
        "expired 8": partial(load, site, expired, 8, _is_expired, "expired page"),
        "trivial 64": partial(load, floor, hello, 64, _says_hello, "trivial view"),
        "picker 64": partial(load, site, pickers, 64, shows_times, "picker at c=64"),
    }


def _measures(loads: dict[str, list[Load]]) -> Measures:
    rates = {name: [load.per_second for load in bursts] for name, bursts in loads.items()}
    views = partial(Measure, unit="req/s", floor="trivial view", more_is_better=True)
    evenness = [(load.p50, load.p99) for load in loads["picker 8"]]
    return {
        "P3 picker, 8 clients": views(pairs(rates, "trivial 8", "picker 8"), 0.25, 0.40),
        "P3 picker, 64 clients": views(pairs(rates, "trivial 64", "picker 64"), 0.20, 0.35),
        "P4 picker p99 / p50, 8 clients": Measure(evenness, 6, 4, unit="ms", floor="p50"),
        "P5 expired page, 8 clients": views(pairs(rates, "trivial 8", "expired 8"), 0.5, 0.7),
    }


def _absolute(value: float, passes: float, aim: float, unit: str) -> Measure:
    return Measure([(1, value)], passes, aim, unit=unit)


def _says_hello(answer: Answer) -> bool:
    return (answer.status, answer.body) == (200, "Hello")


def _shows(times: list[int], answer: Answer) -> bool:
    return answer.status == 200 and [int(time) for time in TIMES.findall(answer.body)] == times


def _is_expired(answer: Answer) -> bool:
    return answer.status == 410 and "already been used" in answer.body and "/details" not in answer.body
