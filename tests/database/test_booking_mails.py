"""Mails about bookings, as they arrive: who gets which, what stands in them, and the calendar file that goes along."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import icalendar
import pytest
from sqlalchemy import update

from app import events
from app.accounts import sessions, team
from app.accounts.models import Role
from app.bookings import requests
from app.bookings.manage import token_of
from app.bookings.models import Booking, BookingStatus, Party
from app.bookings.service import cancel
from app.calendars.handing_over import hand_over
from app.db import db, in_transaction, transaction
from app.messaging import notices
from app.messaging.models import MessageState
from app.messaging.notices import Setting

from ..factories import NOW, at, join, make_booking, make_calendar, make_link, make_user, wish
from ..mailing import deliver_all, mails_go_to, messages, react_to
from ..services.mail import Post, mail_server

HOUR = timedelta(hours=1)


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that takes what it gets, and is the app's."""
    post = Post()
    with mail_server(post) as server, mails_go_to(server):
        yield post


@pytest.fixture
def calendar(now):
    return make_calendar(
        make_user("Dana Reyes", email="dana@example.org", tz="America/New_York", locale="en_US"),
        location_detail="https://meet.example.org/dana",
    )


@pytest.fixture
def booking(calendar) -> Booking:
    return db.session.get(Booking, make_booking(calendar, make_link(calendar)).id)


def mails_after(post: Post, *names: str) -> list[EmailMessage]:
    """What arrived, contact's first, after the events of these names."""
    for name in names:
        react_to(name)
    deliver_all()
    return sorted(post.sent, key=lambda mail: mail["To"].addresses[0].addr_spec != "sam@example.org")


def parts(mail: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in mail.walk() if not part.get_filename()}


def text_of(mail: EmailMessage) -> str:
    return parts(mail)["text/plain"].get_content().replace("\r\n", "\n")


def event_in(mail: EmailMessage) -> tuple[str, icalendar.Event]:
    """The METHOD and the event of the calendar file, which stands in the mail twice and says the same."""
    inline = parts(mail)["text/calendar"]
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "invite.ics"
    assert attached.get_content() == inline.get_content()
    raw = inline.get_payload(decode=True)
    _assert_well_written(raw)
    calendar = icalendar.Calendar.from_ical(raw)
    assert inline.get_param("method") == calendar["METHOD"] == attached.get_param("method")
    return str(calendar["METHOD"]), calendar.events[0]


def _assert_well_written(raw: bytes) -> None:
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\r\nDTSTAMP:" in raw
    assert raw.startswith(b"BEGIN:VCALENDAR")


def test_both_sides_get_a_mail_of_their_own(booking, post):
    to_sam, to_dana = mails_after(post, "booking_created")

    assert to_sam["To"] == "Sam Lee <sam@example.org>"
    assert to_sam["Reply-To"] == "Dana Reyes <dana@example.org>"
    assert to_dana["To"] == "Dana Reyes <dana@example.org>"
    assert to_dana["Reply-To"] == "Sam Lee <sam@example.org>"
    assert to_sam["Message-ID"] != to_dana["Message-ID"]
    for mail in (to_sam, to_dana):
        assert mail["From"] == "Slotkey <book@example.org>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["References"] == mail["In-Reply-To"] == f"<{booking.uid}>"
        assert "List-Unsubscribe" not in mail


@pytest.mark.usefixtures("booking")
def test_times_are_in_the_readers_zone_and_words(post):
    to_sam, to_dana = mails_after(post, "booking_created")
    assert to_sam["Subject"] == "Booked: Intro call with Dana Reyes, Wed 2 Dec 09:00 (Berlin)"
    assert "When: Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in text_of(to_sam)
    assert to_dana["Subject"] == "Booked: Sam Lee, Intro call, Wed, Dec 2 3:00 AM (New York)"
    assert "When: Wednesday, December 2, 2026, 3:00" in text_of(to_dana)
    assert "For the contact: Wednesday, December 2, 2026, 9:00" in text_of(to_dana)
    assert "For Dana Reyes: Wednesday 2 December 2026, 03:00 to 03:30 (New York" in text_of(to_sam)


