"""Contacts as their owner sees them: the list, one contact, and what is done with it."""

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import events
from app.accounts.models import Role, User
from app.calendars.models import Calendar
from app.contacts import fields, tags
from app.contacts.bookings import contact_of_booking
from app.contacts.import_models import ContactImport, ContactImportSkip
from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, contact_of, find_or_create
from app.db import db, transaction
from app.links.models import LinkStatus, OneTimeLink
from app.messaging import opt_outs
from tests.factories import NOW, account_of, join, make_booking, make_link
from tests.forms_on_page import submit
from tests.people import PASSWORD, form_token, make_person, sign_in

pytestmark = pytest.mark.usefixtures("now")
PHONE = "+493012345678"
Make = Callable[..., int]


@pytest.fixture
def make(app: Flask, ada: User) -> Make:
    """Makes a contact of Ada's; its number."""

    def made(name: str = "Sam Lee", email: str = "sam@example.org", phone: str = "", *tagged: str) -> int:
        with app.app_context(), transaction():
            contact = find_or_create(account_of(ada), Details(name, email, phone), ContactSource.HAND, NOW)
            for tag in tagged:
                tags.add(contact, tag, NOW)
            return contact.id

    return made


def stored(app: Flask, contact_id: int) -> Contact:
    with app.app_context():
        return db.session.get_one(Contact, contact_id)


