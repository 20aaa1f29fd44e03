"""Calendar Settings > Notifications: which mails a calendar sends, when, in which words, and how they look."""

from flask import Response, request

from .. import clock, headers, web
from ..calendars.blueprint import CALENDAR, bp, my_calendar
from ..calendars.models import Calendar
from ..db import transaction
from ..errors import Conflict, NotFound
from . import compose, notice_groups, notices, samples
from .kinds import KINDS
from .notice_forms import NoticeForm
from .texts import VALUES

NOTICES = f"{CALENDAR}/settings/notifications"
NOTICE = f"{NOTICES}/<kind>"


@bp.get(NOTICES)
def notifications(calendar_id: int) -> Response:
    """All mails of the calendar."""
    calendar = my_calendar(calendar_id)
    groups = notice_groups.lines(notices.settings_of(calendar.id))
    return web.render("calendars/notifications.html", calendar=calendar, groups=groups)


@bp.route(NOTICE, methods=["GET", "POST"])
def notice(calendar_id: int, kind: str) -> Response:
    """One of them, to change; or what the words on the form would look like, in the frame."""
    calendar = my_calendar(calendar_id)
    setting = notices.setting_of(calendar.id, _known(kind))
    form = NoticeForm(kind, setting)
    if request.form.get("do") == "preview":
        return _frame(calendar, _worded(kind), form)
    if not form.is_submitted():
        form.seen.data = setting.mark
        return _page(calendar, kind, form)
    if not form.validate():
        return _page(calendar, kind, form, 422)
    refusal = _save(calendar, kind, form)
    if refusal:
        return _page(calendar, kind, form, refusal.status)
    return web.go_to(".notice", calendar_id=calendar.id, kind=kind, notice="Saved")


@bp.get(f"{NOTICE}/preview")
def notice_preview(calendar_id: int, kind: str) -> Response:
    """The mail as HTML, for the frame: in the words of the address while somebody types, else in those stored."""
    calendar = my_calendar(calendar_id)
    setting = notices.setting_of(calendar.id, _worded(kind))
    form = NoticeForm(kind, setting, formdata=request.args) if request.args else NoticeForm(kind, setting)
    return _frame(calendar, kind, form)


def _frame(calendar: Calendar, kind: str, form: NoticeForm) -> Response:
    letter = samples.letter(calendar, kind, form.text(), clock.now())
    return headers.framed(Response(compose.html_of(letter, shows_subject=True), mimetype="text/html"))


def _page(calendar: Calendar, kind: str, form: NoticeForm, status: int = 200) -> Response:
    has_words = notice_groups.has_words(kind)
    letter = samples.letter(calendar, kind, form.text(), clock.now()) if has_words else None
    answer = web.render(
        "calendars/notice.html",
        status=status,
        calendar=calendar,
        kind=kind,
        title=KINDS[kind].title,
        form=form,
        letter=letter,
        values=VALUES,
    )
    return headers.framing(answer)


def _save(calendar: Calendar, kind: str, form: NoticeForm) -> Conflict | None:
    person, now = web.current().user.id, clock.now()
    try:
        with transaction():
            notices.change(
                calendar, kind, form.setting(), seen=form.seen.data or "", actor_id=person, now=now
            )
    except Conflict as refusal:
        form.refuse(refusal)
        form.seen.data = notices.setting_of(calendar.id, kind).mark
        return refusal
    return None


def _known(kind: str) -> str:
    if not any(kind in kinds for kinds in notice_groups.GROUPS.values()):
        raise NotFound("There is no such mail.")
    return kind


def _worded(kind: str) -> str:
    if not notice_groups.has_words(_known(kind)):
        raise NotFound("There is no preview of this mail.")
    return kind
