"""What contacts see, and whoever else opens one of our addresses."""

from playwright.sync_api import Page

from ..factories import at
from .stage import FAULTS, Stage
from .states import Act, Address, State, both, follow, press, send, visible

SAM = {"name": "Sam Lee", "email": "sam@example.org"}
PHONE = {"size": (360, 740)}
DAY = {number: f"2026-12-{number:02}" for number in range(1, 32)}


def _open(name: str, query: str = "") -> Address:
    return lambda stage: stage.open_link(name) + query


def _details(name: str, start: int, query: str = "") -> Address:
    return lambda stage: f"{stage.open_link(name)}/details?s={start}{query}"


def _reminders(stage: Stage) -> str:
    return stage.ids["reminders"]


def _place(name: str) -> Address:
    return lambda stage: stage.ids[f"place of {name}"]


def _secret(path: str, name: str) -> Address:
    return lambda stage: f"/{path}/{stage.ids[f'token of {name}']}"


def _preview(variant: str) -> Address:
    return lambda stage: stage.calendar("intro", f"settings/expired-page/preview?variant={variant}")


def _book_again(page: Page, stage: Stage) -> None:
    """Book by a link, then open it once more in the same browser."""
    send("Confirm booking", **SAM)(page, stage)
    page.wait_for_url("**/m/*")
    page.goto(stage.url + stage.open_link("mine too"))


def _taken(start: int) -> Act:
    def act(page: Page, stage: Stage) -> None:
        stage.take(start)
        send("Confirm booking", **SAM)(page, stage)
        page.get_by_role("alert").wait_for()

    return act


def _lose(start: int) -> Act:
    def act(page: Page, stage: Stage) -> None:
        stage.take(start)
        press("Confirm new time")(page, stage)
        page.get_by_role("alert").wait_for()

    return act


def _outdated(page: Page, stage: Stage) -> None:
    """As if the page had been made before another change."""
    page.locator("[name=seen]").evaluate("each => each.value = '7'")
    press("Confirm new time")(page, stage)
    page.get_by_role("alert").wait_for()


def _asked_again(stage: Stage) -> str:
    return f"{stage.ids['place of request']}/change/details?s={at(13, days=7, minute=30)}"


def _move(name: str, endpoint: str, below: str, act: Act | None = None, **more: object) -> State:
    address: Address = lambda stage: stage.ids["place of upcoming"] + below  # noqa: E731
    return State(f"a booking to move {name}", endpoint, address, act, **more)


def _picker(name: str, address: Address, act: Act | None = None, **more: object) -> State:
    return State(f"picker {name}", "public.picker", address, act, **more)


def _form(name: str, address: Address, act: Act | None = None, **more: object) -> State:
    return State(f"booking form {name}", "public.details", address, act, **more)


