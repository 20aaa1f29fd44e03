"""Files as spreadsheets write them."""

from io import BytesIO

import pytest

from app.contacts.csv_lines import guess, guess_by_person, is_head, lines_of
from app.errors import Invalid


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a,b\r\n1,2\r\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ("\ufeffName;Ort\nJürgen;Köln".encode(), [(1, ["Name", "Ort"]), (2, ["Jürgen", "Köln"])]),
        ("J\xfcrgen\tK\xf6ln".encode("cp1252"), [(1, ["Jürgen", "Köln"])]),
        (b'x\n\n , \n"a\nb",c', [(1, ["x"]), (5, ["a\nb", "c"])]),
        (b"a\0b,\x00", [(1, ["ab", ""])]),
        (b"", []),
        ("\ufeffName\tOrt\r\nJörg\tŁódź".encode("utf-16-le"), [(1, ["Name", "Ort"]), (2, ["Jörg", "Łódź"])]),
        ("\ufeffName,Ort\r\nJörg,Łódź".encode("utf-16-be"), [(1, ["Name", "Ort"]), (2, ["Jörg", "Łódź"])]),
        (b"sep=;\r\nName;Ort\r\nA,B;C", [(2, ["Name", "Ort"]), (3, ["A,B", "C"])]),
    ],
    ids=[
        "plain",
        "mark and semicolons",
        "windows",
        "blank and broken lines",
        "nul",
        "empty",
        "unicode text",
        "unicode text, high byte first",
        "says its delimiter",
    ],
)
def test_lines_are_read_as_they_were_meant(data: bytes, lines: list) -> None:
    assert list(lines_of(BytesIO(data))) == lines


@pytest.mark.parametrize(("before", "number"), [(b"", 2), (b"sep=,\n", 3)])
def test_a_file_that_is_no_csv_is_refused(before: bytes, number: int) -> None:
    with pytest.raises(Invalid, match=f"Line {number} cannot be read"):
        list(lines_of(BytesIO(before + b"a,b\n" + b'"' + b"x" * 200_000)))


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_refused_before_anything_is_read(head: bytes) -> None:
    with pytest.raises(Invalid, match="Save the list as CSV"):
        list(lines_of(BytesIO(head + b"\x14,\n" * 50)))


def test_columns_of_other_programs_are_guessed() -> None:
    heads = ["Vorname", "Nachname", "E-Mail-Adresse", "Mobile Phone", "Given Name", "Labels"]
    assert guess(heads, {}) == ["first_name", "last_name", "email", "phone", "", "tags"]


def test_columns_are_guessed_by_their_names() -> None:
    assert guess(["Full name", "E-MAIL", "email", "Firma", "x"], {"firma": "field_firma"}) == [
        "name", "email", "", "field_firma", "",
    ]  # fmt: skip
    assert is_head(["Name", "E-mail", "Line 2"])
    assert not is_head(["Sam", "sam@example.org"])
    assert not is_head(["Sam", "030 123456"])


@pytest.mark.parametrize(
    ("first", "columns"),
    [
        (["sam@example.org"], ["email"]),
        (["Sam Lee", "030 12345678", "sam@example.org", "Berlin"], ["name", "phone", "email", ""]),
        (["", "+49 (0)30-12345678", "12"], ["", "phone", "name"]),
    ],
)
def test_columns_without_names_are_guessed_by_what_they_hold(first: list[str], columns: list[str]) -> None:
    assert guess_by_person(first) == columns
