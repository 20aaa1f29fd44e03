"""What owners see."""

from collections.abc import Callable

from playwright.sync_api import Page

from app.db import db, in_transaction, transaction
from app.worker import beats
from app.worker.models import FailedWork

from ..factories import NOW, at
from ..people import PASSWORD
from .stage import LONG, WORKER, Stage
from .states import Act, Address, State, both, follow, press, send, unfold, visible


def _in(calendar: str, page: str) -> Address:
    return lambda stage: stage.calendar(calendar, page)


def _group(name: str, page: str = "") -> Address:
    return lambda stage: stage.group(name, page)


def _link(name: str, page: str = "") -> Address:
    return lambda stage: stage.link(name, page)


def _booking(name: str, page: str = "") -> Address:
    return lambda stage: stage.booking(name, page)


def _contact(name: str, page: str = "") -> Address:
    return lambda stage: f"/contacts/{stage.ids[name]}{page}"


def _import(name: str) -> Address:
    return lambda stage: f"/contacts/imports/{stage.ids[name]}"


def _message(state: str) -> Address:
    return lambda stage: stage.message(state)


def _of(what: str, endpoint: str, who: str = "Ada") -> Callable[..., State]:
    def state(name: str, address: Address, act: Act | None = None, **more: object) -> State:
        return State(f"{what} {name}".strip(), endpoint, address, act, **{"who": who, **more})

    return state


def _section(page: str) -> Callable[..., State]:
    return _of(page.replace("-", " "), f"calendars.{page.replace('-', '_')}")


def _choose(button: str, *radios: str) -> Act:
    def act(page: Page, _stage: Stage) -> None:
        for radio in radios:
            page.get_by_label(radio, exact=True).check()
        page.get_by_role("button", name=button, exact=True).click()

    return act


def _member(name: str, page: str) -> Address:
    return lambda stage: f"/settings/team/{stage.ids[name]}/{page}"


def _choose_role(role: str) -> Act:
    def act(page: Page, _stage: Stage) -> None:
        page.get_by_label(role).check()
        page.get_by_role("button", name="Save", exact=True).click()

    return act


def _open_last_menu(page: Page, _stage: Stage) -> None:
    """The last row's: nothing stands below it that its panel could cover half."""
    page.locator("details.more summary").last.click()


def _ask_to_delete(page: Page, stage: Stage) -> None:
    row = page.locator(f"#calendar-{stage.ids['empty']}")
    row.locator("summary").click()
    row.get_by_role("link", name="Delete").click()


def _press_delete(page: Page, _stage: Stage) -> None:
    page.get_by_role("link", name="Delete", exact=True).first.click()


def _reason_too_long(page: Page, stage: Stage) -> None:
    """The field itself takes no more than it may; other programs might send more."""
    page.locator("[name=reason]").evaluate("each => each.removeAttribute('maxlength')")
    send("Cancel booking", reason=60 * LONG)(page, stage)


def _cancel_twice(page: Page, stage: Stage) -> None:
    """Cancel what was cancelled since the page was opened: the question is asked by the address of another one."""
    page.evaluate(
        "to => document.querySelector('form[action$=cancel]').action = to", stage.booking("past", "/cancel")
    )
    page.get_by_role("button", name="Cancel booking").click()


def _without_worker(page: Page, stage: Stage) -> None:
    """What it says after the last worker was stopped."""
    with stage.app.app_context():
        in_transaction(lambda: beats.leave(WORKER))
        page.reload()
        in_transaction(lambda: beats.join(WORKER, NOW))


def _try_again(page: Page, stage: Stage) -> None:
    press("Retry")(page, stage)
    page.get_by_text("It is being tried again.").wait_for()
    with stage.app.app_context(), transaction():  # for the next one who comes here
        db.session.get(FailedWork, stage.ids["failed work"]).next_try_at = None


def _form(name: str, page: str = "") -> Address:
    return lambda stage: f"/forms/{stage.ids[name]}{page}"


def _pipeline(name: str, page: str = "") -> Address:
    return lambda stage: f"/pipelines/{stage.ids[name]}{page}"


