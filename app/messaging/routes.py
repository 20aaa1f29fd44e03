"""Messages: every mail and text with where it stands, what it says, and sending it again."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, config, headers, phones, web
from ..bookings.words import zone_words
from ..db import in_transaction
from ..digits import ID
from ..errors import Conflict, NotFound
from ..phone.settings import region_of
from . import compose, kinds, lists, service, texts_shown, words
from .about import about, written_from
from .choice import PAGE_SIZES, Choice, Section
from .letters import Letter, Overtaken
from .models import Channel
from .occasions import Occasion

bp = web.owners_blueprint("messages")

MESSAGE = f"/messages/<{ID}:message_id>"
SECTIONS = {
    Section.ALL: "All",
    Section.WAITING: "Waiting",
    Section.SENT: "Sent",
    Section.KEPT: "Kept",
    Section.FAILED: "Failed",
    Section.UNCLEAR: "Unclear",
    Section.DROPPED: "Not needed",
}


@bp.get("/messages")
def index() -> Response:
    """All messages, newest first, by state and by whom they are for."""
    signed_in = web.current()
    region = region_of(signed_in.account.id) if request.args.get("to") else None
    choice = Choice.from_args(request.args, region)
    page = lists.page_of(signed_in, choice)
    return web.render(
        "messages/index.html",
        "messages",
        choice=choice,
        rows=page.messages,
        words=words,
        reader=web.reader(),
        zone=zone_words(web.reader().tz),
        has_server=config.current().mail is not None,
        put_off=lists.put_off_for(signed_in),
        count_words=lists.count_words,
        international=phones.international,
        **_links(choice, page, lists.counts(signed_in, choice)),
    )


@bp.get(MESSAGE)
def show(message_id: int) -> Response:
    """One message: where it stands, and what it says."""
    return _page(lists.message_for(web.current(), message_id))


@bp.get(f"{MESSAGE}/preview")
def preview(message_id: int) -> Response:
    """The mail as HTML, for the frame on its page."""
    message = lists.message_for(web.current(), message_id)
    if message.channel == Channel.SMS:
        raise NotFound("A text has no preview: its page shows all of it.")
    letter, gone = _letter(message)
    html = compose.shown(compose.html_of(letter)) if letter else gone
    return headers.framed(Response(html, mimetype="text/html"))


@bp.post(f"{MESSAGE}/resend")
def resend(message_id: int) -> Response:
    """Sends it once more."""
    lists.message_for(web.current(), message_id)
    try:
        in_transaction(lambda: service.resend(message_id, clock.now()))
    except Conflict as refusal:
        return _page(lists.message_for(web.current(), message_id), refusal)
    return web.go_to(".show", message_id=message_id, notice="The message is on its way again.")


def _page(message: Any, refusal: Conflict | None = None) -> Response:
    is_text = message.channel == Channel.SMS
    letter, gone = (None, "") if is_text else _letter(message)
    answer = web.render(
        "messages/show.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        message=message,
        about=about(message, web.current()),
        written_from=written_from(message),
        letter=letter,
        gone=gone,
        text=compose.text_of(letter) if letter else "",
        sms=texts_shown.shown(message, clock.now()) if is_text else None,
        words=words,
        reader=web.reader(),
        can_resend=message.state in service.RESENT and message.to_address,
    )
    return headers.framing(answer)


def _letter(message: Any) -> tuple[Letter | None, str]:
    """The letter with its secrets hidden; else None and a sentence that says why there is none."""
    try:
        return kinds.write(Occasion(message, clock.now(), is_sending=False)), ""
    except Overtaken as over:
        return None, str(over)


def _links(choice: Choice, page: lists.Page, counts: dict[Section, int]) -> dict[str, Any]:
    def to(**changes: Any) -> str:
        return url_for(".index", **choice.args(**changes))

    rows = page.messages
    sections = [
        (SECTIONS[each], lists.count_words(counts[each]), to(section=each), each == choice.section)
        for each in Section
        if counts[each] or each in (choice.section, Section.ALL)
    ]
    return {
        "sections": sections,
        "total": lists.count_words(counts[choice.section]),
        "everything": to(section=Section.ALL, address=""),
        "newer_page": to(before=rows[0].id) if page.has_newer and rows else None,
        "older_page": to(after=rows[-1].id) if page.has_older and rows else None,
        "sizes": [(size, to(per_page=size), size == choice.per_page) for size in PAGE_SIZES],
    }
