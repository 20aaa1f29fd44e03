"""`python -m tests.bench [names...] [--quick]`: P1 to P12, each against a floor of the same run, and delivery.

Ends with 1 when an answer was wrong or a bar was missed. A full run of everything replaces the stored table;
`--quick` does a part of the work, to see that all of it runs.
"""

import argparse
import sys
import time
from collections.abc import Callable
from importlib import import_module

from . import report
from .measures import Measures, Plan, WrongAnswer

SUITES = ("slots", "pages", "bookings", "lists", "board", "queries", "processes", "delivery", "workflows")
QUICK = Plan(rounds=3, share=0.05)


def main() -> int:
    """Run what was asked for; the exit code."""
    asked = _arguments()
    names = asked.names or SUITES
    measures: Measures = {}
    wrong: list[str] = []
    for name in names:
        _run(name, QUICK if asked.quick else Plan(), measures, wrong)
    print(report.table(measures))
    for sentence in wrong:
        print(f"WRONG {sentence}")
    if not wrong and not asked.quick and set(names) == set(SUITES):
        report.store(measures)
    return int(bool(wrong) or any(measure.verdict == "FAIL" for measure in measures.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument(
        "names", nargs="*", choices=[*SUITES, []], help="what to measure, by default everything"
    )
    parser.add_argument("--quick", action="store_true", help="a small part of the work; nothing is stored")
    return parser.parse_args()


def _run(name: str, plan: Plan, measures: Measures, wrong: list[str]) -> None:
    began = time.monotonic()
    measure: Callable[[Plan], Measures] = import_module(f".{name}", __package__).measure
    try:
        measures |= measure(plan)
    except WrongAnswer as found:
        wrong.append(f"{name}: {found}")
    print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