def test_a_contact_is_typed_in_shown_found_and_changed(client: FlaskClient, app: Flask, ada: User) -> None:
    assert "No contacts yet." in client.get("/contacts").text
    made = submit(
        client, "/contacts/new", "email", name=" Sam  Lee ", email="Sam@Example.org", phone="+49 30 12345678"
    )
    assert made.status_code == 303
    page = client.get(made.location)
    assert "Contact added." in page.text
    assert "sam@example.org" in page.text
    assert "+49 30 12345678" in page.text
    assert "1 contact, newest first" in client.get("/contacts").text
    for asked in ("sam", "SAM L", "sam@example.org", "030 1234", "+49 (0)30 12345678", "12345"):
        found = client.get("/contacts", query_string={"q": asked}).text
        assert ("Sam Lee" in found) == (asked != "12345"), asked
    submit(client, f"{made.location}/edit", "email", name="Samuel Lee", email="")
    page = client.get(made.location)
    assert "Samuel Lee" in page.text
    assert "Details changed by Ada Lovelace" in page.text
    assert "Samuel" not in client.get("/contacts?q=sam@example.org").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Sam"}, "Enter an e-mail address or a phone number."),
        ({"email": "sam at example"}, "Enter an e-mail address like"),
        ({"phone": "12"}, "Enter a phone number with its country code"),
        ({"email": "kim@example.org"}, "Another contact has this e-mail address."),
        ({"phone": PHONE}, "Another contact has this phone number."),
    ],
    ids=["unreachable", "no address", "no number", "known address", "known number"],
)
def test_what_cannot_be_stored_comes_back_as_typed(
    client: FlaskClient, make: Make, typed: dict[str, str], sentence: str
) -> None:
    make("Kim", "kim@example.org", PHONE)
    answer = submit(client, "/contacts/new", "email", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(value in answer.text for value in typed.values())


def test_tags_narrow_the_list_and_pages_follow_one_another(client: FlaskClient, make: Make) -> None:
    for number in range(27):
        make(f"Guest {number:02}", f"guest{number}@example.org", "", *(["vip"] if number % 2 else []))
    first = client.get("/contacts").text
    assert "Guest 26" in first
    assert "Guest 01" not in first
    assert (
        "Guest 01" in client.get(first.split('id="older" href="')[1].split('"')[0].replace("&amp;", "&")).text
    )
    tagged = client.get("/contacts?tag=vip").text
    assert "Guest 25" in tagged
    assert "Guest 26" not in tagged
    assert "No contacts match." in client.get("/contacts?tag=vip&q=Guest+26").text
    assert "Guest 25" in client.get("/contacts?q=vip").text
    fragment = client.get(
        "/contacts?q=guest", headers={"HX-Request": "true", "HX-Target": "div#contacts"}
    ).text
    assert fragment.lstrip().startswith('<div id="contacts"')


def test_tags_notes_and_fields_of_a_contact(client: FlaskClient, app: Flask, make: Make) -> None:
    path = f"/contacts/{make()}"
    submit(client, "/contacts/fields", "label", label="Company")
    for label, sentence in (
        ("company", "There is a field of this name already."),
        ("E-Mail", "Every contact has this already."),
    ):
        assert sentence in submit(client, "/contacts/fields", "label", label=label).text
    submit(client, f"{path}/edit", "field_company", field_company="Lee Ltd")
    submit(client, path, "tag", tag="VIP")
    submit(client, path, "text", text="Likes\nmornings")
    page = client.get(path).text
    assert all(words in page for words in ("Lee Ltd", "vip", "Likes\nmornings", "Note added by Ada Lovelace"))
    assert submit(client, path, "tag", tag=" ").status_code == 422
    assert submit(client, path, "text", text=" ").status_code == 422
    submit(client, f"{path}/notes/1", "text", text="Likes evenings")
    assert submit(client, f"{path}/notes/1", "text", text=" ").status_code == 422
    page = client.get(path).text
    assert all(words in page for words in ("Likes evenings", "Note changed by Ada Lovelace"))
    assert client.get(f"/contacts/{make('Kim', 'kim@example.org')}/notes/1").status_code == 404
    token = form_token(client.get(path))
    client.post(f"{path}/tags", data={"csrf_token": token, "remove": "vip"})
    client.post(f"{path}/notes/1/remove", data={"csrf_token": token})
    client.post("/contacts/fields/1/remove", data={"csrf_token": token})
    page = client.get(path).text
    assert "Lee Ltd" not in page
    assert "Likes" not in page
    assert "Tag removed by Ada Lovelace" in page


def test_what_happened_at_one_instant_stands_in_its_order(client: FlaskClient, make: Make) -> None:
    """The newest first: what was recorded last."""
    tagged = [f"tag {letter}" for letter in "abcdefghijkl"]
    page = client.get(f"/contacts/{make('Sam Lee', 'sam@example.org', '', *tagged)}").text
    _, _, timeline = page.partition('<ol class="timeline">')
    assert re.findall(r'class="detail" dir="auto">([^<]+)', timeline) == [*reversed(tagged), "By hand"]


def test_a_link_is_made_for_a_contact(
    client: FlaskClient, app: Flask, make: Make, calendar: Calendar
) -> None:
    path = f"/contacts/{make()}"
    made = submit(client, path, "calendar_id", calendar_id=str(calendar.id), note="by phone")
    page = client.get(made.location).text
    assert "http://slotkey.test/o/" in page
    assert "One-time link created by Ada Lovelace" in page
    with app.app_context():
        link = db.session.scalars(db.select(OneTimeLink)).one()
        assert (link.for_name, link.for_email, link.note) == ("Sam Lee", "sam@example.org", "by phone")
        elsewhere = {"calendar_id": "999"}
    assert submit(client, path, "calendar_id", **elsewhere).status_code == 422
    assert (
        submit(client, path, "calendar_id", calendar_id=str(calendar.id), expires_on="2020-01-01").status_code
        == 422
    )


def test_a_channel_is_closed_and_opened_again(client: FlaskClient, app: Flask, ada: User, make: Make) -> None:
    path = f"/contacts/{make()}"
    for do, is_out in (("stop", True), ("start", False)):
        submit(client, path, "channel", do=do)
        with app.app_context():
            assert opt_outs.has_stopped(account_of(ada), "sam@example.org") == is_out
    assert "Wants no more messages by Ada Lovelace" in client.get(path).text
    token = form_token(client.get(path))
    answer = client.post(f"{path}/channels", data={"csrf_token": token, "channel": "sms", "do": "stop"})
    assert answer.status_code == 422


def test_who_has_said_stop_is_not_written_to_at_another_address_either(
    client: FlaskClient, app: Flask, ada: User, make: Make
) -> None:
    path = f"/contacts/{make('Sam Lee', 'sam@exmaple.org', PHONE)}"
    assert submit(client, path, "channel", do="stop").status_code == 303
    corrected = {"name": "Sam Lee", "email": "sam@example.org", "phone": PHONE}
    assert submit(client, f"{path}/edit", "email", **corrected).status_code == 303
    assert 'aria-label="Send again by E-mail"' in client.get(path).text
    with app.app_context():
        assert opt_outs.has_stopped(account_of(ada), "sam@example.org")
        assert not opt_outs.has_stopped(account_of(ada), PHONE)


def test_fields_that_a_merge_gives_up_are_kept_as_a_note(
    client: FlaskClient, app: Flask, ada: User, make: Make
) -> None:
    kept, other = make("Sam Lee", "sam@example.org", ""), make("Sam", "", PHONE)
    with app.app_context(), transaction():
        for label in ("Company", "City"):
            fields.create(account_of(ada), label)
        for contact_id, values in (
            (kept, {"company": "Lee Ltd"}),
            (other, {"company": "Sam & Co", "city": "Bonn"}),
        ):
            fields.set_values(contact_of(account_of(ada), contact_id), values, NOW, ada.id)
    path = f"/contacts/{kept}/merge?other={other}"
    assert "Company: Sam &amp; Co is given up; a note says so." in client.get(path).text
    assert submit(client, path, "other").status_code == 303
    page = client.get(f"/contacts/{kept}").text
    assert "Merged with Sam.\nCompany: Sam &amp; Co</p>" in page
    assert "Lee Ltd" in page
    assert "Bonn" in page


def test_the_timeline_leaves_out_what_says_nothing_to_people(
    client: FlaskClient, app: Flask, ada: User, make: Make
) -> None:
    contact_id = make()
    with app.app_context(), transaction():
        events.record("workflow_run_resumed", account_id=account_of(ada), contact_id=contact_id, at=NOW)
    page = client.get(f"/contacts/{contact_id}").text
    assert "Added" in page
    assert "Workflow run resumed" not in page


def test_two_contacts_become_one(
    client: FlaskClient, app: Flask, ada: User, calendar: Calendar, make: Make
) -> None:
    kept, other = (
        make("Sam Lee", "sam@example.org", "", "vip"),
        make("S. Lee", "lee@example.org", PHONE, "vip", "berlin"),
    )
    with app.app_context():
        make_link(calendar, contact_id=other)
        with transaction():
            opt_outs.stop(account_of(ada), "lee@example.org", NOW)
    assert "S. Lee" in client.get(f"/contacts/{kept}/merge?q=lee").text
    page = client.get(f"/contacts/{kept}/merge?other={other}").text
    assert "lee@example.org is given up; a note says so." in page
    assert submit(client, f"/contacts/{kept}/merge?other={other}", "other").status_code == 303
    page = client.get(f"/contacts/{kept}").text
    assert all(
        words in page
        for words in ("+49 30 12345678", "berlin", "who was reached at lee@example.org", "Link no. 1")
    )
    assert client.get(f"/contacts/{other}").status_code == 404
    assert "1 contact, newest" in client.get("/contacts?q=").text
    assert "No contacts match." in client.get("/contacts?q=lee@example.org").text
    with app.app_context():
        assert opt_outs.has_stopped(account_of(ada), "sam@example.org")
    answer = client.post(
        f"/contacts/{kept}/merge",
        data={"csrf_token": form_token(client.get(f"/contacts/{kept}")), "other": kept},
    )
    assert answer.status_code == 422


def test_exports_hold_everything_but_secrets_and_formulas(
    client: FlaskClient, app: Flask, calendar: Calendar, make: Make
) -> None:
    contact_id = make("=cmd|'/c calc'!A1", "sam@example.org", PHONE, "vip")
    with app.app_context():
        link = make_link(calendar, contact_id=contact_id)
        booked = make_booking(calendar, link)
        with transaction():
            contact_of_booking(booked.id, NOW)
    listed = client.get("/contacts.csv?tag=vip").text
    assert listed.startswith("\ufeffNumber,Name,")
    assert "'=cmd" in listed
    assert "'+493012345678" in listed
    assert "sam@" not in client.get("/contacts.csv?tag=other").text
    zipped = zipfile.ZipFile(io.BytesIO(client.get(f"/contacts/{contact_id}/export.zip").data))
    told = json.loads(zipped.read("contact.json"))
    assert told["email"] == "sam@example.org"
    assert told["tags"] == [{"tag": "vip"}]
    assert told["bookings"][0]["email"] == "sam@example.org"
    assert told["one_time_links"][0]["status"] == "used"
    assert "/o/" not in json.dumps(told)
    (file,) = [name for name in zipped.namelist() if name.endswith(".ics")]
    assert b"BEGIN:VEVENT" in zipped.read(file)


def test_an_erased_contact_is_gone_and_their_bookings_are_counts(
    client: FlaskClient, app: Flask, calendar: Calendar, make: Make
) -> None:
    contact_id = make("Sam Lee", "sam@example.org", PHONE, "vip")
    with app.app_context():
        booked = make_booking(
            calendar, make_link(calendar, contact_id=contact_id, for_email="sam@example.org")
        )
        make_link(calendar, for_email="Sam@example.org", for_name="Sam")
        with transaction():
            contact_of_booking(booked.id, NOW)
    path = f"/contacts/{contact_id}/erase"
    assert "Not while a booking is to come" in client.get(path).text
    answer = client.post(path, data={"csrf_token": form_token(client.get("/contacts/new"))})
    assert answer.status_code == 409
    submit(client, f"/bookings/{booked.id}/cancel", "seen", reason="Sam is ill")
    assert client.post(path, data={"csrf_token": form_token(client.get(path))}).status_code == 303
    assert client.get(f"/contacts/{contact_id}").status_code == 404
    with app.app_context():
        statuses = [
            link.status for link in db.session.scalars(db.select(OneTimeLink).order_by(OneTimeLink.id))
        ]
        assert statuses == [LinkStatus.USED, LinkStatus.DELETED]
        assert b"sam" not in everything().lower()


def everything() -> bytes:
    """All rows of the database as text; but for who of the team is called so."""
    tables = [table for table in db.metadata.sorted_tables if table.name != "user_account"]
    return repr([db.session.execute(db.select(table)).all() for table in tables]).encode()


def test_a_list_is_looked_at_imported_and_reported(client: FlaskClient, app: Flask, ada: User) -> None:
    assert submit(client, "/contacts/imports", "pasted", pasted=" ").status_code == 422
    token = form_token(client.get("/contacts/imports"))
    lines = "".join(f"Guest {n},guest{n}@example.org\n" for n in range(20_000))
    sent = {
        "csrf_token": token,
        "file": (io.BytesIO(f"Name,E-mail\n{lines}nobody,\n".encode()), "guests.csv"),
    }
    made = client.post("/contacts/imports", data=sent)
    assert made.status_code == 303
    page = client.get(made.location).text
    assert "20,002 lines." in page
    assert "Guest 0 · Guest 1 · Guest 2" in page
    answer = submit(client, made.location, "column", column=["name", ""])
    assert answer.status_code == 422
    assert "Choose the column" in answer.text
    assert submit(client, made.location, "column", tag="fair", has_head="y").status_code == 303
    running = client.get(made.location, headers={"HX-Request": "true", "HX-Target": "div#progress"}).text
    assert running.lstrip().startswith('<div id="progress"')
    assert "0 of 20,002 lines read." in running
    assert "every 2s" in running
    token = form_token(client.get(made.location))
    client.post(f"{made.location}/stop", data={"csrf_token": token})
    assert "Stopped" in client.get(made.location).text
    with app.app_context(), transaction():
        db.session.add(ContactImportSkip(import_id=1, line=9, why="=1+1", text="nobody"))
        db.session.execute(db.update(ContactImport).values(skipped=1))
    assert "9,'=1+1,nobody" in client.get(f"{made.location}/skipped.csv").text
    assert "All skipped lines as CSV" in client.get(made.location).text


def test_field_is_renamed_and_keeps_its_key(client: FlaskClient, app: Flask, make: Make) -> None:
    contact_id = make()
    for label in ("Company", "City"):
        submit(client, "/contacts/fields", "label", label=label)
    submit(client, f"/contacts/{contact_id}/edit", "field_company", field_company="Lee Ltd")
    assert "still call it company." in client.get("/contacts/fields/1").text
    for label in ("city", " "):
        assert submit(client, "/contacts/fields/1", "label", label=label).status_code == 422
    for label in ("COMPANY", "Firm"):
        assert submit(client, "/contacts/fields/1", "label", label=label).status_code == 303
    assert (
        '<dt dir="auto">Firm</dt><dd><span dir="auto">Lee Ltd' in client.get(f"/contacts/{contact_id}").text
    )
    assert stored(app, contact_id).fields == {"company": "Lee Ltd"}
    assert client.get("/contacts/fields/9").status_code == 404


def test_strangers_cannot_send_large_files(client: FlaskClient) -> None:
    sent = {"file": (io.BytesIO(b"x" * 300_000), "guests.csv")}
    assert client.post("/contacts/imports", data=sent).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/new",
        "/fields",
        "/imports",
        "/imports/1",
        ".csv",
        "/1",
        "/1/edit",
        "/1/notes/1",
        "/1/merge",
        "/1/erase",
        "/1/export.zip",
    ],
)
def test_members_and_strangers_see_no_contacts(app: Flask, ada: User, make: Make, path: str) -> None:
    make()
    with app.app_context():
        ben = join(ada, "Ben Babbage", Role.MEMBER, password_hash=ada.password_hash)
    member, stranger = app.test_client(), app.test_client()
    sign_in(member, ben)
    sign_in(stranger, make_person(app, "Cleo Stranger"), PASSWORD)
    assert member.get(f"/contacts{path}").status_code == 403
    assert stranger.get(f"/contacts{path}").status_code == (404 if "1" in path else 200)
