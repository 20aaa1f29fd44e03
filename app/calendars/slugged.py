"""Storing what is found by a slug: calendars, their groups, forms. In the caller's transaction; the database decides
which slugs are taken."""

import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..db import db
from ..errors import Invalid
from . import slugs


def free_slug(model: type, name: str, otherwise: str) -> str:
    """The slug nearest to the name that no row of the model has."""
    slug = slugs.slug_from(name, otherwise)
    is_taken = db.session.scalar(select(model.id).where(model.slug == slug)) is not None
    return f"{slug[: slugs.LONGEST - 7]}-{secrets.token_hex(3)}" if is_taken else slug


def flush(taken: str) -> None:
    """Write what was changed. Raises Invalid with the sentence `taken` when somebody else has the slug."""
    try:
        db.session.flush()
    except IntegrityError as refused:
        if "slug" in str(refused.orig):
            raise Invalid(taken, "slug") from refused
        raise
