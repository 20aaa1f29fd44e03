"""What the forms of steps share. Each gives the options that its step stores; what may be published is checked later,
so that a draft can be put aside half done."""

from collections.abc import Mapping
from typing import Any

from wtforms.validators import ValidationError

from ..web import BaseForm
from . import values
from .known import Known

UNITS = {"minutes": 1, "hours": 60, "days": 1440}


class StepForm(BaseForm):
    """Parent of the forms. `fixed` are the options that were chosen when the step was added, such as a wait's kind."""

    has_preview = has_values = can_test = False
    beside: tuple[str, ...] = ()  # fields that stand beside the preview, and are not stored

    def __init__(self, options: Mapping[str, Any], known: Known, tz: str, **more: Any) -> None:
        super().__init__(data=self.shown(options), **more)
        self.known, self.tz = known, tz
        self.offer()

    def shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options as the fields show them; of a choice that was not made, 0."""
        return {
            "calendar_id": 0,
            "user_id": 0,
            "stage_id": 0,
            **{name: each for name, each in options.items() if each is not None},
        }

    def offer(self) -> None:
        """Bring the choices that come from the workspace."""

    def options(self) -> dict[str, Any]:
        """What the step stores."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}


def calendars_of(known: Known, first: str) -> dict[int, str]:
    """The calendars to choose from, those that are off marked so."""
    names = {key: each.name if each.is_on else f"{each.name} (off)" for key, each in known.calendars.items()}
    return {0: first, **names}


def in_largest_unit(minutes: int | None) -> dict[str, Any]:
    """1440 minutes as 1 day."""
    if not minutes:
        return {"amount": None, "unit": "days"}
    unit = next(unit for unit in reversed(UNITS) if minutes % UNITS[unit] == 0)
    return {"amount": minutes // UNITS[unit], "unit": unit}


def refuse_unknown(field: Any, known: Known) -> None:
    """Raise ValidationError for names in braces that stand for nothing."""
    problem = values.problem(values.unknown([field.data or ""], known.fields))
    if problem:
        raise ValidationError(problem)
