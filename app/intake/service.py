"""What may be done with forms. Everything here runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import InvalidRequestError

from .. import config, events
from ..calendars import slugged, slugs
from ..db import db
from ..errors import Conflict, Invalid, NotFound
from . import fields as asked
from .models import IntakeForm
from .origins import return_address

SLUG_TAKEN = "Another form already has this address. Choose another one."
SLUG_SHAPE = "Use small letters, digits and single hyphens between them, such as ask-for-a-call."
NOT_DELETED = "Its submissions belong to your contacts. Switch the form off instead: nobody can send it then."
NOT_ON_THE_SITES = (
    "Enter an address on one of the sites above or on this server, such as https://www.example.org/thanks, or leave it "
    "empty."
)
CHANGED_MEANWHILE = (
    "Somebody else has changed this form since you opened it. What you typed is kept below and not saved yet: "
    "save again to replace what they stored."
)


def create_form(
    *,
    account_id: int,
    name: str,
    actor_id: int | None,
    now: datetime,
    fields: Sequence[dict[str, Any]] = tuple(asked.FIRST_FIELDS),
    **values: Any,
) -> IntakeForm:
    """A new form, switched on, that asks for name and e-mail unless told otherwise; its address is made of its name."""
    asked.check(fields)
    form = IntakeForm(account_id=account_id, name=name, fields=list(fields), created_at=now, **values)
    form.slug = values.get("slug") or slugged.free_slug(IntakeForm, name, "form")
    db.session.add(form)
    slugged.flush(SLUG_TAKEN)
    _record("form_created", form, actor_id, now)
    return form


def change(form: IntakeForm, values: dict[str, Any], *, seen: int, actor_id: int, now: datetime) -> None:
    """Store other words, fields or origins; `seen` is the version that the person looked at.

    Raises Conflict when somebody has changed the form since, Invalid for what breaks a rule.
    """
    _lock(form)
    if seen != form.version:
        raise Conflict(CHANGED_MEANWHILE)
    if not slugs.is_slug(values.get("slug", form.slug)):
        raise Invalid(SLUG_SHAPE, "slug")
    asked.check(values.get("fields", form.fields))
    for name, value in {**values, **_checked_return(form, values)}.items():
        setattr(form, name, value)
    if db.session.is_modified(form):
        slugged.flush(SLUG_TAKEN)
        _record("form_changed", form, actor_id, now)


def leads_to(form: IntakeForm) -> str | None:
    """Where whoever has sent it from another site is led to, if anywhere; never to a site that is not theirs."""
    return return_address(form.return_to, _sites(form.allowed_origins)) if form.return_to else None


def switch(form: IntakeForm, *, on: bool, actor_id: int, now: datetime) -> None:
    """Let the form be sent, or not. Nothing happens when it already is so."""
    _lock(form)
    if form.is_on == on:
        return
    form.switched_off_at = None if on else now
    slugged.flush(SLUG_TAKEN)
    _record("form_switched_on" if on else "form_switched_off", form, actor_id, now)


def delete_form(form: IntakeForm, *, actor_id: int, now: datetime) -> None:
    """Delete a form that nobody has sent. Raises Conflict for any other."""
    _lock(form)
    if form.submissions:
        raise Conflict(NOT_DELETED)
    _record("form_deleted", form, actor_id, now)
    db.session.delete(form)
    db.session.flush()


def _checked_return(form: IntakeForm, values: dict[str, Any]) -> dict[str, str]:
    """Where the form leads, as it is stored. Raises Invalid for a site that may not send it."""
    typed = values.get("return_to", form.return_to)
    if not typed or not values.keys() & {"return_to", "allowed_origins"}:
        return {}
    kept = return_address(typed, _sites(values.get("allowed_origins", form.allowed_origins)))
    if kept is None:
        raise Invalid(NOT_ON_THE_SITES, "return_to")
    return {"return_to": kept}


def _sites(allowed_origins: Sequence[str]) -> list[str]:
    return [*allowed_origins, config.current().base_url]


def _lock(form: IntakeForm) -> None:
    """Read the row again and hold it until the transaction ends. Raises NotFound when it was deleted meanwhile."""
    try:
        db.session.refresh(form, with_for_update=True)
    except InvalidRequestError as gone:
        raise NotFound("There is no such form.") from gone


def _record(name: str, form: IntakeForm, actor_id: int | None, now: datetime) -> None:
    data = {"form_id": form.id, "name": form.name}
    events.record(name, account_id=form.account_id, at=now, actor_id=actor_id, data=data)