PICKER = [
    _picker("at first", _open("active")),
    _picker("on a phone", _open("active"), settings=PHONE),
    _picker("of a day", _open("active"), follow("10 December")),
    _picker("of another month", _open("active"), both(follow("Later month"), visible("h2:text('January')"))),
    _picker("of a month without times", _open("single", "?month=2027-01")),
    _picker("of an empty day", _open("active", f"?day={DAY[6]}")),
    _picker("of a day within the notice", _open("for late", f"?day={DAY[1]}")),
    _picker("without any time", _open("for never")),
    _picker("of a single time", _open("single")),
    _picker("with the list of zones", _open("active"), both(follow("Change time zone"), visible("#tz"))),
    _picker("in another zone", _open("active", "?tz=Pacific/Chatham")),
    _picker("in an unknown zone", _open("active", "?tz=Mars/Base")),
    _picker("with a device elsewhere", _open("active"), settings={"tz": "Asia/Kolkata"}),
    _picker("with a phone elsewhere", _open("active"), settings={"tz": "Asia/Kolkata", **PHONE}),
    _picker("on a 12-hour clock", _open("active", "?hours=12"), settings={"locale": "en-US"}),
    _picker("read from right to left", _open("active"), settings={"locale": "ar-EG"}),
    _picker("seen by its owner", _open("active"), who="Ada"),
    State("standard picker", "public.standard_picker", "/c/intro"),
]
GROUPS = [
    State("group page", "public.group", "/g/talks"),
    State("group page on a phone", "public.group", "/g/talks?hours=12", settings=PHONE),
    State("group page that is off", "public.group", "/g/closed"),
    State("group page of nothing", "public.group", "/g/nothing"),
]
FORMS = [
    State("public form", "public.form", "/f/ask"),
    State(
        "public form with errors",
        "public.form",
        "/f/ask",
        send("Send", name="Sam Lee", email="sam@"),
        status=422,
    ),
    State("public form, sent", "public.form", "/f/ask?sent=1"),
    State("public form that is closed", "public.form", "/f/closed"),
]
DETAILS = [
    _form("at first", _details("active", at(9, days=3))),
    _form("of somebody unknown", _details("for calling", at(9, days=3))),
    _form("with questions", _details("for asking", at(9, days=3))),
    _form("in another zone", _details("active", at(9, days=3), "&tz=America/St_Johns")),
    _form("with errors", _details("for asking", at(9, days=3)), send("Confirm booking", name="", email="sam@"),
          status=422),
    _form("of a phone number that is wrong", _details("for calling", at(9, days=3)),
          send("Confirm booking", **SAM, phone="12"), status=422),
    _form("when the time was taken", _details("taken", at(9, days=2)), _taken(at(9, days=2)), status=409),
    _form("of a time that is gone", _details("late one", at(9, days=8)), status=409),
    _form("without another time", _details("for never", at(9, days=3)), status=409),
    State("standard booking form", "public.standard_details", f"/c/intro/details?s={at(9, days=3)}"),
]  # fmt: skip
MANAGE = [
    State("place of a booking", "public.manage_booking", _place("upcoming")),
    State("place of a booking from Tokyo", "public.manage_booking", _place("far")),
    State("place of a cancelled booking", "public.manage_booking", _place("called off")),
    State("place of a booking that was given up", "public.manage_booking", _place("given up")),
    State("place of a past booking", "public.manage_booking", _place("past")),
]
CHANGE = [
    _move("at first", "public.change_time", "/change"),
    _move("on a phone", "public.change_time", "/change", settings=PHONE),
    _move("of another day", "public.change_time", "/change", follow("10 December")),
    _move("asked about", "public.confirm_change", f"/change/details?s={at(10, days=8, minute=30)}"),
    _move("in another zone", "public.confirm_change", f"/change/details?s={at(9, days=9)}&tz=Pacific/Chatham"),
    _move("to the time it has", "public.confirm_change", f"/change/details?s={at(9, days=8)}"),
    _move("to a time that is not open", "public.confirm_change", f"/change/details?s={at(9, days=5)}", status=409),
    _move("to a time that was taken", "public.confirm_change", f"/change/details?s={at(11, days=10)}",
          _lose(at(11, days=10)), status=409),
    _picker("of a calendar that confirms", _open("for confirming")),
    _form("for a request", _details("for confirming", at(9, days=3))),
    *(State(f"place of a request {name}", "public.manage_booking", _place(key))
      for name, key in (("that waits", "request"), ("declined", "declined"), ("withdrawn", "withdrawn"),
                        ("that nobody answered", "unanswered"))),
    State("a request to move", "public.confirm_change", _asked_again),
    State("a request to withdraw", "public.ask_to_cancel", lambda stage: f"{stage.ids['place of request']}/cancel"),
    _move("that may be cancelled", "public.ask_to_cancel", "/cancel"),
    State("a booking past its cut-off", "public.manage_booking", _place("too late")),
    State("a booking changed from an old page", "public.confirm_change",
          lambda stage: f"{stage.ids['place of upcoming']}/change/details?s={at(11, days=8, minute=30)}", _outdated,
          status=409),
]  # fmt: skip
REMINDERS = [
    State("stopping reminders", "public.reminders", _reminders),
    State("reminders stopped", "public.reminders", _reminders, press("Stop reminders")),
]
CHECK = [
    State("a guarded link", "public.check_recipient", _open("guarded", "/check")),
    State("a guarded link on a phone", "public.picker", _open("guarded"), settings=PHONE),
    State("a guarded link, with a code sent", "public.check_recipient", _open("guarded, asked"), press("Send a code")),
    State("a guarded link, with a wrong code", "public.check_recipient", _open("guarded, wrong"), both(
        press("Send a code"), send("Continue", code="000 000")), status=422),
    State("a guarded link, with no code", "public.check_recipient", _open("guarded, blank"), both(
        press("Send a code"), press("Continue")), status=422),
    State("a guarded link without cookies", "public.check_recipient", _open("guarded", "/check?asked=1")),
]  # fmt: skip
EXPIRED = [
    State("a used link", "public.picker", _open("used"), status=410),
    State("the link I booked with", "public.picker", _details("mine too", at(9, days=7)), _book_again, status=410),
    State("a deleted link", "public.picker", _open("deleted"), status=410),
    State("an expired link", "public.picker", _open("expired"), status=410),
    State("asking for a new link", "public.ask_for_link", _open("used", "/ask")),
    State("asking for a new link on a phone", "public.ask_for_link", _open("used", "/ask"), settings=PHONE),
    State("asking for a new link wrongly", "public.ask_for_link", _open("used", "/ask"),
          send("Send request", name="", email="zoe@"), status=422),
    State("a new link asked for", "public.ask_for_link", _open("deleted", "/ask"), send("Send request", **SAM)),
    State("finding a booking", "public.find_booking", _open("used", "/find")),
    State("finding a newer link", "public.find_booking", _open("deleted", "/find")),
    State("finding a booking without an address", "public.find_booking", _open("used", "/find"),
          press("Leave my address"), status=422),
    State("finding a booking, sent", "public.find_booking", _open("used", "/find"),
          send("Leave my address", email="sam@example.org")),
    State("a link of a calendar that is off", "public.picker", _open("for off")),
    State("an unknown link", "public.picker", "/o/nothing", status=404),
    State("a public link that is off", "public.standard_picker", "/c/empty"),
    State("an unknown booking", "public.manage_booking", "/m/nothing", status=404),
    *(State(f"preview of a {variant} link", "calendars.expired_page_preview", _preview(variant), who="Ada")
      for variant in ("used", "deleted", "expired")),
]  # fmt: skip
ERRORS = [
    State("no such page", "error", "/nothing-here", status=404),
    State("no such page for somebody signed in", "error", "/nothing-here", who="Ada", status=404),
    *(State(f"error {status}", "error", f"{FAULTS}{status}", status=status)
      for status in (403, 405, 409, 413, 422, 429, 500, 503)),
]  # fmt: skip
ACCOUNT = [
    State("sign in", "accounts.sign_in", "/sign-in"),
    State("sign in wrongly", "accounts.sign_in", "/sign-in", send("Sign in", email="a@example.org", password="no"),
          status=422),
    State("sign in on the way", "accounts.sign_in", "/bookings"),
    State("forgot password", "accounts.forgot_password", "/forgot-password"),
    State("forgot password with errors", "accounts.forgot_password", "/forgot-password", press("Send the link"),
          status=422),
    State("password asked for", "accounts.password_asked", "/forgot-password/asked"),
    State("reset password", "accounts.reset_password", _secret("r", "reset")),
    State("reset password with errors", "accounts.reset_password", _secret("r", "reset"),
          send("Change password", password="x"), status=422),
    State("reset password too late", "accounts.reset_password", "/r/nothing", status=410),
    State("join", "accounts.join", _secret("i", "invitation")),
    State("join with errors", "accounts.join", _secret("i", "invitation"), press("Join"), status=422),
    State("join too late", "accounts.join", "/i/nothing", status=410),
    State("confirm e-mail", "accounts.confirm_email", _secret("e", "change")),
    State("confirm e-mail too late", "accounts.confirm_email", "/e/nothing", status=410),
    State("setup", "accounts.setup", "/setup", bare=True),
    State("setup with errors", "accounts.setup", "/setup", press("Create account"), bare=True, status=422),
]  # fmt: skip
PUBLIC_STATES = [
    *PICKER,
    *GROUPS,
    *FORMS,
    *DETAILS,
    *MANAGE,
    *REMINDERS,
    *CHANGE,
    *CHECK,
    *EXPIRED,
    *ERRORS,
    *ACCOUNT,
]
