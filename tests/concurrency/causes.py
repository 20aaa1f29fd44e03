"""How each trigger of a workflow comes about: as people, programs and time cause it."""

from collections.abc import Callable
from datetime import timedelta

from app import clock
from app.bookings.manage import path_of
from app.bookings.models import Booking
from app.db import db, in_transaction
from app.localtime import Reader
from app.pipelines.models import Stage
from app.pipelines.moving import place_contact
from app.public.limits import QUICKEST_PERSON
from app.workflows import service
from app.workflows.steps import Step

from ..factories import make_workflow
from ..forms_on_page import fill, submit
from ..phone_hooks import signed
from .workspace import DAY, HOUR, NEW, QUALIFIED, Case, Workspace, done

# Any of the picker's own addresses: what opens one is no scanner.
LOOKED = "?tz=UTC"
# These are about requests: their calendar asks its host.
OF_REQUESTS = ("booking_made", "booking_confirmed", "booking_declined", "booking_request_expired")


def _form_submitted(place: Workspace, case: Case) -> None:
    contact = place.stranger()
    with clock.fixed(clock.now() - QUICKEST_PERSON - timedelta(seconds=1)):
        action, data = fill(contact, "/f/ask", "key", name="Sam Lee", email=case.email)
    done(contact.post(action, data=data))


def _stage_reached(place: Workspace, case: Case) -> None:
    with place.app.app_context():
        stage = db.session.get(Stage, place.stage_ids[NEW])
        contact = place.contact_of(case)
        opportunity_id = in_transaction(lambda: place_contact(contact, stage, clock.now()).id)
    board = f"/pipelines/{place.pipeline_id}"
    move = f"{board}/opportunities/{opportunity_id}/move"
    place.press(move, board, stage_id=place.stage_ids[QUALIFIED])


def _contact_created(place: Workspace, case: Case) -> None:
    place.press("/contacts/new", "/contacts/new", name="Sam Lee", email=case.email)


def _tag_added(place: Workspace, case: Case) -> None:
    page = _page_of_contact(place, case)
    place.press(f"{page}/tags", page, tag=case.name)


def _call_missed(place: Workspace, case: Case) -> None:
    said = {"from": case.phone, "status": "no-answer", "id": case.name}
    done(signed(place.stranger(), f"/hooks/calls/{place.hooks.name}", place.hooks.secret, said))


def _sms_received(place: Workspace, case: Case) -> None:
    said = {"from": case.phone, "text": "Yes, please", "id": case.name}
    done(signed(place.stranger(), f"/hooks/sms/{place.hooks.name}", place.hooks.secret, said))


def _booking_made(place: Workspace, case: Case) -> None:
    place.book(case)


def _booking_confirmed(place: Workspace, case: Case) -> None:
    page = f"/bookings/{_booking(place, place.book(case)).id}"
    place.press(f"{page}/accept", page)


def _booking_changed(place: Workspace, case: Case) -> None:
    page, start = place.book(case), next(place.slots)
    done(submit(place.stranger(), f"{page}/change/details?s={start}", "seen"))


def _booking_cancelled(place: Workspace, case: Case) -> None:
    page = place.book(case)
    done(submit(place.stranger(), f"{page}/cancel", "seen"))


def _booking_declined(place: Workspace, case: Case) -> None:
    page = f"/bookings/{_booking(place, place.book(case)).id}/decline"
    place.press(page, page)


def _booking_request_expired(place: Workspace, case: Case) -> None:
    """Nobody has answered what was asked six hours ago."""
    place.book_earlier(case, place.half_hour(47))


def _booking_no_show(place: Workspace, case: Case) -> None:
    page = f"/bookings/{place.book_earlier(case, place.half_hour(-5))}"
    place.press(f"{page}/no-show", page, came="no")


def _before_booking(place: Workspace, case: Case) -> None:
    """It is within the hour, and was made before that; not within five minutes, for it has to be still to come."""
    is_close = place.half_hour(1) - place.now.timestamp() < 300
    place.book_earlier(case, place.half_hour(2 if is_close else 1))


def _after_booking(place: Workspace, case: Case) -> None:
    place.book_earlier(case, place.half_hour(-3))


