"""A workflow as data: what starts it, how it behaves, and its steps, a list in which an `if` holds two more. Pure.

It is stored as JSON. `parse` takes any stored text for what it can be: a draft may be unfinished, never unreadable.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

MOST_STEPS = 50
LONGEST_MINUTES = 366 * 1440  # of a wait, and of the time before or after something
DEEPEST = 3  # an `if` in an `if` in an `if`: beyond that nobody can read it
KEY_LETTERS = "abcdefghijkmnpqrstuvwxyz"
IF, STOP = "if", "stop"


@dataclass(frozen=True)
class Step:
    """One step. Its `key` stays the same however it is edited and moved, so that a run knows what it has done.

    Its options are stored beside `key`, `kind`, `then` and `else`, and are called otherwise.
    """

    key: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    then: tuple["Step", ...] = ()
    otherwise: tuple["Step", ...] = ()

    def branch(self, holds: bool) -> tuple["Step", ...]:
        """What an `if` goes on with; nothing for any other kind."""
        return self.then if holds else self.otherwise


@dataclass(frozen=True)
class Window:
    """When messages may be sent: on these weekdays (0 is Monday), between two times of day in minutes.

    `tz` is the workspace's choice; with `is_contacts` the contact's own zone counts where it is known.
    """

    days: tuple[int, ...]
    start: int
    end: int
    tz: str
    is_contacts: bool = False


@dataclass(frozen=True)
class Settings:
    """How runs behave. `reentry`: a contact whose run has ended may come in again."""

    reentry: bool = False
    stop_on_reply: bool = False
    stop_on_booking: bool = False
    supersede: bool = False
    window: Window | None = None


@dataclass(frozen=True)
class Definition:
    """One version of a workflow."""

    trigger: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Place:
    """A step where it stands: "2", or "3.then.1" inside an `if`; `above` are the ifs it is in, with the way taken."""

    number: str
    step: Step
    above: tuple[tuple[Step, bool], ...] = ()


def new_key() -> str:
    """A name for a new step."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(8))


def new_step(kind: str, options: Mapping[str, Any]) -> Step:
    """A step that was never there before."""
    return Step(new_key(), kind, dict(options))


def parse(stored: Mapping[str, Any]) -> Definition:
    """The definition that `as_json` made this of."""
    trigger = stored.get("trigger", {})
    return Definition(
        trigger.get("kind", ""),
        dict(trigger.get("filters", {})),
        _settings(stored.get("settings", {})),
        _steps(stored.get("steps", ())),
    )


def as_json(definition: Definition) -> dict[str, Any]:
    """Plain values to store."""
    settings, window = definition.settings, definition.settings.window
    return {
        "trigger": {"kind": definition.trigger, "filters": dict(definition.filters)},
        "settings": {
            "reentry": settings.reentry,
            "stop_on_reply": settings.stop_on_reply,
            "stop_on_booking": settings.stop_on_booking,
            "supersede": settings.supersede,
            "window": {**vars(window), "days": list(window.days)} if window else None,
        },
        "steps": [_step_as_json(step) for step in definition.steps],
    }


def places(
    steps: Sequence[Step], before: str = "", above: tuple[tuple[Step, bool], ...] = ()
) -> Iterator[Place]:
    """Every step with its number, in the order of the page."""
    for at, step in enumerate(steps, 1):
        yield Place(f"{before}{at}", step, above)
        for holds in (True, False):
            word = "yes" if holds else "no"
            yield from places(step.branch(holds), f"{before}{at}.{word}.", (*above, (step, holds)))


def find(steps: Sequence[Step], key: str) -> Step | None:
    """The step of this key, however deep."""
    return next((place.step for place in places(steps) if place.step.key == key), None)


def renewed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same steps under new keys, for a copy."""
    return tuple(
        replace(step, key=new_key(), then=renewed(step.then), otherwise=renewed(step.otherwise))
        for step in steps
    )


def _settings(stored: Mapping[str, Any]) -> Settings:
    window = stored.get("window")
    kept = {name: stored[name] for name in vars(Settings()) if name in stored and name != "window"}
    return Settings(**kept, window=Window(**{**window, "days": tuple(window["days"])}) if window else None)


def _steps(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    return tuple(
        Step(
            each["key"],
            each["kind"],
            {name: value for name, value in each.items() if name not in ("key", "kind", "then", "else")},
            _steps(each.get("then", ())),
            _steps(each.get("else", ())),
        )
        for each in stored
    )


def _step_as_json(step: Step) -> dict[str, Any]:
    inner = {"then": [*map(_step_as_json, step.then)], "else": [*map(_step_as_json, step.otherwise)]}
    return {"key": step.key, "kind": step.kind, **step.options, **(inner if step.kind == IF else {})}
