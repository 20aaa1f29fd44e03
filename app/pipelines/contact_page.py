"""Pipelines on the page of a contact: where the contact stands, and the form that adds them."""

from typing import Any

from .. import money, web
from . import access, listing
from .forms import AddForm
from .models import Outcome

TONES = {Outcome.OPEN: "used", Outcome.WON: "active", Outcome.LOST: "neutral"}


def standing_of(contact_id: int) -> list[dict[str, Any]]:
    """The contact's opportunities, the last made first, in words."""
    return [
        {
            "it": row,
            "tone": TONES[row.outcome],
            "worth": "" if row.value is None else money.words(row.value, row.currency, web.reader().locale),
        }
        for row in listing.of_contact(contact_id)
    ]


def add_form(*, bound: bool = True) -> AddForm:
    """The form, with every stage of the account's pipelines."""
    pipelines = access.pipelines_for(web.current())
    return AddForm(pipelines) if bound else AddForm(pipelines, formdata=None)
