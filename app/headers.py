"""Headers that every answer carries, pages, files and errors alike."""

from typing import Any

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
SECRET_PATHS = ("/o/", "/m/")
# Pages whose address is a secret: kept by no cache, named to no other site, listed by no search engine.
SECRET_PAGES = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def add_missing(headers: Any, more: dict[str, str] = EVERYWHERE) -> None:
    """Set each header that a view has not set itself."""
    present = {name.lower() for name, _ in headers}
    headers.extend([(name, value) for name, value in more.items() if name.lower() not in present])
