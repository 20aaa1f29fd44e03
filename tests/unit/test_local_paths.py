"""R21: where `next` may lead."""

import pytest

from app.local_paths import local_path


@pytest.mark.parametrize("path", ["/", "/a", "/a?b=c&d=//e", "/o/x#y", "/a%20b", "/a:b"])
def test_own_paths_are_kept(path: str) -> None:
    assert local_path(path, "/else") == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "a",
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x",
        " /a",
        "/a b",
        "?a=b",
        "http:/a",
        "//[",
    ],
)
def test_everything_else_is_not(text: str | None) -> None:
    assert local_path(text, "/else") == "/else"