def _opportunity(page: str = "") -> Address:
    return lambda stage: f"/pipelines/{stage.ids['pipeline']}/opportunities/{stage.ids['opportunity']}{page}"


def _workflow(name: str, page: str = "") -> Address:
    return lambda stage: f"/workflows/{stage.ids[name]}{page}"


def _run(name: str) -> Address:
    return lambda stage: f"/workflows/runs/{stage.ids[name]}"


def _submission(stage: Stage) -> str:
    return f"/forms/{stage.ids['form']}/submissions/{stage.ids['submission']}"


calendars, new = _of("calendars", "calendars.index"), _of("new calendar", "calendars.new")
details, hours, rules = _section("details"), _section("availability"), _section("booking-rules")
place, questions, expired = _section("location"), _section("questions"), _section("expired-page")
delete_calendar = _of("delete calendar", "calendars.delete")
links, link = _of("links", "links.index"), _of("link", "links.show")
insights = _of("insights", "insights.index")
bookings, booking = _of("bookings", "bookings.index"), _of("booking", "bookings.show")
account = _of("account", "accounts.show")
contacts = _of("contacts", "contacts.index")
messages, message = _of("messages", "messages.index"), _of("message", "messages.show")
notice = _of("notice", "calendars.notice")
work = _of("work", "worker.index")
team = _of("team", "accounts.team")
form, board = _of("form", "intake.edit"), _of("board", "pipelines.show")
workflows, editor = _of("workflows", "workflows.index"), _of("workflow", "workflows.show")
phone = _of("calls and SMS", "phone.show")
group, new_group = _of("group", "groups.show"), _of("new group", "groups.new")

