"""What a workspace has that its workflows may refer to. Pure: it is read in surroundings.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

GONE = "(no longer there)"  # in place of the name of what is not known


class CalendarNow(NamedTuple):
    """A calendar as a workflow depends on it."""

    name: str
    is_on: bool


@dataclass(frozen=True)
class Known:
    """What the workspace has now, by id or key: names that steps may refer to."""

    calendars: Mapping[int, CalendarNow] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[int, str] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)
    stages: Mapping[int, str] = field(default_factory=dict)