def test_the_structure_is_what_mail_programs_expect(booking, post):
    to_sam, _ = mails_after(post, "booking_created")
    assert [part.get_content_type() for part in to_sam.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "text/calendar",
    ]
    html, text = parts(to_sam)["text/html"].get_content(), text_of(to_sam)
    address = f"http://slotkey.test/m/{token_of(booking.manage_nonce, booking.key_id)}"
    for fact in (address, "https://meet.example.org/dana", booking.reference, "Dana Reyes", "UTC+1"):
        assert fact in text
        assert fact in html
    assert len(html.encode()) <= 20_000
    assert "<script" not in html
    assert "src=" not in html


def test_the_contacts_file_invites_and_the_hosts_is_published(booking, post):
    to_sam, to_dana = mails_after(post, "booking_created")
    method, event = event_in(to_sam)
    assert (method, event["STATUS"], event["SEQUENCE"], event["UID"]) == (
        "REQUEST",
        "CONFIRMED",
        0,
        booking.uid,
    )
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == "mailto:dana@example.org"
    assert token_of(booking.manage_nonce, booking.key_id) in event["URL"]
    method, event = event_in(to_dana)
    assert method == "PUBLISH"
    assert "ATTENDEE" not in event
    assert "URL" not in event


def test_the_host_never_gets_the_contacts_secret(booking, post):
    _, to_dana = mails_after(post, "booking_created")
    token = token_of(booking.manage_nonce, booking.key_id)
    assert all(token not in part.get_content() for part in parts(to_dana).values() if not part.is_multipart())
    assert f"http://slotkey.test/bookings/{booking.id}" in text_of(to_dana)


def test_a_cancellation_takes_the_entry_out_of_both_calendars(booking, post):
    mails_after(post, "booking_created")
    post.sent.clear()
    with transaction():
        cancel(booking.id, Party.HOST, "I am ill.", NOW)
    to_sam, to_dana = mails_after(post, "booking_cancelled")
    method, event = event_in(to_sam)
    assert (method, event["STATUS"], event["SEQUENCE"], event["UID"]) == (
        "CANCEL",
        "CANCELLED",
        1,
        booking.uid,
    )
    method, event = event_in(to_dana)
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("PUBLISH", "CANCELLED", 1)
    assert "Reason: I am ill." in text_of(to_sam)
    assert "Cancelled by: Dana Reyes" in text_of(to_sam)
    assert to_sam["Subject"].startswith("Cancelled: Intro call with Dana Reyes")
    assert "/m/" not in text_of(to_sam)


def test_a_booking_cancelled_before_its_confirmation_went_out_leads_to_no_confirmation(booking, post):
    react_to("booking_created")
    with transaction():
        cancel(booking.id, Party.CONTACT, "", NOW)
    assert mails_after(post) == []
    assert {(each.state, each.why) for each in messages()} == {
        (MessageState.DROPPED, "The booking was cancelled before this could be sent.")
    }


def test_a_move_names_the_old_and_the_new_time(booking, post):
    _move(booking, at(11))
    to_sam, to_dana = mails_after(post, "booking_rescheduled")
    assert "Was: Wednesday 2 December 2026, 09:00 to 09:30 (Berlin time, UTC+1)" in text_of(to_sam)
    assert "When: Wednesday 2 December 2026, 11:00 to 11:30 (Berlin time, UTC+1)" in text_of(to_sam)
    method, event = event_in(to_sam)
    assert (method, event["SEQUENCE"], event["UID"]) == ("REQUEST", 1, booking.uid)
    assert event["DTSTART"].dt == NOW.replace(day=2, hour=10)
    assert to_dana["Subject"].startswith("New time: Sam Lee, Intro call")


