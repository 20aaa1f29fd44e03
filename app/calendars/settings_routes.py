"""Calendar Settings: the sections that are one plain form each."""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from .. import clock, config, web
from ..db import transaction
from ..errors import Conflict, Invalid
from ..public import expired
from ..public.doors import Host
from ..public.expired import Variant
from ..qr import qr_svg
from . import rules_form, service
from .access import hosts_for
from .forms import DetailsForm, ExpiredPageForm, LocationForm, PublicLinkForm, SectionForm
from .models import Calendar, ContactKind
from .routes import CALENDAR, bp, my_calendar, reader, zone_choices
from .sections import stamp

PREVIEWED = {Variant.USED: "Used", Variant.DELETED: "Deleted", Variant.EXPIRED: "Expired"}


@bp.get(f"{CALENDAR}/settings")
def settings(calendar_id: int) -> Response:
    """Calendar Settings begin with the details."""
    return web.go_to(".details", calendar_id=my_calendar(calendar_id).id)


@bp.route(f"{CALENDAR}/settings/details", methods=["GET", "POST"])
def details(calendar_id: int) -> Response:
    """Name, address, host, zone and duration."""
    calendar = my_calendar(calendar_id)
    form = DetailsForm(obj=calendar)
    hosts = {calendar.host_id: calendar.host.name} | {each.id: each.name for each in hosts_for(web.current())}
    form.host_id.choices = hosts
    form.tz.choices = zone_choices(calendar.tz)
    return section_page(calendar, "details", form, lambda: form.data, public_base=_public_address(""))


@bp.route(f"{CALENDAR}/settings/booking-rules", methods=["GET", "POST"])
def booking_rules(calendar_id: int) -> Response:
    """Step, buffers, notice, window and limits."""
    calendar = my_calendar(calendar_id)
    form = rules_form.BookingRulesForm(obj=calendar, data=rules_form.shown(calendar))
    return section_page(calendar, "booking-rules", form, form.values)


@bp.route(f"{CALENDAR}/settings/location", methods=["GET", "POST"])
def location(calendar_id: int) -> Response:
    """Where the two meet."""
    calendar = my_calendar(calendar_id)
    kind = calendar.location_kind
    form = LocationForm(data={"kind": kind.value, kind.value: calendar.location_detail})
    return section_page(
        calendar,
        "location",
        form,
        lambda: {"location_kind": form.kind.data, "location_detail": form.detail()},
    )


@bp.route(f"{CALENDAR}/settings/expired-page", methods=["GET", "POST"])
def expired_page(calendar_id: int) -> Response:
    """What somebody sees who opens a link that is over."""
    calendar = my_calendar(calendar_id)
    kind = calendar.expired_contact_kind
    shown = {} if kind == ContactKind.NONE else {kind.value: calendar.expired_contact}
    form = ExpiredPageForm(obj=calendar, data=shown)
    return section_page(
        calendar,
        "expired-page",
        form,
        lambda: form.data | {"expired_contact": form.contact()},
        previews=PREVIEWED,
    )


@bp.get(f"{CALENDAR}/settings/expired-page/preview")
def expired_page_preview(calendar_id: int) -> Response:
    """The expired page as a stranger sees it, as saved."""
    calendar = my_calendar(calendar_id)
    host = Host(calendar.host.name, calendar.host.email)
    page = expired.expired_page(calendar, host, _variant_asked(), reader(calendar.tz), clock.now())
    return web.render("public/expired.html", view=page)


@bp.route(f"{CALENDAR}/settings/public-link", methods=["GET", "POST"])
def public_link(calendar_id: int) -> Response:
    """The standard link, its address and its QR code."""
    calendar = my_calendar(calendar_id)
    address = _public_address(calendar.slug)
    form = PublicLinkForm(obj=calendar)
    code = qr_svg(address, f"QR code of the public link of {calendar.name}")
    return section_page(calendar, "public-link", form, lambda: form.data, address=address, code=code)


def section_page(
    calendar: Calendar, section: str, form: SectionForm, values: Callable[[], dict[str, Any]], **context: Any
) -> Response:
    """The section's page, or the redirect after saving it; a refusal is told on the page, with all that was typed."""
    status = 200
    if request.method != "POST":  # HEAD too
        form.seen.data = stamp(calendar, section)
    elif not form.submitted():
        status = 422
    else:
        refusal = save(calendar, section, form, values())
        if refusal is None:
            return web.go_to(request.endpoint, calendar_id=calendar.id, notice="Saved")
        status = refusal.status
    page = f"calendars/{section.replace('-', '_')}.html"
    return web.render(page, calendar=calendar, form=form, status=status, **context)


def save(
    calendar: Calendar, section: str, form: SectionForm, values: dict[str, Any]
) -> Invalid | Conflict | None:
    """Store a section; what refused it, if anything did, told by the form."""
    seen = form.seen.data or ""
    try:
        with transaction():
            person = web.current().user.id
            service.change(calendar, section, values, seen=seen, actor_id=person, now=clock.now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Conflict):
            # Told once: saving again is then meant to replace what the other person stored.
            form.seen.data = stamp(calendar, section)
        return refusal
    return None


def _variant_asked() -> Variant:
    asked = request.args.get("variant", "")
    return Variant(asked) if asked in PREVIEWED else Variant.USED


def _public_address(slug: str) -> str:
    return config.current().base_url + url_for("public.standard_picker", slug=slug or "-").removesuffix("-")
