"""Headers that every answer carries, pages, files and errors alike."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
# Pages whose address is a secret, or leads to one: named to no other site, listed by no search engine.
SECRET_PATHS = ("/o/", "/m/", "/u/", "/c/", "/g/", "/f/", "/r/", "/i/", "/e/")
SECRET_PAGES = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
PAGES = {**EVERYWHERE, "Cache-Control": "no-store"}
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}


@cache
def page_headers(is_secret: bool, is_https: bool) -> dict[str, str]:
    """What a page carries: kept by no cache, and more where its address is a secret or it came over TLS."""
    return PAGES | (SECRET_PAGES if is_secret else {}) | (OVER_TLS if is_https else {})


def add_missing(headers: list[tuple[str, str]], more: dict[str, str] = EVERYWHERE) -> None:
    """Add each header that the answer does not have yet."""
    present = {name.lower() for name, _ in headers}
    headers.extend(item for item in more.items() if item[0].lower() not in present)


def protected(app: Wsgi, is_https: bool) -> Wsgi:
    """The app with `page_headers` on all its answers, refusals that reach no view too."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_secret = f"/{environ.get('PATH_INFO', '').lstrip('/')}".startswith(SECRET_PATHS)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            add_missing(headers, page_headers(is_secret, is_https))
            return start_response(status, headers, *error)

        return app(environ, start)

    return answer


# Mails are shown in a frame of their own: their inline styles are theirs alone, and nothing in them runs or sends.
FRAMED = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "sandbox",
        )
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
FRAMING = {"Content-Security-Policy": f"{POLICY}; frame-src 'self'"}


def framed(answer: Any) -> Any:
    """The answer as the content of a preview's frame."""
    answer.headers.update(FRAMED)
    return answer


def framing(answer: Any) -> Any:
    """The answer as a page that has a preview's frame in it."""
    answer.headers.update(FRAMING)
    return answer
