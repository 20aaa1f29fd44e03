"""Every rule of the app, by who may use it, and for each that changes something a request that would do so.

A route that stands in no list fails test_isolation: whoever adds one has to say whose it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from ..factories import at
from ..forms_on_page import forms_of
from ..people import PASSWORD
from .world import World

# Without sign-in, by design.
ANYBODY = {
    "static",
    "accounts.forgot_password",
    "accounts.home",
    "accounts.password_asked",
    "accounts.setup",
    "accounts.sign_in",
    "preferences.theme",
    "operating.health",
    "operating.readiness",
    "operating.show_metrics",
    "public.form",
    "public.group",
    "public.standard_picker",
    "public.standard_details",
    "public.book_by_standard_link",
}
# Whoever holds the token in the address.
HOLDERS = {
    "accounts.confirm_email",
    "accounts.join",
    "accounts.reset_password",
    "public.picker",
    "public.link_with_slash",
    "public.booking_with_slash",
    "public.details",
    "public.book_by_link",
    "public.manage_booking",
    "public.manage_ics",
    "public.reminders",
    "public.choose_reminders",
    "public.ask_for_link",
    "public.check_recipient",
    "public.find_booking",
    "public.change_time",
    "public.confirm_change",
    "public.change",
    "public.ask_to_cancel",
    "public.cancel",
    "hooks_of_workflows.hook",
}
# Whoever has the secret that their requests are signed with.
SIGNERS = {
    "hooks.calls",
    "hooks.texts",
    "hooks.reports",
}
# Whoever is signed in, each for themself.
ONESELF = {
    "accounts.show",
    "accounts.update",
    "accounts.change_password",
    "accounts.change_email",
    "accounts.keep_email",
    "accounts.leave",
    "accounts.end_session",
    "accounts.end_other_sessions",
    "accounts.sign_out",
    "calendars.index",
    "calendars.new",
    "bookings.index",
    "insights.index",
    "insights.export",
    "messages.index",
}
# Whoever manages the account, each their own: owners and admins, no members.
ADMINS = {
    "worker.index",
    "accounts.invite",
    "accounts.team",
    "groups.new",
    "intake.index",
    "intake.new",
    "pipelines.index",
    "pipelines.new",
    "phone.show",
    "phone.update",
    "phone.renew",
    "phone.send_test",
    "contacts.index",
    "contacts.new",
    "contacts.export_list",
    "contacts.own_fields",
    "contacts.add_field",
    "contacts.all_imports",
    "contacts.upload",
    "workflows.index",
    "workflows.new",
    "workflows.all_runs",
    "workflows.add_chosen",
}
# Whoever manages what the address names.
MANAGERS = {
    "accounts.change_role",
    "accounts.remove_member",
    "accounts.resend_invitation",
    "accounts.revoke_invitation",
    "calendars.duplicate",
    "calendars.switch_off",
    "calendars.switch_on",
    "calendars.delete",
    "calendars.settings",
    "calendars.details",
    "calendars.booking_rules",
    "calendars.location",
    "calendars.expired_page",
    "calendars.expired_page_preview",
    "calendars.public_link",
    "calendars.availability",
    "calendars.preview_hours",
    "calendars.add_override",
    "calendars.remove_override",
    "calendars.questions",
    "calendars.notifications",
    "calendars.notice",
    "calendars.notice_preview",
    "groups.show",
    "groups.update",
    "groups.add_calendar",
    "groups.remove_calendar",
    "groups.move_calendar",
    "groups.switch_off",
    "groups.switch_on",
    "groups.delete",
    "groups.links",
    "intake.edit",
    "intake.switch_off",
    "intake.switch_on",
    "intake.delete",
    "intake.submissions",
    "intake.submission",
    "intake.export",
    "intake.embed",
    "pipelines.show",
    "pipelines.table",
    "pipelines.settings",
    "pipelines.delete",
    "pipelines.new_opportunity",
    "pipelines.add_contact",
    "pipelines.opportunity",
    "pipelines.change",
    "pipelines.move",
    "pipelines.delete_opportunity",
    "links.index",
    "links.create",
    "links.replace_link",
    "links.delete",
    "links.show",
    "links.edit",
    "links.share",
    "links.export",
    "links.send",
    "links.answer_request",
    "links.ignore_request",
    "bookings.show",
    "bookings.cancel",
    "bookings.no_show",
    "bookings.ics",
    "messages.show",
    "messages.preview",
    "messages.resend",
    "bookings.new_link",
    "worker.retry",
    "bookings.change_time",
    "bookings.change",
    "bookings.accept",
    "bookings.decline",
    "contacts.show",
    "contacts.edit",
    "contacts.tag",
    "contacts.note",
    "contacts.change_note",
    "contacts.remove_note",
    "contacts.channel",
    "contacts.create_link",
    "contacts.export_one",
    "contacts.merge",
    "contacts.erase",
    "contacts.rename_field",
    "contacts.remove_field",
    "contacts.show_import",
    "contacts.start_import",
    "contacts.stop_import",
    "contacts.skipped",
    "workflows.show",
    "workflows.publish",
    "workflows.discard",
    "workflows.switch",
    "workflows.rename",
    "workflows.copy",
    "workflows.delete",
    "workflows.trigger",
    "workflows.settings",
    "workflows.add_step",
    "workflows.edit_step",
    "workflows.move_step",
    "workflows.remove_step",
    "workflows.preview",
    "workflows.add_contacts",
    "workflows.run",
    "workflows.retry_run",
    "workflows.stop_run",
}
OWNERS_PAGES = ONESELF | ADMINS | MANAGERS


@dataclass(frozen=True)
class Action:
    """A POST that Ada may send: the form of `page` that has a field `has`, with `data` in it.

    `uses` are ids of the world in place of the usual ones, `names` those that fields hold; a None in `data` leaves a
    field out.
    """

    endpoint: str
    data: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    has: str = "seen"
    uses: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def path(self, world: World) -> str:
        """Where it is sent to."""
        return world.path(self.endpoint, **self._ids(world))

    def fields(self, world: World, token: str | None) -> dict[str, Any]:
        """What Ada's browser would send, with `token` as its CSRF token, or without one."""
        named = {name: str(world.ids[other]) for name, other in self.names.items()}
        sent = {**self._on_page(world), **self.data, **named, "csrf_token": token}
        return {name: value for name, value in sent.items() if value is not None}

    def _on_page(self, world: World) -> dict[str, list[str]]:
        if not self.page:
            return {}
        shown = world.browser("ada").get(world.path(self.page, **self._ids(world)))
        return next(form.fields for form in forms_of(shown) if self.has in form.fields)

    def _ids(self, world: World) -> dict[str, Any]:
        return {name: world.ids[other] for name, other in self.uses.items()}


