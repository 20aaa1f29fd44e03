"""Calendar groups: new, one group with its calendars, their order, switch off and on, delete."""

from flask import Response, request, url_for

from .. import clock, config, web
from ..calendars.access import calendar_for
from ..db import transaction
from ..digits import ID
from ..errors import Conflict, DomainError, Invalid
from . import access, service
from .forms import AddCalendarForm, GroupForm, NewGroupForm
from .models import CalendarGroup

bp = web.owners_blueprint("groups")

GROUP = f"/groups/<{ID}:group_id>"
PLACE = f"{GROUP}/calendars/<{ID}:calendar_id>"
STEPS = {"up": -1, "down": 1}


@bp.route("/groups/new", methods=["GET", "POST"])
def new() -> Response:
    """A group from a name; calendars are added on its own page."""
    person, form = web.current(), NewGroupForm()
    person.require_manager(access.MANAGERS_ONLY)
    if form.submitted():
        with transaction():
            group = service.create_group(
                account_id=person.account.id,
                name=form.name.data,
                description=form.description.data,
                actor_id=person.user.id,
                now=clock.now(),
            )
        return web.go_to(".show", group_id=group.id, notice="Group created. Add calendars to it.")
    return web.render("groups/new.html", form=form, status=422 if form.errors else 200)


@bp.get(GROUP)
def show(group_id: int) -> Response:
    """The group's calendars in their order, its details, and its address."""
    return _page(my_group(group_id))


@bp.post(GROUP)
def update(group_id: int) -> Response:
    """Name, address and description."""
    group, form = my_group(group_id), GroupForm()
    if not form.submitted():
        return _page(group, form, status=422)
    try:
        with transaction():
            service.change(
                group,
                name=form.name.data,
                slug=form.slug.data,
                description=form.description.data,
                seen=form.seen_version,
                actor_id=web.current().user.id,
                now=clock.now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        form.seen.data = str(group.version)  # told once: saving again is then meant
        return _page(group, form, status=refusal.status)
    return web.go_to(".show", group_id=group_id, notice="Saved")


@bp.post(f"{GROUP}/calendars")
def add_calendar(group_id: int) -> Response:
    """One more calendar, last in the order."""
    group, form = my_group(group_id), AddCalendarForm()
    form.calendar_id.choices = {each.id: each.name for each in access.ungrouped_for(web.current())}
    if not form.submitted():
        return _refused(group, Conflict(service.IN_A_GROUP))
    calendar = calendar_for(web.current(), form.calendar_id.data)
    try:
        with transaction():
            service.add_calendar(group, calendar, actor_id=web.current().user.id, now=clock.now())
    except Conflict as refusal:
        return _refused(group, refusal)
    return web.go_to(".show", group_id=group_id, notice=f"{calendar.name} added.")


@bp.post(f"{PLACE}/remove")
def remove_calendar(group_id: int, calendar_id: int) -> Response:
    """The calendar leaves the group, and stays as it is otherwise."""
    group, calendar = my_group(group_id), calendar_for(web.current(), calendar_id)
    with transaction():
        service.remove_calendar(group, calendar_id, actor_id=web.current().user.id, now=clock.now())
    return web.go_to(".show", group_id=group_id, notice=f"{calendar.name} is no longer in this group.")


@bp.post(f"{PLACE}/move")
def move_calendar(group_id: int, calendar_id: int) -> Response:
    """One place up or down."""
    group, calendar = my_group(group_id), calendar_for(web.current(), calendar_id)
    step = request.form.get("do", "")
    if step not in STEPS:
        raise Invalid("There is no such move.")
    with transaction():
        service.move(group, calendar_id, STEPS[step])
    notice = f"{calendar.name} moved {step}."
    return web.go_to(".show", group_id=group_id, moved=calendar_id, step=step, notice=notice)


@bp.post(f"{GROUP}/switch-off")
def switch_off(group_id: int) -> Response:
    """The group's page lists nothing until it is switched on again."""
    return _switch(my_group(group_id), on=False)


@bp.post(f"{GROUP}/switch-on")
def switch_on(group_id: int) -> Response:
    """The page again."""
    return _switch(my_group(group_id), on=True)


@bp.route(f"{GROUP}/delete", methods=["GET", "POST"])
def delete(group_id: int) -> Response:
    """Asks, and deletes the group; its calendars stay."""
    group = my_group(group_id)
    if request.method != "POST":  # HEAD too
        return web.render("groups/delete.html", group=group)
    with transaction():
        service.delete_group(group, actor_id=web.current().user.id, now=clock.now())
    return web.go_to("calendars.index", notice=f"{group.name} deleted. Its calendars stay.")


@bp.get(f"{GROUP}/one-time-links")
def links(group_id: int) -> Response:
    """Why a group makes no one-time links, and its calendars, which do."""
    return web.render("groups/links.html", group=my_group(group_id), sentence=service.NO_LINKS)


def my_group(group_id: int) -> CalendarGroup:
    """The group, if the person of this request manages the account. Raises NotAllowed and NotFound."""
    return access.group_for(web.current(), group_id)


def _switch(group: CalendarGroup, *, on: bool) -> Response:
    with transaction():
        service.switch(group, on=on, actor_id=web.current().user.id, now=clock.now())
    state = "on" if on else "off"
    return web.go_to(".show", group_id=group.id, notice=f"{group.name} is switched {state}.")


def _refused(group: CalendarGroup, refusal: DomainError) -> Response:
    return _page(access.group_for(web.current(), group.id), refusal=refusal, status=refusal.status)


def _page(
    group: CalendarGroup,
    form: GroupForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    free = {each.id: each.name for each in access.ungrouped_for(web.current())}
    adding = AddCalendarForm(formdata=None, calendar_id=next(iter(free), None))
    adding.calendar_id.choices = free
    return web.render(
        "groups/show.html",
        "calendars",
        status=status,
        group=group,
        form=form or GroupForm(formdata=None, obj=group, seen=str(group.version)),
        adding=adding,
        refusal=refusal.sentence if refusal else None,
        address=config.current().base_url + url_for("public.group", slug=group.slug),
        moved=request.args.get("moved", type=int),
        step=request.args.get("step"),
    )
