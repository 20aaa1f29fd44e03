"""A draft after one change of its steps. Pure: every function gives the steps as they would be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .steps import Step

Steps = tuple[Step, ...]


def added(steps: Steps, step: Step, into: str = "", holds: bool = True) -> Steps:
    """With the step last: of all, or of one way of the `if` called `into`."""
    if not into:
        return (*steps, step)
    side = "then" if holds else "otherwise"
    return _changed(steps, into, lambda found: replace(found, **{side: (*found.branch(holds), step)}))


def removed(steps: Steps, key: str) -> Steps:
    """Without the step, and without what stands in it."""
    return _in_list(steps, key, lambda siblings, at: (*siblings[:at], *siblings[at + 1 :]))


def moved(steps: Steps, key: str, by: int) -> Steps:
    """With the step one place up (-1) or down (1) among those beside it; at the edge all stays as it is."""

    def swap(siblings: Steps, at: int) -> Steps:
        to = at + by
        if not 0 <= to < len(siblings):
            return siblings
        kept = [*siblings]
        kept[at], kept[to] = kept[to], kept[at]
        return tuple(kept)

    return _in_list(steps, key, swap)


def with_options(steps: Steps, key: str, options: Mapping[str, Any]) -> Steps:
    """With other options for the step."""
    return _changed(steps, key, lambda found: replace(found, options=dict(options)))


def _changed(steps: Steps, key: str, change: Callable[[Step], Step]) -> Steps:
    return _in_list(
        steps, key, lambda siblings, at: (*siblings[:at], change(siblings[at]), *siblings[at + 1 :])
    )


def _in_list(steps: Steps, key: str, change: Callable[[Steps, int], Steps]) -> Steps:
    """The change made to the list in which the step stands, however deep that is."""
    at = _index(steps, key)
    if at is not None:
        return change(steps, at)
    return tuple(
        replace(step, then=_in_list(step.then, key, change), otherwise=_in_list(step.otherwise, key, change))
        for step in steps
    )


def _index(steps: Sequence[Step], key: str) -> int | None:
    return next((at for at, step in enumerate(steps) if step.key == key), None)