NOTICES = "settings/notifications"
LINKS = "settings/one-time-links"
ASK = "settings/availability?day=2026-12-05&time=09:00"
CALENDARS = [
    calendars("", "/calendars"),
    calendars("of a newcomer", "/calendars", who="Cleo"),
    calendars("of a beginner", "/calendars", who="Ben"),
    calendars("with a menu open", "/calendars", _open_last_menu),
    calendars("with the menus of a phone", "/calendars", unfold("Menu"), settings={"size": (360, 740)}),
    calendars("with the question", "/calendars", _ask_to_delete),
    new("", "/calendars/new"),
    new("with errors", "/calendars/new", send("Create calendar", name="", duration_minutes="0"), status=422),
    delete_calendar("", _in("empty", "delete")),
    delete_calendar("that is in use", _in("intro", "delete")),
]  # fmt: skip
GROUPS = [
    new_group("", "/groups/new"),
    new_group("with errors", "/groups/new", press("Create group"), status=422),
    group("", _group("group")),
    group("with one moved", _group("group"), both(press("Move Intro call down"), visible("[data-announce]"))),
    group("of nothing", _group("vain group")),
    group("that is off", _group("closed group")),
    group("with errors", _group("group"), send("Save", name="", slug="a b"), status=422),
    _of("links of a group", "groups.links")("", _group("group", "/one-time-links")),
    _of("links of a group", "groups.links")("of nothing", _group("vain group", "/one-time-links")),
    _of("delete a group", "groups.delete")("", _group("closed group", "/delete")),
]  # fmt: skip
FORMS = [
    _of("forms", "intake.index")("", "/forms"),
    _of("forms", "intake.index")("of a newcomer", "/forms", who="Cleo"),
    _of("new form", "intake.new")("", "/forms/new"),
    form("", _form("form")),
    form("with one field more", _form("form"), both(press("Add field"), visible("[data-announce]"))),
    form("with errors", _form("form"), send("Save", fields__0__label="", slug="a b"), status=422),
    form("that is off", _form("closed form")),
    _of("submissions", "intake.submissions")("", _form("form", "/submissions")),
    _of("submissions", "intake.submissions")("of which there are none", _form("closed form", "/submissions")),
    _of("submission", "intake.submission")("", _submission),
    _of("form elsewhere", "intake.embed")("", _form("form", "/embed")),
    _of("form elsewhere", "intake.embed")("wrongly", _form("form", "/embed"), send("Save", origins="nowhere"),
        status=422),
    _of("delete a form", "intake.delete")("", _form("closed form", "/delete")),
]  # fmt: skip
PIPELINES = [
    _of("pipelines", "pipelines.index")("", "/pipelines"),
    _of("pipelines", "pipelines.index")("of a newcomer", "/pipelines", who="Cleo"),
    _of("new pipeline", "pipelines.new")("", "/pipelines/new"),
    board("", _pipeline("pipeline")),
    board("of nothing", _pipeline("empty pipeline")),
    board("with a card moved", _pipeline("pipeline"), both(press("Move To Move"), visible("[data-announce]"))),
    _of("table of a pipeline", "pipelines.table")("", _pipeline("pipeline", "/table")),
    _of("settings of a pipeline", "pipelines.settings")("", _pipeline("pipeline", "/settings")),
    _of("settings of a pipeline", "pipelines.settings")("with errors", _pipeline("pipeline", "/settings"),
        send("Save", name="", stages__0__name=""), status=422),
    _of("delete a pipeline", "pipelines.delete")("", _pipeline("empty pipeline", "/delete")),
    _of("new opportunity", "pipelines.new_opportunity")("", _pipeline("pipeline", "/opportunities/new")),
    _of("new opportunity", "pipelines.new_opportunity")("with errors", _pipeline("pipeline", "/opportunities/new"),
        send("Add opportunity", email="sam@", value="much"), status=422),
    _of("opportunity", "pipelines.opportunity")("", _opportunity()),
    _of("delete an opportunity", "pipelines.delete_opportunity")("", _opportunity("/delete")),
]  # fmt: skip
WORKFLOWS = [
    workflows("", "/workflows"),
    workflows("of a newcomer", "/workflows", who="Cleo"),
    _of("new workflow", "workflows.new")("", "/workflows/new"),
    editor("", _workflow("workflow")),
    editor("with a step moved", _workflow("workflow"), both(press("Move down Send e-mail, step 2"),
                                                           visible("[data-announce]"))),
    editor("with faults", _workflow("draft"), press("Publish"), status=422),
    _of("rename a workflow", "workflows.rename")("", _workflow("draft", "/name")),
    _of("delete a workflow", "workflows.delete")("", _workflow("draft", "/delete")),
    _of("discard the changes of a workflow", "workflows.discard")("", _workflow("workflow", "/discard")),
    _of("trigger", "workflows.trigger")("", _workflow("workflow", "/trigger?kind=before_booking")),
    _of("settings of a workflow", "workflows.settings")("", _workflow("workflow", "/settings")),
    _of("new step", "workflows.add_step")("", _workflow("workflow", "/steps/new?add=if:field")),
    _of("step", "workflows.edit_step")("", _workflow("workflow", "/steps/again")),
    _of("step", "workflows.edit_step")("with errors", _workflow("workflow", "/steps/again"),
                                       send("Save in the draft", text="{{ nothing }}"), status=422),
    _of("step", "workflows.edit_step")("with a test that was sent", _workflow("workflow", "/steps/again"),
                                       send("Send test to me", who="lee")),
    _of("new step", "workflows.add_step")("of a text", _workflow("workflow", "/steps/new?add=send_sms")),
    _of("runs", "workflows.all_runs")("", "/workflows/runs"),
    _of("runs", "workflows.all_runs")("of which there are none", "/workflows/runs?state=done"),
    _of("run", "workflows.run")("", _run("run")),
    _of("run", "workflows.run")("that failed", _run("failed run")),
    _of("add contacts", "workflows.add_contacts")("", _workflow("draft", "/contacts")),
]  # fmt: skip
SETTINGS = [
    details("", _in("intro", "settings/details")),
    details("of a calendar that is off", _in("off", "settings/details")),
    details("saved", _in("asking", "settings/details"), press("Save")),
    details("with errors", _in("intro", "settings/details"), send("Save", name="", slug="a b"), status=422),
    hours("", _in("intro", "settings/availability")),
    hours("of nothing", _in("never", "settings/availability")),
    hours("with a range more", _in("intro", "settings/availability"), both(
        press("Add a range on Monday"), visible("text=not saved yet"))),
    hours("with copying", _in("intro", "settings/availability"), unfold("Copy a day")),
    hours("with errors", _in("intro", "settings/availability"), send("Save", monday__0__start="13:30"), status=422),
    hours("with a wrong date", _in("intro", "settings/availability"), press("Add dates"), status=422),
    hours("asked why", _in("intro", ASK)),
    rules("", _in("intro", "settings/booking-rules")),
    rules("with errors", _in("intro", "settings/booking-rules"), send("Save", step_minutes="0", limit_per_day="-1"),
          status=422),
    place("", _in("intro", "settings/location")),
    place("where the host calls", _in("calling", "settings/location")),
    place("with errors", _in("intro", "settings/location"), _choose("Save", "In person"), status=422),
    questions("", _in("asking", "settings/questions")),
    questions("of which there are none", _in("intro", "settings/questions")),
    questions("with one more", _in("intro", "settings/questions"), both(
        press("Add question"), visible("text=Question 1"))),
    questions("with errors", _in("intro", "settings/questions"), both(
        press("Add question"), visible("text=Question 1"), press("Save", exact=True)), status=422),
    expired("", _in("intro", "settings/expired-page")),
    expired("with errors", _in("intro", "settings/expired-page"), _choose("Save", "A phone number"), status=422),
    _section("public-link")("", _in("intro", "settings/public-link")),
    _section("public-link")("that is off", _in("empty", "settings/public-link")),
]  # fmt: skip
ONE_TIME_LINKS = [
    links("", _in("intro", LINKS)),
    links("by the fifty", _in("intro", f"{LINKS}?per=50")),
    links("on a phone", _in("intro", LINKS), settings={"size": (360, 740)}),
    links("of which there are none", _in("bens", LINKS), who="Ben"),
    links("with a new one", _in("calling", LINKS), both(press("+ Create Link"), visible("tr.new"))),
    links("that were deleted", _in("intro", f"{LINKS}?status=deleted")),
    links("that were not found", _in("intro", f"{LINKS}?q=nobody")),
    links("that are not there", _in("calling", f"{LINKS}?status=used")),
    links("that somebody asked for", _in("late", LINKS)),
    links("that somebody asked for on a phone", _in("intro", LINKS), settings={"size": (360, 740)}),
    links("with an answered request", _in("late", LINKS), both(
        press("Create link and send to To Answer"), visible("tr.new"))),
    links("with an ignored request", _in("late", LINKS), both(
        press("Ignore the request of To Ignore"), visible("text=was ignored"))),
    links("with options", _in("intro", LINKS), unfold("with options")),
    links("with wrong options", _in("intro", LINKS), both(unfold("with options"), send(
        "Create link with these options", for_email="nobody", duration_minutes="5000", expires_on="2020-01-01")),
        status=422),
    links("with the question", _in("intro", LINKS), both(_press_delete, visible("dialog[open]"))),
    links("to share", _in("intro", LINKS), both(follow("Share"), visible("#share-text"))),
    *(link(name, _link(name)) for name in ("active", "used", "deleted", "expired", "keyless", "spare", "guarded")),
    link("with the question", _link("spare"), both(follow("Delete link"), visible("dialog[open]"))),
    _of("share a link", "links.share")("", _link("spare", "/share")),
    _of("share a link", "links.share")("with an address", _link("active", "/share")),
    link("sent by mail", _link("active", "/share"), both(press("Send to sam@"), visible("text=was not sent"))),
    _of("change a link", "links.edit")("", _link("spare", "/edit")),
    _of("change a link", "links.edit")("wrongly", _link("spare", "/edit"), send("Save", note=6 * LONG,
        for_email="nobody"), status=422),
    _of("delete a link", "links.delete")("", _link("spare", "/delete")),
    _of("delete a link", "links.delete")("that is used", _link("used", "/delete")),
]  # fmt: skip
BOOKINGS = [
    bookings("", "/bookings"),
    bookings("on a phone", "/bookings", settings={"size": (360, 740)}),
    bookings("of a newcomer", "/bookings", who="Cleo"),
    bookings("past", "/bookings?status=past"),
    bookings("cancelled", "/bookings?status=cancelled"),
    bookings("that match nothing", "/bookings?from_on=2030-01-01"),
    bookings("of a wrong date", "/bookings?from_on=soon"),
    *(booking(name, _booking(name)) for name in ("upcoming", "far", "past", "missed", "called off", "given up")),
    booking("with the question", _booking("upcoming"), both(follow("Cancel booking"), visible("dialog[open]"))),
    booking("that cannot be cancelled", _booking("upcoming", "/cancel"), _cancel_twice, status=409),
    _of("move a booking", "bookings.change_time")("", _booking("upcoming", "/change")),
    _of("move a booking", "bookings.change_time")("on a phone", _booking("far", "/change"),
        settings={"size": (360, 740)}),
    _of("move a booking", "bookings.change")("asked about", _booking("upcoming", f"/change/details?s={at(9, days=9)}")),
    _of("move a booking", "bookings.change")("to a time that is not open",
        _booking("upcoming", f"/change/details?s={at(9, days=5)}"), status=409),
    booking("that was moved", _booking("moved")),
    bookings("to answer", "/bookings?status=requests"),
    *(booking(f"as a request: {name}", _booking(name)) for name in ("request", "declined", "withdrawn", "unanswered")),
    booking("to decline", _booking("request"), both(follow("Decline"), visible("dialog[open]"))),
    _of("decline a request", "bookings.decline")("", _booking("request", "/decline")),
    _of("cancel a booking", "bookings.cancel")("", _booking("upcoming", "/cancel")),
    _of("cancel a booking", "bookings.cancel")("for too long a reason", _booking("upcoming", "/cancel"),
        _reason_too_long, status=422),
]  # fmt: skip
MESSAGES = [
    messages("", "/messages"),
    messages("on a phone", "/messages", settings={"size": (360, 740)}),
    messages("of a newcomer", "/messages", who="Cleo"),
    messages("that failed", "/messages?state=failed"),
    messages("that are not there", "/messages?to=nobody@example.org"),
    *(message(name, _message(name)) for name in ("queued", "sending", "sent", "kept", "failed", "unclear", "dropped")),
    message("with its text", _message("sent"), unfold("As plain text")),
    message("that is a text", lambda stage: f"/messages/{stage.ids['text']}"),
]  # fmt: skip
INSIGHTS = [
    insights("", "/insights"),
    insights("on a phone", "/insights", settings={"size": (360, 740)}),
    insights("of a newcomer", "/insights?by=workflow", who="Cleo"),
    insights("of a wrong date", "/insights?from=soon", status=422),
]
NOTIFICATIONS = [
    _section("notifications")("", _in("intro", "settings/notifications")),
    notice("", _in("intro", f"{NOTICES}/booking_confirmed")),
    notice("with the values", _in("intro", f"{NOTICES}/booking_confirmed"), unfold("Values you can name")),
    notice("with a value put in", _in("intro", f"{NOTICES}/booking_confirmed"), both(
        unfold("Values you can name"), press("Insert"))),
    notice("with errors", _in("intro", f"{NOTICES}/booking_confirmed"),
           send("Save", opening="{{ contact.nickname }}"), status=422),
    notice("with a test sent", _in("intro", f"{NOTICES}/booking_confirmed"), both(
        send("Send test to me"), visible("text=Nothing was saved"))),
    notice("to the host", _in("intro", f"{NOTICES}/booking_confirmed_host")),
    notice("with times", _in("intro", f"{NOTICES}/booking_reminder")),
]  # fmt: skip
ACCOUNT = [
    account("", "/account"),
    account("with a menu open", "/account", unfold("Ada Lovelace")),
    account("with errors", "/account", send("Save", name=""), status=422),
    account("with an address to be confirmed", "/account", both(send("Change e-mail", change__email="next@example.org",
            change__current_password=PASSWORD), visible("text=Not confirmed yet"))),
    account("with a wrong address", "/account", send("Change e-mail", change__email="nobody"), status=422),
    account("with a wrong password", "/account", send("Change password", current_password="x", password="y"),
            status=422),
]  # fmt: skip
WORK = [
    work("", "/work"),
    work("of nobody", "/work", who="Cleo"),
    work("without a worker", "/work", _without_worker),
    work("tried again", "/work", _try_again),
]
TEAM = [
    team("", "/settings/team"),
    team("on a phone", "/settings/team", settings={"size": (360, 740)}),
    team("of a newcomer", "/settings/team", who="Cleo"),
    team("with errors", "/settings/team", send("Invite", email="nobody"), status=422),
    _of("role", "accounts.change_role")("", _member("grace", "role")),
    _of("role", "accounts.change_role")("of the only owner", _member("ada", "role"), _choose_role("Member"),
        status=409),
    _of("remove", "accounts.remove_member")("", _member("grace", "remove")),
    _of("remove", "accounts.remove_member")("the only owner", _member("ada", "remove")),
    _of("leave", "accounts.leave")("", "/account/leave", who="Ben"),
]  # fmt: skip
PHONE = [
    phone("", "/settings/phone"),
    phone("on a phone", "/settings/phone", settings={"size": (360, 740)}),
    phone("of a newcomer", "/settings/phone", send("Save", voicemail_seconds="-1"), who="Cleo", status=422),
]
CONTACTS = [
    contacts("", "/contacts"),
    contacts("on a phone", "/contacts", settings={"size": (360, 740)}),
    contacts("of a newcomer", "/contacts", who="Cleo"),
    contacts("that match nothing", "/contacts?q=nobody&tag=vip"),
    _of("contact", "contacts.new")("to type in", "/contacts/new"),
    _of("contact", "contacts.new")("known already", "/contacts/new", send("Add contact", email="kim@example.org"),
        status=422),
    _of("contact", "contacts.show")("", _contact("contact")),
    _of("contact", "contacts.show")("by phone only", _contact("caller")),
    _of("contact", "contacts.show")("with a new link", _contact("contact"), press("Create link")),
    _of("contact", "contacts.show")("with errors", _contact("contact"), press("Add tag"), status=422),
    _of("contact", "contacts.edit")("to change", _contact("contact", "/edit")),
    _of("contact", "contacts.change_note")("whose note changes", _contact("contact", "/notes/1")),
    _of("contact", "contacts.merge")("to merge", _contact("contact", "/merge?q=kim")),
    _of("contact", "contacts.merge")("and the other", lambda stage: f"{_contact('contact', '/merge')(stage)}"
        f"?other={stage.ids['caller']}"),
    _of("contact", "contacts.erase")("to erase", _contact("caller", "/erase")),
    _of("contact", "contacts.erase")("expected soon", _contact("contact", "/erase")),
    _of("imports", "contacts.all_imports")("", "/contacts/imports"),
    _of("imports", "contacts.all_imports")("of nothing", "/contacts/imports", press("Look at it"), status=422),
    _of("import", "contacts.show_import")("to look at", _import("list")),
    _of("import", "contacts.show_import")("running", _import("running list")),
    _of("import", "contacts.show_import")("done", _import("done list")),
    _of("contact fields", "contacts.own_fields")("", "/contacts/fields"),
    _of("contact field", "contacts.rename_field")("", lambda stage: f"/contacts/fields/{stage.ids['own field']}",
        send("Save", label=" "), status=422),
]  # fmt: skip
OWNER_STATES = [
    *CALENDARS,
    *GROUPS,
    *CONTACTS,
    *FORMS,
    *PIPELINES,
    *WORKFLOWS,
    *SETTINGS,
    *ONE_TIME_LINKS,
    *BOOKINGS,
    *MESSAGES,
    *INSIGHTS,
    *NOTIFICATIONS,
    *WORK,
    *ACCOUNT,
    *TEAM,
    *PHONE,
]
