"""One request for the public page of a form: whence it was sent, what it has to pass, and the page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from flask import Response, request
from sqlalchemy import select

from .. import config, ratelimit, web
from ..bookings.form_keys import FormKey, new_form_key, read_form_key
from ..db import db
from ..error_pages import ask_to_wait
from ..errors import NotAllowed
from ..intake import sending, service
from ..intake.fields import kept_on_contact
from ..intake.models import IntakeForm
from ..phone.settings import region_of
from ..visitor import address_key
from .intake_forms import answers_in, public_form
from .limits import FORM_SENT, FORM_SENT_BY_ALL, MISTAKES, OLDEST_FORM, QUICKEST_PERSON

NOT_FROM_THERE = "This form may not be sent from %s. Open the form's own page and send it there."
TOO_OLD = "This page was open for too long. What you typed is kept: press Send again."
TOO_QUICK = "That was very quick. Please look over what you typed, then press Send again."
PRIVATE = ("", "null")  # what browsers say of a page that names itself to nobody, as ours does


def form_by_slug(slug: str) -> IntakeForm | None:
    """The form that goes by this name, on or off."""
    return db.session.scalars(select(IntakeForm).where(IntakeForm.slug == slug)).one_or_none()


@dataclass
class IntakePage:
    """The page of one form, and its checks."""

    intake: IntakeForm
    now: datetime

    def __post_init__(self) -> None:
        # Whoever looks has typed no number yet.
        region = region_of(self.intake.account_id) if request.method == "POST" else ""
        self.form = public_form(self.intake, region)

    def require_allowed(self) -> None:
        """Raises NotAllowed for a form on a site that the owner has not named, TooMany for too many mistakes."""
        if self._origin not in (*PRIVATE, config.current().base_url, *self.intake.allowed_origins):
            raise NotAllowed(NOT_FROM_THERE % self._origin)
        ratelimit.check(MISTAKES, self._subject, address_key(), now=self.now)

    def count_mistake(self) -> None:
        """One more of this address with this form."""
        ratelimit.count(MISTAKES, self._subject, address_key(), now=self.now)

    def take_turn(self) -> None:
        """Raises TooMany for an address, or for all of them, that send this form too often."""
        ratelimit.take(FORM_SENT, self._subject, address_key(), now=self.now)
        ratelimit.take(FORM_SENT_BY_ALL, self._subject, now=self.now)

    def is_complete(self) -> bool:
        """True when fields and key are right; else the form holds what is not."""
        is_valid = self.form.validate()
        # What is to be put right is enough to read: by then the key is no longer too new.
        complaint = self._complaint_of_key() if is_valid and not self._is_embedded else ""
        if complaint:
            self.form.form_errors.append(complaint)
        return is_valid and not complaint

    def sent(self) -> sending.Sent:
        """What a complete form says."""
        once = sending.stand_in(self.now) if self._is_embedded else self._key.hash
        origin = self._origin if self._is_embedded else ""
        answers = answers_in(self.form, self.intake)
        kept = kept_on_contact(self.intake.fields, answers)
        return sending.Sent(self.intake.id, self.intake.account_id, answers, once, origin, kept)

    @property
    def next_address(self) -> str:
        """Where it leads once it was sent: back to the site it came from, if its owner says so, else to our thanks."""
        back = service.leads_to(self.intake) if self._is_embedded else None
        return back or f"/f/{self.intake.slug}?sent=1"

    def show(self, status: int = 200, sentence: str = "", retry_after: timedelta | None = None) -> Response:
        """The page with what was typed. Its key stays as long as it is good: the same form twice counts as once."""
        if sentence:
            self.form.form_errors.append(sentence)
        if self._key is None or self._key.is_older_than(OLDEST_FORM, self.now):
            self.form.key.data = new_form_key(config.current().secrets, self._subject, self.now)
        is_sent = request.method != "POST" and "sent" in request.args
        answer = web.render(
            "public/form.html", status=status, intake=self.intake, form=self.form, is_sent=is_sent
        )
        return ask_to_wait(answer, retry_after) if retry_after else answer

    @property
    def _subject(self) -> str:
        return f"form:{self.intake.id}"

    @property
    def _origin(self) -> str:
        return request.headers.get("Origin", "")

    @property
    def _is_embedded(self) -> bool:
        """True for a form on a site that may send here, which has no key of ours."""
        return self._origin in self.intake.allowed_origins and not self._given_key

    def _complaint_of_key(self) -> str:
        if self._key is None or self._key.is_older_than(OLDEST_FORM, self.now):
            return TOO_OLD
        return "" if self._key.is_older_than(QUICKEST_PERSON, self.now) else TOO_QUICK

    @cached_property
    def _given_key(self) -> str:
        """What the form came with: `show` puts another into the field."""
        return self.form.key.data or ""

    @cached_property
    def _key(self) -> FormKey | None:
        return read_form_key(config.current().secrets, self._subject, self._given_key)
