"""Values in texts: looked up by name, once, and never evaluated; every usual text names only what there is."""

import pytest

from app.messaging import render
from app.messaging.addresses import masked, wire_address
from app.messaging.texts import TEXTS, VALUES

KNOWN = {"contact.name": "Sam {{ host.name }}", "host.name": "Dana", "empty": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{ host.name }}!", "Hello Dana!"),
        ("{{host.name}}{{  host.name  }}", "DanaDana"),
        ("{{ contact.name }}", "Sam {{ host.name }}"),
        ("a{{ empty }}b", "ab"),
        ("{{ nobody }} {{ 7*7 }} { host.name }", "{{ nobody }} {{ 7*7 }} { host.name }"),
        ("{% if 1 %}{# x #}", "{% if 1 %}{# x #}"),
    ],
)
def test_values_are_put_in_once(text: str, filled: str) -> None:
    assert render.fill(text, KNOWN) == filled


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ host.name }} and {{contact.name}}", []),
        ("{{ host.nme }} {{ host.nme }} {{ 7*7 }}", ["host.nme", "7*7"]),
        ("{{ host.name", ["{{"]),
        ("host.name }}", ["}}"]),
        ("{{\nhost\n}}", ["host"]),
        ("no values { at } all", []),
    ],
)
def test_what_is_no_value_is_named_as_it_was_typed(text: str, names: list[str]) -> None:
    assert render.unknown(text, KNOWN) == names


@pytest.mark.parametrize("kind", TEXTS)
def test_usual_texts_name_only_what_there_is(kind: str) -> None:
    assert render.unknown("".join(TEXTS[kind]), VALUES) == []


def test_an_address_is_masked_for_those_who_know_it() -> None:
    assert masked("sam@example.org") == "s***@example.org"
    assert masked("ž@example.org") == "ž***@example.org"


def test_a_domain_that_cannot_be_written_in_ascii_is_left_to_the_server() -> None:
    assert wire_address("sam@bücher.example") == "sam@xn--bcher-kva.example"
    assert wire_address(f"sam@{'ü' * 80}.example") == f"sam@{'ü' * 80}.example"