def test_what_a_newer_change_has_overtaken_is_not_sent(booking, post):
    react_to("booking_created")
    _move(booking, at(11))
    _move(booking, at(12), sequence=2)
    mails = mails_after(post, "booking_rescheduled")
    assert [event_in(mail)[1]["SEQUENCE"] for mail in mails] == [2, 2]


def test_a_request_is_told_as_one(calendar, post):
    booking = _tentative(calendar)
    to_sam, to_dana = mails_after(post, "booking_created")
    assert to_sam["Subject"].startswith("Requested: ")
    assert to_dana["Subject"].startswith("Please confirm: Sam Lee")
    assert event_in(to_sam)[1]["STATUS"] == "TENTATIVE"
    assert f"/bookings/{booking.id}" in text_of(to_dana)
    assert "Deadline: Tue 1 Dec 13:00 Berlin" in text_of(to_sam)
    assert "Answer by: Tue, Dec 1, 7:00 AM New York" in text_of(to_dana)


@pytest.mark.parametrize("by", Party)
def test_a_request_that_is_moved_is_still_one(calendar, post, by):
    booking = _tentative(calendar)
    _move(booking, at(11), by=by)
    to_sam, to_dana = mails_after(post, "booking_rescheduled")
    assert to_sam["Subject"].startswith("Requested: ")
    assert "Was: Wednesday 2 December 2026, 09:00" in text_of(to_sam)
    assert "When: Wednesday 2 December 2026, 11:00" in text_of(to_sam)
    assert to_dana["Subject"].startswith("Please confirm the new time: Sam Lee")
    assert "A request has a new time and waits for your answer" in text_of(to_dana)


def test_a_declined_request_is_no_cancelled_booking(calendar, post):
    asked = _tentative(calendar)
    with transaction():
        requests.decline(asked.id, "On holiday", NOW, calendar.host_id, seen=0)
    (to_sam,) = mails_after(post, "booking_declined")
    assert "Declined by: Dana Reyes\nReason: On holiday" in text_of(to_sam)
    assert event_in(to_sam)[1]["COMMENT"] == "Declined by Dana Reyes: On holiday"
    without_file = to_sam["Subject"] + text_of(to_sam) + parts(to_sam)["text/html"].get_content()
    assert "ancel" not in without_file


def test_a_request_that_was_withdrawn_is_no_cancelled_booking(calendar, post):
    asked = _tentative(calendar)
    with transaction():
        cancel(asked.id, Party.CONTACT, "Too far", NOW)
    to_sam, to_dana = mails_after(post, "booking_cancelled")
    assert to_sam["Subject"].startswith("Request withdrawn: Intro call with Dana Reyes")
    assert to_dana["Subject"].startswith("Request withdrawn: Sam Lee, Intro call")
    for mail in (to_sam, to_dana):
        assert "Withdrawn by: Sam Lee\nReason: Too far" in text_of(mail)
        assert event_in(mail)[1]["COMMENT"] == "Withdrawn by Sam Lee: Too far"
        assert "ancel" not in mail["Subject"] + text_of(mail) + parts(mail)["text/html"].get_content()


def test_when_the_host_has_left_whoever_has_the_calendar_is_told(calendar, post):
    grace = join(calendar.host, "Grace Hopper", Role.OWNER, email="grace@example.org")
    make_booking(calendar)
    owner = in_transaction(lambda: sessions.find(sessions.begin(grace, calendar.account_id, NOW), NOW))
    with transaction():
        team.remove(owner, calendar.host_id, NOW)
        hand_over(calendar.account_id, calendar.host_id, grace.id, actor_id=grace.id, now=NOW)
    to_sam, to_host = mails_after(post, "booking_created")
    assert to_host["To"] == "Grace Hopper <grace@example.org>"
    assert {each.user_id for each in messages()} == {None, grace.id}
    assert "When: Wednesday 2 December 2026, 09:00 to 09:30 (Berlin" in text_of(to_host)
    assert "For Dana Reyes:" not in text_of(to_sam)


