"""Refusals. Each carries a sentence fit for the person who reads it; `web.py` gives it a status and a page."""

from datetime import timedelta


class DomainError(Exception):
    """A rule said no. `status` is the HTTP answer, `title` the heading, `sentence` what to tell the person."""

    status = 400
    title = "That did not work"
    way_on: tuple[str, str] | None = None  # a button for its page: what it says, and the route it leads to

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(DomainError):
    """The person is known, and may not do this."""

    status = 403
    title = "You may not do this"


class NotFound(DomainError):
    """Nothing by that address, or nothing that this person may see."""

    status = 404
    title = "We cannot find this page"


class Conflict(DomainError):
    """The request contradicts what is stored, for instance a form key that came back with other data."""

    status = 409
    title = "This has changed in the meantime"


class Overtaken(Conflict):
    """What the work had read was changed before it wrote; `in_transaction` runs it again, and soon gives up."""


class TooLate(Conflict):
    """The booking's cut-off has passed, or the booking itself has."""

    title = "It is too late for that"


class SlotTaken(Conflict):
    """The time is not open (any more). The link, if there is one, is still Active."""

    title = "That time has just been taken"


class SlotClosed(SlotTaken):
    """Nobody need have taken the time: settings, notice or the link's terms do not offer it now."""

    title = "That time is no longer open"


class DayFull(SlotTaken):
    """The limit of the time's day or week is reached."""

    title = "That time is no longer open"


class LinkGone(DomainError):
    """The link is used, deleted or past its date."""

    status = 410
    title = "This booking link is no longer available"


class Invalid(DomainError):
    """Input that breaks a rule. `field` names the form field the sentence belongs to, if it is one field's."""

    status = 422
    title = "There is a problem"

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class TooMany(DomainError):
    """A limit on attempts was reached; `retry_after` says when the next one counts afresh."""

    status = 429
    title = "Too many attempts"

    def __init__(self, sentence: str, retry_after: timedelta) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Storage cannot be reached or written just now; nothing was stored."""

    status = 503
    title = "Slotkey cannot save anything right now"

    def __init__(self, sentence: str, retry_after: timedelta = timedelta(seconds=10)) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
