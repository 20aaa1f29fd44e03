"""Calendar Settings: the sections that are one plain form each."""

from flask import Response, request, url_for

from .. import clock, config, web
from ..public import expired
from ..public.doors import Host
from ..public.expired import Variant
from ..qr import qr_svg
from . import rules_form
from .access import hosts_for
from .blueprint import CALENDAR, bp, my_calendar, zone_choices
from .forms import DetailsForm, ExpiredPageForm, LocationForm, PublicLinkForm
from .models import ContactKind
from .section_page import section_page

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
    host = Host(calendar.host.name, calendar.host.email, calendar.host.tz)
    today = expired.last_day_of(clock.now(), calendar.tz, web.reader(calendar.tz))
    page = expired.expired_page(calendar, host, _variant_asked(), last_day=today)
    return web.render("public/expired.html", view=page)


@bp.route(f"{CALENDAR}/settings/public-link", methods=["GET", "POST"])
def public_link(calendar_id: int) -> Response:
    """The standard link, its address and its QR code."""
    calendar = my_calendar(calendar_id)
    address = _public_address(calendar.slug)
    form = PublicLinkForm(obj=calendar)
    code = qr_svg(address, f"QR code of the public link of {calendar.name}")
    return section_page(calendar, "public-link", form, lambda: form.data, address=address, code=code)


def _variant_asked() -> Variant:
    asked = request.args.get("variant", "")
    return Variant(asked) if asked in PREVIEWED else Variant.USED


def _public_address(slug: str) -> str:
    return config.current().base_url + url_for("public.standard_picker", slug=slug or "-").removesuffix("-")
