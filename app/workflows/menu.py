"""The steps that can be added, as the list on the page offers them: a kind, or one variant of it. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .conditions import ABOUT
from .kinds import STEPS, WAITS

# Kinds of which each variant has a form of its own, by the option that tells them apart.
VARIANTS = {"wait": ("until", WAITS), "if": ("about", ABOUT)}


class Choice(NamedTuple):
    """What is to be added: a step of this kind with these options to begin with."""

    kind: str
    options: dict[str, Any]


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """(value, words) of each choice, in groups."""
    plain = [(kind, step.title) for kind, step in STEPS.items() if kind not in VARIANTS]
    messages = ("create_link", "send_email", "send_sms", "notify", "webhook")
    return [
        ("Links and messages", [each for each in plain if each[0] in messages]),
        ("Waiting", [(f"wait:{name}", f"Wait: {words}") for name, words in WAITS.items()]),
        ("Choosing a way", [(f"if:{name}", f"If / else: {words.lower()}") for name, words in ABOUT.items()]),
        ("The contact", [each for each in plain if each[0] not in messages and each[0] != "stop"]),
        ("The end", [("stop", STEPS["stop"].title)]),
    ]


def chosen(value: str) -> Choice | None:
    """What a choice of the list means; None for any other text."""
    kind, _, variant = value.partition(":")
    if kind not in STEPS:
        return None
    if kind not in VARIANTS:
        return Choice(kind, {}) if not variant else None
    option, known = VARIANTS[kind]
    return Choice(kind, {option: variant}) if variant in known else None


def variant_of(kind: str, options: Mapping[str, Any]) -> str:
    """The choice that a step was: "wait:time", "send_email"."""
    return f"{kind}:{options.get(VARIANTS[kind][0], '')}" if kind in VARIANTS else kind


def words_of(kind: str, options: Mapping[str, Any]) -> str:
    """What the list calls this choice: "Wait: a time"."""
    every = {value: words for _, choices in offered() for value, words in choices}
    return every.get(variant_of(kind, options), kind)
