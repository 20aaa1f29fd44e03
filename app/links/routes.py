"""Calendar Settings > One-Time Booking Links: the list, and what can be done from it."""

from typing import Any

from flask import Response, request, url_for

from .. import clock, config, web
from ..calendars.access import calendar_for
from ..calendars.models import Calendar
from ..db import transaction
from ..errors import Conflict, Invalid
from ..localtime import Reader
from . import listing, service
from .blueprint import LINK, LIST, bp, my_link
from .bookable import Obstacle, obstacle_to
from .choice import PAGE_SIZES, Choice
from .forms import LinkForm
from .link_page import link_page
from .models import LinkSource, LinkStatus, OneTimeLink
from .request_words import waiting
from .words import SOURCE_WORDS, STATUS_WORDS, row_of


@bp.get(LIST)
def index(calendar_id: int) -> Response:
    """A page of the calendar's links, newest first; a pasted address leads to its link."""
    choice = Choice.from_args(request.args)
    if choice.token:
        calendar = calendar_for(web.current(), calendar_id)
        found = listing.id_of_token(calendar.id, choice.token)
        if found:
            return web.go_to(".index", calendar_id=calendar_id, **Choice(link_id=found).args())
    answer = _list(listing.section_of(web.current(), calendar_id), choice, LinkForm(formdata=None))
    if "created" in request.args or "deleted" in request.args:
        # What was just done is no part of the page's address: reloading must not say it again.
        answer.headers["HX-Replace-Url"] = _index_url(calendar_id, choice)
    return answer


@bp.post(LIST)
def create(calendar_id: int) -> Response:
    """A new link: by one press, or with the options that were filled in."""
    section, form = listing.section_of(web.current(), calendar_id), LinkForm()
    calendar = section.calendar
    if form.asks_for_more_times:
        return _list(section, Choice(), form, more_times=1)
    if form.submitted():
        try:
            with transaction():
                link = service.create_link(
                    calendar, form.options(calendar.tz), web.current().user, clock.now()
                )
            return _created(calendar, link)
        except Invalid as refused:
            form.refuse(refused)
    return _list(section, Choice(), form, status=422)


@bp.post(f"{LINK}/replace")
def replace_link(calendar_id: int, link_id: int) -> Response:
    """A new link in place of a used or deleted one."""
    calendar, link = my_link(calendar_id, link_id)
    with transaction():
        new = service.create_replacement(calendar, link, web.current().user, clock.now())
    return _created(calendar, new)


@bp.route(f"{LINK}/delete", methods=["GET", "POST"])
def delete(calendar_id: int, link_id: int) -> Response:
    """Asks, and deletes an Active link. The address carries the list's filters, so that one comes back to them."""
    calendar, link = my_link(calendar_id, link_id)
    if request.method != "POST":  # HEAD too: this rule takes it, and it must not delete
        return web.render("links/delete.html", calendar=calendar, link=link, row=_one_row(calendar, link))
    try:
        with transaction():
            service.delete_link(link, web.current().user, clock.now())
    except Conflict as too_late:
        return link_page(calendar, link, too_late)
    if "page" in request.args:
        return web.go_to(".show", calendar_id=calendar_id, link_id=link_id, notice="Link deleted.")
    choice = Choice.from_args(request.args)
    return web.go_to(
        ".index", calendar_id=calendar_id, deleted=link_id, notice="Link deleted.", **choice.here()
    )


def _created(calendar: Calendar, link: OneTimeLink) -> Response:
    return web.go_to(".index", calendar_id=calendar.id, created=link.id, notice="Link created.")


def _list(
    section: listing.Section, choice: Choice, form: LinkForm, *, more_times: int = 0, status: int = 200
) -> Response:
    """The page, or its block `links`."""
    calendar, counts, has_requests = section
    now, words = clock.now(), web.reader()
    page = listing.page_of(calendar.id, choice)
    base_url = config.current().base_url
    return web.render(
        "links/index.html",
        "links",
        status=status,
        calendar=calendar,
        choice=choice,
        counts=counts,
        rows=[row_of(link, base_url, calendar.tz, words, now) for link in page.links],
        form=form,
        more_times=more_times,
        zone=Reader(calendar.tz, words.locale).zone_label(now),
        requests=waiting(calendar, words, now) if has_requests else [],
        **_links_of(calendar.id, choice, counts, page),
        **_just_done(page, _obstacle(calendar, page)),
    )


def _links_of(calendar_id: int, choice: Choice, counts: listing.Counts, page: listing.Page) -> dict[str, Any]:
    """Filters and pages as (text, count, address, is it this one)."""

    def to(**changes: Any) -> str:
        return url_for(".index", calendar_id=calendar_id, **choice.args(link_id=None, **changes))

    ids = [link.id for link in page.links]
    return {
        "statuses": [
            ("All", sum(counts.values()), to(status=None), choice.status is None),
            *(
                (STATUS_WORDS[each], counts[each], to(status=each), choice.status == each)
                for each in LinkStatus
            ),
        ],
        "sources": [
            ("Any", None, to(source=None), choice.source is None),
            *((SOURCE_WORDS[each], None, to(source=each), choice.source == each) for each in LinkSource),
        ],
        "newest": to(),
        "newer": to(newer_than=ids[0]) if page.has_newer and ids else None,
        "older": to(older_than=ids[-1]) if page.has_older and ids else None,
        "sizes": [(size, to(per_page=size), choice.per_page == size) for size in PAGE_SIZES],
        "nothing": _nothing(choice),
        "everything": _index_url(calendar_id, Choice(per_page=choice.per_page)),
    }


def _nothing(choice: Choice) -> str:
    """What an empty list says, once something narrows it."""
    if choice.token or choice.link_id:
        return "No link of this calendar has this address."
    if choice.search:
        return f"No links match “{choice.search}”."
    status = f" {STATUS_WORDS[choice.status].lower()}" if choice.status else ""
    source = f" from “{SOURCE_WORDS[choice.source]}”" if choice.source else ""
    return f"No{status} links{source}."


def _obstacle(calendar: Calendar, page: listing.Page) -> Obstacle | None:
    """What is wrong with the link that was just created, if anything."""
    created = request.args.get("created", type=int)
    new = next((link for link in page.links if link.id == created), None) if created else None
    return obstacle_to(calendar, new, clock.now(), web.reader().locale) if new else None


def _just_done(page: listing.Page, obstacle: Obstacle | None) -> dict[str, Any]:
    """Where the focus goes, and what is said, after a link was created or deleted."""
    created, deleted = (request.args.get(name, type=int) for name in ("created", "deleted"))
    older = [link.id for link in page.links if deleted and link.id < deleted]
    return {
        "created": created,
        "is_deleted": bool(deleted),
        "focused": older[0] if older else None,
        "obstacle": obstacle,
        "said": _said(obstacle) if created else "Link deleted." if deleted else None,
    }


def _said(obstacle: Obstacle | None) -> str:
    return " ".join(["Link created.", *([f"{obstacle.title}:", *obstacle.sentences] if obstacle else [])])


def _one_row(calendar: Calendar, link: OneTimeLink) -> Any:
    page = listing.page_of(calendar.id, Choice(link_id=link.id))
    return row_of(page.links[0], config.current().base_url, calendar.tz, web.reader(), clock.now())


def _index_url(calendar_id: int, choice: Choice) -> str:
    return url_for(".index", calendar_id=calendar_id, **choice.here())
