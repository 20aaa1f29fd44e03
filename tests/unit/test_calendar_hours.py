"""Hours as they are typed, slugs, stored text and the ids of questions."""

import pytest

from app.amounts import length_words
from app.calendars.hours import clock_text, first_overlap, longest_minutes, minutes_of, with_another
from app.calendars.hours_forms import edited
from app.calendars.slugs import is_slug, slug_from
from app.calendars.texts import one_line, paragraphs


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("09:30", 570),
        ("9:30", 570),
        ("0930", 570),
        ("9.30", 570),
        ("09:30:00", 570),
        ("00:00", 0),
        ("24:00", 1440),
        ("24:01", None),
        ("25:00", None),
        ("12:60", None),
        ("", None),
        ("nine", None),
        ("09:30; DROP", None),
    ],
)
def test_time_of_day_is_read(text, minutes):
    assert minutes_of(text) == minutes


def test_end_of_day_is_written_as_midnight():
    assert (clock_text(0), clock_text(1440), clock_text(570)) == ("00:00", "00:00", "09:30")


def test_ranges_that_touch_do_not_overlap():
    assert first_overlap([[720, 780], [540, 720]]) is None
    assert first_overlap([[700, 780], [540, 720]]) == ([540, 720], [700, 780])


def test_longest_range_of_all_days():
    assert longest_minutes([[[540, 600]], [], [[600, 720]]]) == 120
    assert longest_minutes([[], []]) is None


@pytest.mark.parametrize(
    ("rows", "added"),
    [
        ([], {"start": "09:00", "end": "17:00"}),
        ([{"start": "09:00", "end": "12:00"}], {"start": "13:00", "end": "14:00"}),
        ([{"start": "09:00", "end": "23:00"}], {"start": "", "end": ""}),
        ([{"start": "09:00", "end": ""}], {"start": "", "end": ""}),
    ],
)
def test_added_range_follows_the_last(rows, added):
    assert with_another(rows) == [*rows, added]


def test_a_day_takes_twelve_ranges_at_most():
    full = [{"start": "", "end": ""}] * 12
    assert with_another(full) == full


@pytest.mark.parametrize(
    "do", ["", "add", "add-noday", "remove-monday", "remove-monday-x", "remove-monday--1", "copy"]
)
def test_odd_buttons_change_nothing(do):
    typed = {"monday": [{"start": "09:00", "end": "17:00"}], "sunday": []}
    assert edited(typed, do, "noday", ["sunday", "elsewhere"]) == typed


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Intro call", "intro-call"),
        ("Café & Co.", "cafe-co"),
        ("会議", "calendar"),
        ("x" * 90, "x" * 60),
        ("--", "calendar"),
    ],
)
def test_slug_is_made_of_a_name(name, slug):
    assert slug_from(name) == slug
    assert is_slug(slug)


@pytest.mark.parametrize(
    "text", ["", "Intro", "intro call", "-intro", "intro-", "a--b", "a/b", "ä", "x" * 61, "a\n"]
)
def test_other_text_is_no_slug(text):
    assert not is_slug(text)


def test_stored_text_has_no_control_characters():
    assert one_line("A\r\nBcc:  x\x00\ty ") == "A Bcc: x y"
    assert paragraphs(" a\x07 \r\nb\rc\n\n") == "a\nb\nc"
    assert one_line(None) == paragraphs(None) == ""


@pytest.mark.parametrize("letter", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C])
def test_nothing_turns_the_direction_of_a_text_round(letter):
    assert one_line(f"Sam{chr(letter)} Lee{chr(letter)}") == paragraphs(f"Sam{chr(letter)} Lee") == "Sam Lee"


@pytest.mark.parametrize(
    "seen",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f52c",
        "\u0915\u094d\u200d\u0937",
    ],
)
def test_joiners_stay_inside_words(seen):
    assert one_line(f"\u200d {seen} \u200c\u200d") == paragraphs(f"\u200c{seen}\u200d\n\u200d") == seen


def test_no_letter_carries_more_marks_than_a_language_needs():
    assert one_line("Z\u0336\u0321\u0317" + "\u0301" * 40 + "oe\u0301 \u0e01" + "\u0e47" * 40) == (
        "Z\u0336\u0321\u0317\u0301oe\u0301 \u0e01" + "\u0e47" * 4
    )
    hebrew = "\u05e9\u05c1\u05bc\u05b8\u05ab"
    assert paragraphs(hebrew) == hebrew


@pytest.mark.parametrize(
    "text", ["\u200b\u200b", "\u200d", "\u2060 \ufeff", "\u00ad\n\u00ad", "\u3164", "\u2800", "\u0301\ufe0f"]
)
def test_what_shows_nothing_is_empty(text):
    assert one_line(text) == paragraphs(text) == ""


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (90, "90 minutes"),
        (60, "1 hour"),
        (105, "1 hour 45 minutes"),
        (121, "2 hours 1 minute"),
        (240, "4 hours"),
        (1440, "24 hours"),
        (1500, "25 hours"),
        (2880, "2 days"),
    ],
)
def test_durations_in_words(minutes, words):
    assert length_words(minutes) == words