def section(name: str, /, **data: Any) -> Action:
    """Saving a section of Calendar Settings."""
    return Action(f"calendars.{name}", data, page=f"calendars.{name}")


NEW_CALENDAR = {"name": "Second call", "duration_minutes": "45"}
ACTIONS = [
    Action("accounts.update", {"name": "Ada Byron"}, page="accounts.show", has="name"),
    Action("accounts.change_password", {"current_password": PASSWORD, "password": "quite another pass"}),
    Action(
        "accounts.change_email", {"change-email": "next@example.org", "change-current_password": PASSWORD}
    ),
    Action("accounts.keep_email"),
    Action("accounts.leave", page="accounts.leave", has="to_id"),
    Action("accounts.end_session"),
    Action("accounts.end_other_sessions"),
    Action("accounts.invite", {"email": "alan@example.org"}, page="accounts.team", has="email"),
    Action("accounts.resend_invitation"),
    Action("accounts.revoke_invitation"),
    Action("accounts.change_role", {"role": "owner"}, page="accounts.change_role", has="role"),
    Action("accounts.remove_member", page="accounts.remove_member", has="to_id"),
    Action("accounts.sign_out"),
    Action("calendars.new", NEW_CALENDAR, page="calendars.new", has="name"),
    Action("calendars.duplicate"),
    Action("calendars.switch_off"),
    Action("calendars.switch_on", uses={"calendar_id": "off_id"}),
    Action("calendars.delete", uses={"calendar_id": "empty_id"}),
    section("details", name="Renamed", slug="renamed"),
    section("booking_rules", notice_amount="2"),
    section("location", kind="custom", custom="Under the clock"),
    section("expired_page", expired_message="Too late"),
    section("public_link", is_public=None),
    section("availability", **{"monday-0-start": "10:00"}),
    section("questions", **{"questions-0-label": "Why?", "questions-0-kind": "text"}),
    Action("calendars.notice", {"subject": "Hello"}, page="calendars.notice"),
    Action("messages.resend"),
    Action("calendars.add_override", {"dates-from_on": "2027-02-01", "dates-kind": "closed"}),
    Action("calendars.remove_override"),
    Action("groups.new", {"name": "Second group"}, page="groups.new", has="name"),
    Action("groups.update", {"name": "Renamed", "slug": "renamed"}, page="groups.show", has="slug"),
    Action("groups.add_calendar", page="groups.show", has="calendar_id"),
    Action("groups.remove_calendar"),
    Action("groups.move_calendar", {"do": "down"}),
    Action("groups.switch_off"),
    Action("groups.switch_on", uses={"group_id": "off_group_id"}),
    Action("groups.delete"),
    Action("intake.new", {"name": "Second form"}, page="intake.new", has="name"),
    Action("intake.edit", {"name": "Renamed", "slug": "renamed"}, page="intake.edit", has="slug"),
    Action("intake.embed", {"origins": "https://example.org"}, page="intake.embed", has="origins"),
    Action("intake.switch_off"),
    Action("intake.switch_on", uses={"form_id": "off_form_id"}),
    Action("intake.delete", uses={"form_id": "off_form_id"}),
    Action("pipelines.new", {"name": "Second pipeline"}, page="pipelines.new", has="name"),
    Action("pipelines.settings", {"name": "Renamed"}, page="pipelines.settings", has="currency"),
    Action("pipelines.delete", uses={"pipeline_id": "empty_pipeline_id"}),
    Action(
        "pipelines.new_opportunity",
        {"title": "Shed", "email": "sam@example.org"},
        page="pipelines.new_opportunity",
        has="title",
    ),
    Action("pipelines.add_contact", {"stage_id": "1", "value": "12"}),
    Action("pipelines.change", {"title": "Cellar"}, page="pipelines.opportunity", has="title"),
    Action("pipelines.move", {"stage_id": "2"}, page="pipelines.show", has="stage_id"),
    Action("pipelines.delete_opportunity"),
    Action(
        "links.create",
        {"for_name": "Sam Lee", "for_email": "sam@example.org"},
        page="links.index",
        has="for_name",
    ),
    Action("links.replace_link", uses={"link_id": "used_id"}),
    Action("links.delete"),
    Action("links.edit", {"note": "another note"}, page="links.edit", has="note"),
    Action("bookings.cancel", {"reason": "ill", "seen": "0"}),
    Action("links.send"),
    Action("links.answer_request"),
    Action("links.ignore_request"),
    Action("worker.retry"),
    Action("bookings.accept", {"seen": "0"}, uses={"booking_id": "waiting_id"}),
    Action("bookings.decline", {"reason": "full", "seen": "0"}, uses={"booking_id": "waiting_id"}),
    Action("bookings.change", {"s": str(at(10)), "seen": "0"}),
    Action("bookings.no_show", {"came": "no"}, uses={"booking_id": "past_id"}),
    Action("bookings.new_link"),
    Action("phone.update", {"voicemail_seconds": "9"}, page="phone.show", has="voicemail_seconds"),
    Action("phone.renew"),
    Action("phone.send_test", {"test-number": "+49 30 901820"}),
    Action("contacts.new", {"email": "kim@example.org"}, page="contacts.new", has="email"),
    Action("contacts.edit", {"name": "Kim"}, page="contacts.edit", has="email"),
    Action("contacts.tag", {"tag": "guest"}),
    Action("contacts.note", {"text": "Called"}),
    Action("contacts.change_note", {"text": "Called twice"}),
    Action("contacts.remove_note"),
    Action("contacts.channel", {"channel": "email", "do": "stop"}),
    Action("contacts.create_link", {"note": "by phone"}, page="contacts.show", has="calendar_id"),
    Action("contacts.merge", names={"other": "other_id"}),
    Action("contacts.erase", uses={"contact_id": "other_id"}),
    Action("contacts.add_field", {"label": "Company"}),
    Action("contacts.rename_field", {"label": "Firm"}),
    Action("contacts.remove_field"),
    Action("contacts.upload", {"pasted": "Kim,kim@example.org"}),
    Action("contacts.start_import", page="contacts.show_import", has="column"),
    Action("contacts.stop_import"),
    Action("workflows.new", {"name": "Second", "ready_made": ""}, page="workflows.new", has="name"),
    Action("workflows.add_chosen", names={"contact": "contact_id", "workflow": "workflow_id"}),
    Action("workflows.publish", page="workflows.show"),
    Action("workflows.discard", page="workflows.discard"),
    Action("workflows.switch", {"do": "off"}),
    Action("workflows.rename", {"name": "Renamed"}, page="workflows.rename", has="name"),
    Action("workflows.copy"),
    Action("workflows.delete"),
    Action("workflows.trigger", {"tag": "new"}, page="workflows.trigger", has="tag"),
    Action("workflows.settings", {"reentry": "y"}, page="workflows.settings"),
    Action("workflows.add_step", {"add": "add_tag", "tag": "new", "seen": "1"}),
    Action("workflows.edit_step", {"text": "Other words"}, page="workflows.edit_step", has="text"),
    Action("workflows.move_step", {"do": "down", "seen": "1"}),
    Action("workflows.remove_step", {"seen": "1"}),
    Action("workflows.add_contacts", {"tag": "zebrafinch"}, page="workflows.add_contacts", has="tag"),
    Action("workflows.retry_run", uses={"run_id": "failed_run_id"}),
    Action("workflows.stop_run"),
]


def rules(app: Flask, endpoints: set[str]) -> Iterator[Rule]:
    """The rules of these endpoints."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint in endpoints)


def posting(app: Flask) -> set[str]:
    """Endpoints that take POST."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
