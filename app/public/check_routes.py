"""/o/<token>/check: has a code sent to the link's recipient, and takes it."""

from flask import Response, redirect, request

from .. import clock
from ..db import in_transaction
from ..error_pages import ask_to_wait
from ..errors import TooMany
from ..links import recipient_check
from . import doors, gone, recipient
from .blueprint import bp
from .check_form import CodeForm
from .doors import Door
from .limits import CODES

OVER = "This code is over. Have another one sent."
LAST = "This is not the code that was sent, and it was the last try. Have another one sent."
INVALID = 422


@bp.route("/o/<token>/check", methods=["GET", "POST"])
def check_recipient(token: str) -> Response:
    """Not behind the check itself. Whoever need not pass it is led to the link."""
    door = doors.by_token(token)
    if door is None:
        return gone.unknown()
    if not recipient.is_asked_for(door, clock.now()):
        return redirect(door.path, 303)  # type: ignore[return-value]
    if request.method != "POST":  # HEAD too
        return recipient.page(door, CodeForm(formdata=None))
    return _send_code(door) if "send" in request.form else _take_code(door)


def _send_code(door: Door) -> Response:
    now = clock.now()
    try:
        CODES.take(door.subject, now)
    except TooMany as refused:
        form = CodeForm(formdata=None)
        form.form_errors.append(refused.sentence)
        return ask_to_wait(recipient.page(door, form, refused.status), refused.retry_after)
    challenge_id = in_transaction(lambda: recipient_check.ask(door.link, now))
    ends = int((now + recipient_check.LIVES).timestamp())
    answer = redirect(f"{door.path}/check?asked=1", 303)
    return recipient.ASKED.add(answer, request, door.link.id, (challenge_id, ends))  # type: ignore[arg-type]


def _take_code(door: Door) -> Response:
    form, now = CodeForm(), clock.now()
    challenge_id = recipient.challenge_of(door, now)
    if challenge_id is None:
        return _over(door, OVER)
    if not form.submitted():
        return recipient.page(door, form, INVALID)
    tried = in_transaction(lambda: recipient_check.try_code(door.link, challenge_id, form.code.data, now))
    if tried is None:
        return _over(door, OVER)
    if tried.is_right:
        answer = redirect(door.path, 303)
        mark = recipient_check.mark_of(door.link)
        return recipient.PASSED.add(answer, request, door.link.id, mark)  # type: ignore[arg-type]
    if not tried.left:
        return _over(door, LAST)
    left = f"{tried.left} more {'try' if tried.left == 1 else 'tries'}"
    form.code.errors = [f"This is not the code that was sent. You have {left}."]
    return recipient.page(door, form, INVALID)


def _over(door: Door, why: str) -> Response:
    """The page as it asks to have a code sent, now and when it is loaded again: there is none to enter."""
    form = CodeForm(formdata=None)
    form.form_errors.append(why)
    answer = recipient.page(door, form, INVALID, has_code=False)
    return recipient.ASKED.drop(answer, request, door.link.id)