def _link_made(place: Workspace, case: Case) -> None:
    page = _page_of_contact(place, case)
    done(submit(place.owner, page, "calendar_id", calendar_id=str(case.calendar_id)))


def _link_sent(place: Workspace, case: Case) -> None:
    page = _page_of_link(case, place.link(case).id)
    place.press(f"{page}/send", f"{page}/share")


def _link_messaged(place: Workspace, case: Case) -> None:
    """By another workflow, which sends the contact a link of this calendar."""
    said = {"subject": "Hello", "text": "{{ one_time_link }}", "calendar_id": case.calendar_id}
    with place.app.app_context():
        other = make_workflow(place.account_id, "hook", (Step("mail", "send_email", said),), now=place.now)
        workflow_id = other.id
    _call_hook(place, workflow_id, case.email)


def _link_not_opened(place: Workspace, case: Case) -> None:
    place.link(case, place.now - 2 * HOUR)


def _link_not_booked(place: Workspace, case: Case) -> None:
    path = place.path(place.link(case, place.now - 3 * HOUR))
    with clock.fixed(place.now - 2 * HOUR):
        done(place.stranger().get(f"{path}{LOOKED}"))


def _link_used(place: Workspace, case: Case) -> None:
    place.book(case)


def _link_opened_after_use(place: Workspace, case: Case) -> None:
    path = place.path(place.link(case))
    place.book(case, path)
    assert place.stranger().get(path).status_code == 410


def _link_asked_for(place: Workspace, case: Case) -> None:
    link = place.link(case)
    page = f"{_page_of_link(case, link.id)}/delete"
    place.press(page, page)
    done(place.stranger().post(f"{place.path(link)}/ask", data={"name": "Sam Lee", "email": case.email}))


def _link_expired(place: Workspace, case: Case) -> None:
    """It was good until the end of yesterday."""
    yesterday = Reader("UTC", "en_GB").local_date(place.now - DAY)
    place.link(case, place.now - 2 * DAY, expires_on=yesterday)


def _by_hand(place: Workspace, case: Case) -> None:
    done(submit(place.owner, f"/workflows/{case.workflow_id}/contacts", "who", who=case.email))


def _hook(place: Workspace, case: Case) -> None:
    _call_hook(place, case.workflow_id, case.email)


def _call_hook(place: Workspace, workflow_id: int, email: str) -> None:
    with place.app.app_context():
        workflow = service.workflow_of(place.account_id, workflow_id)
        token = service.hook_tokens().token(workflow.hook_nonce, workflow.key_id)
    done(place.stranger().post(f"/hooks/workflows/{token}", json={"email": email}))


def _page_of_contact(place: Workspace, case: Case) -> str:
    with place.app.app_context():
        return f"/contacts/{place.contact_of(case).id}"


def _page_of_link(case: Case, link_id: int) -> str:
    return f"/calendars/{case.calendar_id}/links/{link_id}"


def _booking(place: Workspace, page: str) -> Booking:
    with place.app.app_context():
        return next(each for each in db.session.scalars(db.select(Booking)) if path_of(each) == page)


# By kinds of triggers. A kind that follows several events has the others by their own names.
CAUSES: dict[str, Callable[[Workspace, Case], None]] = {
    "form_submitted": _form_submitted,
    "stage_reached": _stage_reached,
    "contact_created": _contact_created,
    "tag_added": _tag_added,
    "call_missed": _call_missed,
    "sms_received": _sms_received,
    "booking_made": _booking_made,
    "booking_confirmed": _booking_confirmed,
    "booking_changed": _booking_changed,
    "booking_cancelled": _booking_cancelled,
    "booking_declined": _booking_declined,
    "booking_request_expired": _booking_request_expired,
    "booking_no_show": _booking_no_show,
    "before_booking": _before_booking,
    "after_booking": _after_booking,
    "link_made": _link_made,
    "link_sent": _link_sent,
    "link_messaged": _link_messaged,
    "link_not_opened": _link_not_opened,
    "link_not_booked": _link_not_booked,
    "link_used": _link_used,
    "link_opened_after_use": _link_opened_after_use,
    "link_asked_for": _link_asked_for,
    "link_expired": _link_expired,
    "by_hand": _by_hand,
    "hook": _hook,
}
