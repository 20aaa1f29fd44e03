"""Flask's session cookie, at no cost to those who carry none."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, but contacts have no session: making a signer to read nothing took a part of each of their pages."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds, or an empty session."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing, of a session that is and was empty. That pages vary with cookies they say anyway."""
        if session or session.modified:
            super().save_session(app, session, response)
