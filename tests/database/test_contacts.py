"""Contacts: found by e-mail, else by phone, made once, never mixed up."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.bookings.booking_step import Attendee
from app.bookings.models import Booking
from app.contacts import fields, tags
from app.contacts.bookings import booking_created, catch_up, contact_of_booking
from app.contacts.merging import merge
from app.contacts.models import Contact, ContactSource
from app.contacts.service import Details, contact_of, find_or_create
from app.db import connection, db, in_transaction, transaction
from app.errors import Invalid, NotFound, Overtaken
from app.events import Event, of_contact
from app.links.models import LinkSource
from app.links.options import LinkOptions
from app.links.service import create_link, create_replacement, delete_link
from tests.factories import (
    NOW,
    account_of,
    at,
    make_booking,
    make_calendar,
    make_contact,
    make_link,
    make_user,
)

SAM = Details("Sam Lee", "sam@example.org", "+493012345678")
PHONE = "+493012345678"


@pytest.fixture
def ada() -> User:
    return make_user()


@pytest.fixture
def account_id(ada: User) -> int:
    return account_of(ada)


def contact(account_id: int, *details: str, source: ContactSource = ContactSource.HAND) -> Contact:
    with transaction():
        return find_or_create(account_id, Details(*details), source, NOW)


def said(contact_id: int) -> list[str]:
    """What happened to the contact; all of it at once, so in no order."""
    return sorted(event.name for event in of_contact(contact_id))


def test_a_contact_is_made_once_and_found_by_either(account_id: int) -> None:
    made = contact(account_id, "Sam Lee", "Sam@Example.org", PHONE, source=ContactSource.FORM)
    assert (made.email, made.phone, made.source) == ("sam@example.org", PHONE, ContactSource.FORM)
    assert contact(account_id, "", "SAM@example.org").id == made.id
    assert contact(account_id, "", "", PHONE).id == made.id
    assert [(each.name, each.data) for each in of_contact(made.id)] == [
        ("contact_created", {"source": "form"})
    ]
    assert contact_of(account_id, made.id).name == "Sam Lee"


def test_what_is_empty_is_filled_in_and_nothing_overwritten(account_id: int) -> None:
    made = contact(account_id, "", "", PHONE)
    assert contact(account_id, "Sam Lee", "sam@example.org", PHONE).id == made.id
    kept = contact(account_id, "Samuel", "sam@example.org", "+493099999999")
    assert (kept.id, kept.name, kept.phone) == (made.id, "Sam Lee", PHONE)
    assert said(made.id) == ["contact_changed", "contact_created"]
    assert {"changed": ["name", "email"]} in [event.data for event in of_contact(made.id)]
    assert "wsam" in kept.search_words.split()


def test_a_shared_phone_makes_no_two_people_one(account_id: int) -> None:
    first = contact(account_id, "Sam", "sam@example.org", PHONE)
    second = contact(account_id, "Kim", "kim@example.org", PHONE)
    assert second.id != first.id
    assert second.phone == ""
    third = contact(account_id, "Kim", "", "+493099999999")
    filled = contact(account_id, "Kim", "kim@example.org", "+493099999999")
    assert (filled.id, filled.phone, third.phone) == (second.id, "", "+493099999999")


def test_another_account_has_contacts_of_its_own(account_id: int) -> None:
    elsewhere = account_of(make_user("Cleo Stranger"))
    made = contact(account_id, "Sam", "sam@example.org")
    assert contact(elsewhere, "Sam", "sam@example.org").id != made.id
    with pytest.raises(NotFound):
        contact_of(elsewhere, made.id)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Details("Sam"), "email"),
        (Details("Sam", "sam at example"), "email"),
        (Details("Sam", "", "030 123"), "phone"),
        (Details("S" * 121, "sam@example.org"), "name"),
    ],
    ids=["nothing", "no address", "not E.164", "long"],
)
def test_what_cannot_be_stored_is_refused(account_id: int, details: Details, field: str) -> None:
    with pytest.raises(Invalid) as refused, transaction():
        find_or_create(account_id, details, ContactSource.HAND, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "values",
    [{"email": "sam@example.org"}, {"phone": PHONE}, {}, {"email": "Kim@example.org"}],
    ids=["same e-mail", "same phone", "unreachable", "capitals"],
)
def test_the_database_refuses_it_too(account_id: int, values: dict[str, str]) -> None:
    contact(account_id, *vars(SAM).values())
    with pytest.raises(IntegrityError), transaction():
        db.session.add(Contact(account_id=account_id, source=ContactSource.HAND, created_at=NOW, **values))


def test_the_number_of_a_contact_is_never_another_s(account_id: int) -> None:
    made = contact(account_id, "Sam", "sam@example.org")
    with transaction():
        db.session.execute(delete(Contact).where(Contact.id == made.id))
    assert contact(account_id, "Kim", "kim@example.org").id > made.id


def test_tags_are_put_on_once_and_taken_off(account_id: int) -> None:
    made = contact(account_id, "Sam", "sam@example.org")
    with transaction():
        assert tags.add(made, "  VIP  guest ", NOW)
        assert not tags.add(made, "vip guest", NOW)
        assert tags.add(made, "berlin", NOW)
    assert tags.tags_of(made.id) == ["berlin", "vip guest"]
    assert "wvip" in words_of(made)
    with transaction():
        assert tags.remove(made, "VIP guest", NOW)
        assert not tags.remove(made, "vip guest", NOW)
    assert "wvip" not in words_of(made)
    assert said(made.id) == ["contact_created", "tag_added", "tag_added", "tag_removed"]
    for nothing in ("", " , ", "x" * 41):
        with pytest.raises(Invalid), transaction():
            tags.add(made, nothing, NOW)


def words_of(made: Contact) -> list[str]:
    return (
        connection().execute(select(Contact.search_words).where(Contact.id == made.id)).scalar_one().split()
    )


def test_fields_keep_their_key_and_only_known_ones_are_set(account_id: int) -> None:
    made = contact(account_id, "Sam", "sam@example.org")
    with transaction():
        keys = [
            fields.create(account_id, label).key for label in ("Firma (Köln)", "Firma Köln", "会社", "2nd")
        ]
    assert keys == ["firma_koln", "firma_koln_2", "field", "field_2nd"]
    with transaction():
        assert fields.set_value(made, "firma_koln", " Lee  GmbH ", NOW)
        assert not fields.set_value(made, "firma_koln", "Lee GmbH", NOW)
    assert made.fields == {"firma_koln": "Lee GmbH"}
    assert {"changed": [], "fields": ["firma_koln"]} in [event.data for event in of_contact(made.id)]
    with pytest.raises(NotFound), transaction():
        fields.set_value(made, "unknown", "x", NOW)
    for label in ("", "firma köln", "x" * 81):
        with pytest.raises(Invalid), transaction():
            fields.create(account_id, label)


def test_who_booked_is_a_contact_from_then_on(ada: User, account_id: int) -> None:
    booked = make_booking(make_calendar(ada))
    event = db.session.scalars(select(Event).where(Event.name == "booking_created")).one()
    booking_created(event, NOW)
    booking_created(event, NOW)
    found = db.session.scalars(select(Contact)).one()
    assert (found.name, found.email, found.tz) == ("Sam Lee", "sam@example.org", "Europe/Berlin")
    assert found.source == ContactSource.BOOKING
    assert db.session.get(Booking, booked.id).contact_id == found.id


@pytest.mark.parametrize("is_taken", [False, True], ids=["free", "another contact's"])
def test_an_address_typed_for_a_link_becomes_its_contacts(ada: User, account_id: int, is_taken: bool) -> None:
    caller = contact(account_id, "", "", PHONE, source=ContactSource.CALL)
    other = contact(account_id, "Sam Lee", "sam@example.org") if is_taken else None
    calendar = make_calendar(ada)
    link = make_link(calendar, contact_id=caller.id)
    booked = make_booking(calendar, link)
    with transaction():
        assert contact_of_booking(booked.id, NOW) == (other or caller).id
    stored = contact_of(account_id, caller.id)
    assert (stored.name, stored.email) == (("", "") if is_taken else ("Sam Lee", "sam@example.org"))


def test_a_link_that_was_handed_on_makes_nobody_else_of_its_contact(ada: User, account_id: int) -> None:
    kim = contact(account_id, "Kim", "kim@example.org")
    calendar = make_calendar(ada)
    booked = make_booking(calendar, make_link(calendar, contact_id=kim.id))
    with transaction():
        assert contact_of_booking(booked.id, NOW) != kim.id
    assert contact_of(account_id, kim.id).email == "kim@example.org"


def test_a_booking_whose_contact_is_forgotten_makes_none(ada: User) -> None:
    booked = make_booking(
        make_calendar(ada), attendee=Attendee("Name removed", "", "", "Europe/Berlin", "en_GB")
    )
    with transaction():
        assert contact_of_booking(booked.id, NOW) is None
        with pytest.raises(NotFound):
            contact_of_booking(booked.id + 1, NOW)


def test_bookings_of_before_there_were_contacts_are_caught_up_with(ada: User) -> None:
    calendar = make_calendar(ada)
    for hour in (9, 10):
        make_booking(calendar, None, at(hour))
    catch_up(NOW)
    assert db.session.scalars(select(Contact)).all() == []
    catch_up(NOW + timedelta(hours=2))
    (made,) = db.session.scalars(select(Contact)).all()
    assert set(db.session.scalars(select(Booking.contact_id))) == {made.id}
    (event,) = of_contact(made.id)
    assert event.delivered_at is not None


def test_a_link_may_be_a_contacts_and_so_is_what_replaces_it(ada: User, account_id: int) -> None:
    kim, calendar = contact(account_id, "Kim", "kim@example.org"), make_calendar(ada)
    with transaction():
        link = create_link(calendar, LinkOptions(), ada, NOW, contact_id=kim.id, source=LinkSource.WORKFLOW)
        delete_link(link, ada, NOW)
        again = create_replacement(calendar, link, ada, NOW)
    assert (link.source, again.source) == (LinkSource.WORKFLOW, LinkSource.REPLACEMENT)
    assert again.contact_id == kim.id
    assert said(kim.id) == ["contact_created", "link_created", "link_created", "link_deleted"]


def test_the_database_knows_where_links_come_from(ada: User) -> None:
    make_link(make_calendar(ada), source=LinkSource.WORKFLOW)
    with pytest.raises(IntegrityError), transaction():
        connection().exec_driver_sql("UPDATE one_time_link SET source = 'dream'")


def test_a_merge_that_was_overtaken_is_done_again(app_context) -> None:
    account_id = account_of(make_user())
    kept, other = (make_contact(account_id, email=f"{name}@example.org") for name in ("sam", "zoe"))
    overtaken = [Overtaken("Something else came first.")]

    def work() -> None:
        merge(kept, other, NOW, None)
        if overtaken:
            raise overtaken.pop()

    kept, other = (db.session.get_one(Contact, each.id) for each in (kept, other))
    in_transaction(work)
    assert db.session.scalars(select(Contact.id)).all() == [kept.id]