def test_mails_to_a_host_who_leaves_meanwhile_are_in_the_zone_of_the_calendar(calendar, post):
    grace = join(calendar.host, "Grace Hopper", Role.OWNER, email="grace@example.org")
    make_booking(calendar)
    react_to("booking_created")
    owner = in_transaction(lambda: sessions.find(sessions.begin(grace, calendar.account_id, NOW), NOW))
    with transaction():
        team.remove(owner, calendar.host_id, NOW)
    _, to_dana = mails_after(post)
    assert "(Berlin time, UTC+1)" in text_of(to_dana)
    assert "New York" not in text_of(to_dana)


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("booking_confirmed", ["Confirmed: Intro call", "Confirmed: Sam Lee"]),
        ("booking_declined", ["Declined: Intro call"]),
        ("booking_request_expired", ["Not confirmed: Intro call", "Not answered: Sam Lee"]),
    ],
)
def test_the_answer_to_a_request_is_told(calendar, post, name, subjects):
    booking = _tentative(calendar)
    is_on = name == "booking_confirmed"
    values = {"status": BookingStatus.CONFIRMED} if is_on else {"status": "cancelled", "cancelled_at": NOW}
    _change(booking, name, sequence=1, **values)
    mails = mails_after(post, name)
    assert [mail["Subject"][: len(said)] for mail, said in zip(mails, subjects, strict=True)] == subjects


def test_a_kind_that_is_off_is_not_sent(booking, post):
    _set(booking.calendar, "booking_confirmed_host", Setting(is_on=False))
    mails = mails_after(post, "booking_created")
    assert [mail["To"].addresses[0].addr_spec for mail in mails] == ["sam@example.org"]


def test_the_owners_words_are_filled_with_values_that_are_not_evaluated(calendar, post):
    _set(
        calendar,
        "booking_confirmed",
        Setting(
            subject="{{ contact.name }}!",
            opening="Dear {{contact.first_name}},\nsee {{ booking.manage_link }}",
        ),
    )
    attendee = wish(calendar, None, at(9)).attendee
    odd = attendee.__class__("{{ host.name }} {% if 1 %}", *list(vars(attendee).values())[1:])
    booked = make_booking(calendar, attendee=odd)
    to_sam, _ = mails_after(post, "booking_created")
    assert to_sam["Subject"] == "{{ host.name }} {% if 1 %}!"
    assert f"Dear {{{{,\nsee http://slotkey.test/m/{token_of(booked.manage_nonce, booked.key_id)}" in text_of(
        to_sam
    )


def _tentative(calendar) -> Booking:
    made = make_booking(calendar)
    with transaction():
        db.session.execute(
            update(Booking)
            .where(Booking.id == made.id)
            .values(status=BookingStatus.TENTATIVE, answer_by=NOW + 4 * HOUR)
        )
    return db.session.get(Booking, made.id, populate_existing=True)


def _move(booking: Booking, start: int, sequence: int = 1, by: Party = Party.CONTACT) -> None:
    before = booking.starts_at
    starts_at = before + timedelta(seconds=start - int(before.timestamp()))
    _change(
        booking,
        "booking_rescheduled",
        {"from": int(before.timestamp()), "to": start, "by": by.value},
        sequence=sequence,
        starts_at=starts_at,
        ends_at=starts_at + HOUR / 2,
        blocked_from=starts_at,
        blocked_until=starts_at + HOUR / 2,
    )
    db.session.refresh(booking)


def _change(booking: Booking, event: str, data: dict | None = None, **values: object) -> None:
    """As the services of rescheduling and confirming leave it."""
    with transaction():
        db.session.execute(update(Booking).where(Booking.id == booking.id).values(**values))
        events.record(
            event,
            account_id=booking.account_id,
            calendar_id=booking.calendar_id,
            booking_id=booking.id,
            at=NOW,
            data={**(data or {}), "sequence": values["sequence"]},
        )


def _set(calendar, kind: str, setting: Setting) -> None:
    with transaction():
        seen = notices.setting_of(calendar.id, kind).mark
        notices.change(calendar, kind, setting, seen=seen, actor_id=calendar.host_id, now=NOW)
