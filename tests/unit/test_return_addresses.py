"""R21: where a form on another site may lead whoever has sent it."""

import pytest

from app.intake.origins import return_address

SITES = ["https://www.example.org", "http://localhost:8080"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://www.example.org", "https://www.example.org/"),
        (" https://WWW.example.org:443/Thanks?a=b&c=%20#d ", "https://www.example.org/Thanks?a=b&c=%20#d"),
        ("http://localhost:8080/a b/ü", "http://localhost:8080/a%20b/%C3%BC"),
        ("https://www.example.org?x=//evil.example", "https://www.example.org/?x=//evil.example"),
        ("https://www.example.org\\@evil.example/", None),
        ("https://www.example.org/\\evil.example", "https://www.example.org/%5Cevil.example"),
        ("https://www.example.org/a\r\nSet-Cookie: x", "https://www.example.org/aSet-Cookie:%20x"),
    ],
)
def test_own_sites_are_kept(text: str, address: str | None) -> None:
    assert return_address(text, SITES) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/thanks",
        "//www.example.org",
        "http://www.example.org",
        "https://www.example.org:8443/",
        "https://www.example.org.evil.example/",
        "https://www.example.org@evil.example/",
        "https://evil.example/https://www.example.org",
        "https://evil.example\\.www.example.org",
        "javascript:alert(1)//https://www.example.org",
        "data:text/html,https://www.example.org",
        "https://[",
    ],
)
def test_every_other_address_is_refused(text: str) -> None:
    assert return_address(text, SITES) is None
