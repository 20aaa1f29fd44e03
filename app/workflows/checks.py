"""What keeps a workflow from being published: each fault with the step it is in. Pure: what exists comes in."""

from collections.abc import Iterator
from typing import NamedTuple

from .kinds import STEPS, TRIGGERS
from .known import Known
from .path import along
from .step_checks import CHECKS, Checked
from .steps import DEEPEST, IF, LONGEST_MINUTES, MOST_STEPS, Definition, Place, Step, places


class Fault(NamedTuple):
    """One thing to put right. Without a key it is about the trigger, or the workflow as a whole."""

    key: str
    sentence: str


def faults(definition: Definition, known: Known) -> list[Fault]:
    """All of them, in the order of the page; an empty list may be published."""
    every = list(places(definition.steps))
    found = [Fault("", sentence) for sentence in _of_trigger(definition, known)]
    if not every:
        found.append(Fault("", "There is no step yet. Add at least one."))
    if len(every) > MOST_STEPS:
        found.append(Fault("", f"There can be {MOST_STEPS} steps at most."))
    for at, place in enumerate(every):
        found += [
            Fault(place.step.key, f"Step {place.number} ({title_of(place.step)}): {sentence}")
            for sentence in _of_step(place, every[:at], definition, known)
        ]
    return found


def title_of(step: Step) -> str:
    """ "Send e-mail"."""
    return STEPS[step.kind].title if step.kind in STEPS else step.kind


def _of_trigger(definition: Definition, known: Known) -> Iterator[str]:
    kind, filters = TRIGGERS.get(definition.trigger), definition.filters
    if kind is None:
        yield "Choose what starts this workflow."
        return
    if "minutes" in kind.filters and not 0 < (filters.get("minutes") or 0) <= LONGEST_MINUTES:
        yield "Trigger: say after what time, or how long before."
    for name, there in (
        ("calendar_id", known.calendars),
        ("form_id", known.forms),
        ("stage_id", known.stages),
    ):
        if name in kind.filters and filters.get(name) and filters[name] not in there:
            yield f"Trigger: the {name.partition('_')[0]} that was chosen is no longer there."


def _of_step(place: Place, earlier: list[Place], definition: Definition, known: Known) -> Iterator[str]:
    if place.step.kind == IF and len(place.above) >= DEEPEST:
        yield f"an If can stand in at most {DEEPEST - 1} others."
    check = CHECKS.get(place.step.kind)
    if check is None:
        yield "this version of Slotkey has no such step."
        return
    yield from check(Checked(place.step.options, place, list(along(place, earlier)), definition, known))
