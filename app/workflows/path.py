"""The way of a run through the steps: what comes next follows from what was done, and from nothing else. Pure.

A run stores no place. Each step that was done has a row; the next is the first on the way that has none. So nothing
is done twice, however often a run is taken up again, and it ends, as there are only so many steps.
"""

from collections.abc import Iterator, Mapping, Sequence

from .steps import STOP, Step


def next_step(steps: Sequence[Step], outcomes: Mapping[str, bool]) -> Step | None:
    """The step to do now; None when the run is at its end.

    `outcomes` are the keys of the steps that are done; for an `if`, whether its condition held.
    """
    for step in _met(steps, outcomes):
        if step.key not in outcomes:
            return step
        if step.kind == STOP:
            return None
    return None


def done_in_order(steps: Sequence[Step], outcomes: Mapping[str, bool]) -> Iterator[Step]:
    """The steps that were done, as the run met them."""
    return (step for step in _met(steps, outcomes) if step.key in outcomes)


def _met(steps: Sequence[Step], outcomes: Mapping[str, bool]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _met(step.branch(outcomes.get(step.key, False)), outcomes)
