"""The way of a run through the steps: what comes next follows from what was done, and from nothing else. Pure.

A run stores no place. Each step that was done has a row; the next is the first on the way that has none. So nothing
is done twice, however often a run is taken up again, and it ends, as there are only so many steps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from . import values
from .kinds import SENDING
from .steps import IF, STOP, Place, Step, places


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


def along(place: Place, others: Iterable[Place]) -> Iterator[Step]:
    """Those of the others that a run may do which comes here: none of another way of the same `if`."""
    taken = {step.key: holds for step, holds in place.above}
    for each in others:
        if all(taken.get(step.key, holds) == holds for step, holds in each.above):
            yield each.step


def makes_link(step: Step) -> bool:
    """True for a step after which the run has a link: a message makes one only where it is named."""
    if step.kind not in SENDING or not step.options.get("calendar_id"):
        return step.kind == "create_link"
    return values.needs_link(*_texts(step))


def asks_after_booking(steps: Sequence[Step], key: str) -> bool:
    """True when an `if` asks how the booking stands after the step of this key, and no message goes out before that:
    one that tells of the booking asks by itself."""
    every = list(places(steps))
    at = _position(every, key)
    for step in along(every[at], every[at + 1 :]):
        if _is_about_booking(step):
            return True
        if step.kind in SENDING and not values.needs_booking(*_texts(step)):
            return False
    return False


def depends_on_booking(steps: Sequence[Step], key: str) -> bool:
    """True when the step of this key stands in an `if` that asks how the booking stands."""
    every = list(places(steps))
    return any(_is_about_booking(step) for step, _ in every[_position(every, key)].above)


def link_before(steps: Sequence[Step], key: str) -> Step | None:
    """The step whose link a run has when it comes to the step of this key, else at its end."""
    every = list(places(steps))
    at = _position(every, key)
    done = along(every[at], every[:at]) if at < len(every) else (place.step for place in every)
    made = [step for step in done if makes_link(step)]
    return made[-1] if made else None


def _position(every: Sequence[Place], key: str) -> int:
    """Where the step of this key stands among all; after them for a key that none has."""
    return next((at for at, place in enumerate(every) if place.step.key == key), len(every))


def _is_about_booking(step: Step) -> bool:
    return step.kind == IF and step.options.get("about") == "booking"


def _texts(step: Step) -> tuple[str, ...]:
    """The words of a message."""
    return tuple(str(step.options.get(name) or "") for name in ("subject", "text"))


def _met(steps: Sequence[Step], outcomes: Mapping[str, bool]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _met(step.branch(outcomes.get(step.key, False)), outcomes)
