"""P11 and P12: memory of a web worker and the start of a server, against trivial apps in the same kind of server.

The floor reads one row through Flask-SQLAlchemy, as every page here has to: importing that takes longer than the
whole of Flask, and half as much memory again. Flask alone stands beside it for information.
"""

import re
from functools import partial
from pathlib import Path

from flask import Flask

from app.config import Settings
from app.proof.load import Answer, Request, drive

from .measures import Measure, Measures, Plan, interleaved, pairs, require
from .scene import scene
from .sites import Running, ours, scratch, trivial

REQUESTS = 10_000
WARM_UP = 500
CLIENTS = 8
WITH_ROWS, ALONE = "trivial app with Flask-SQLAlchemy", "trivial app"


def measure(plan: Plan) -> Measures:
    """Raises WrongAnswer when a page is not what it has to be."""
    return {**_memory(plan), **_starts(plan)}


def _starts(plan: Plan) -> Measures:
    """From the command to the first 200, with as many processes on both sides."""
    with scratch() as (app, settings):
        path, _ = _requests(app, plan)
        seen = interleaved(
            {
                "flask": partial(_start_trivial, "app"),
                "with rows": partial(_start_trivial, "app_with_rows()"),
                "ours": partial(_start_ours, settings, path),
            },
            plan.rounds,
        )
    name = "P12 cold start to the first 200"
    return {
        name: Measure(pairs(seen, "with rows", "ours"), 2.5, 2, "s", WITH_ROWS),
        f"{name}, against Flask alone": Measure(pairs(seen, "flask", "ours"), None, None, "s", ALONE),
    }


def _start_trivial(app: str) -> float:
    with trivial(app=app) as server:
        return server.seconds_to_first_200


def _start_ours(settings: Settings, path: str) -> float:
    with ours(settings, path) as server:
        return server.seconds_to_first_200


def _memory(plan: Plan) -> Measures:
    """One worker on each side, so that all requests meet the same one."""
    with scratch(processes=1) as (app, settings):
        path, requests = _requests(app, plan)
        hello = [Request("/")]
        with (
            trivial(1, "app_with_rows()") as floor,
            trivial(1) as flask,
            ours(settings, path) as site,
        ):
            for server in (floor, flask):
                _ask(server, hello * (WARM_UP + len(requests)))
            _ask(site, requests[:WARM_UP])
            before = _megabytes(site, "Rss")
            _ask(site, requests)
            resident = [_megabytes(server, "Rss") for server in (floor, flask, site)]
            divided = [(_megabytes(floor, "Pss"), _megabytes(site, "Pss"))]
    growth, name = [(before, resident[2])], "P11 memory of one worker after load"
    return {
        f"{name}, resident": Measure([(resident[0], resident[2])], 2, 1.5, "MB", WITH_ROWS),
        f"{name}, resident, against Flask alone": Measure(
            [(resident[1], resident[2])], None, None, "MB", ALONE
        ),
        f"{name}, shared pages divided": Measure(divided, None, None, "MB", WITH_ROWS),
        f"P11 memory after {len(requests):,} more requests": Measure(growth, 1.10, 1.03, "MB", "before"),
    }


def _requests(app: Flask, plan: Plan) -> tuple[str, list[Request]]:
    """A page that answers 200, and a mix of what contacts ask for."""
    with app.app_context():
        seen = scene(bookings=100)
    pickers = [f"/o/{token}" for token in seen.tokens]
    details = [f"{path}/details?s={start}" for path in pickers for start in seen.first_times]
    mix = [*pickers, *details[: len(pickers)], f"/o/{seen.used_token}", "/sign-in"]
    amount = plan.of(REQUESTS, WARM_UP)
    return pickers[0], [Request(mix[n % len(mix)]) for n in range(amount)]


def _ask(server: Running, requests: list[Request]) -> None:
    wrong = [answer for answer in drive(server.url, requests, CLIENTS) if not _is_right(answer)]
    require(not wrong, f"{len(wrong)} wrong answers, such as {wrong and wrong[0].status}")


def _is_right(answer: Answer) -> bool:
    return answer.status in (200, 410)


def _megabytes(server: Running, kind: str) -> float:
    """Memory of the only worker, of one kind of /proc/PID/smaps_rollup."""
    (worker,) = server.workers
    found = re.search(rf"^{kind}:\s+(\d+) kB$", Path(f"/proc/{worker}/smaps_rollup").read_text(), re.M)
    return int(found[1]) / 1024
