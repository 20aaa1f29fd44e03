"""Calendar Settings > Notifications: which mails a calendar sends, when, in which words, and how they look."""

from urllib.parse import urlencode

from flask import Response, request

from .. import clock, config, headers, ratelimit, web
from ..calendars.blueprint import CALENDAR, bp, my_calendar
from ..calendars.models import Calendar
from ..db import transaction
from ..error_pages import ask_to_wait
from ..errors import Conflict, NotFound, TooMany
from . import compose, notice_groups, notice_tests, notices, samples
from .kinds import KINDS
from .notice_forms import NoticeForm
from .texts import VALUES

NOTICES = f"{CALENDAR}/settings/notifications"
NOTICE = f"{NOTICES}/<kind>"
LONGEST_ADDRESS = 3_000


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
    if request.form.get("do") == "test":
        return _send_test(calendar, _worded(kind), form)
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
    letter = samples.letter(KINDS[kind].builder, calendar, kind, form.text(), clock.now())
    html = compose.html_of(letter, shows_subject=True, problem=form.unknown())
    return headers.framed(Response(html, mimetype="text/html"))


def _send_test(calendar: Calendar, kind: str, form: NoticeForm) -> Response:
    """The page again, as nothing was saved: what was typed stays."""
    me, now = web.current().user, clock.now()
    try:
        ratelimit.take(notice_tests.PER_PERSON, me.id, now=now)
    except TooMany as refusal:
        form.refuse(refusal)
        return ask_to_wait(_page(calendar, kind, form, refusal.status), refusal.retry_after)
    with transaction():
        test_id = notice_tests.send(calendar, kind, form.text(), me, now)
    return _page(calendar, kind, form, test_id=test_id)


def _page(
    calendar: Calendar, kind: str, form: NoticeForm, status: int = 200, test_id: int | None = None
) -> Response:
    answer = web.render(
        "calendars/notice.html",
        status=status,
        calendar=calendar,
        kind=kind,
        title=KINDS[kind].title,
        form=form,
        has_words=notice_groups.has_words(kind),
        typed=_typed(form),
        values=VALUES,
        test_id=test_id,
        me=web.current().user,
        sends_mail=config.current().mail is not None,
    )
    return headers.framing(answer)


def _typed(form: NoticeForm) -> dict[str, str]:
    """The words that were sent, for the address of the frame, as app.js puts them there; none that are too long."""
    words = form.text()._asdict() if form.is_submitted() and "subject" in form else {}
    return words if len(urlencode(words)) < LONGEST_ADDRESS else {}


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
