"""Flask's session cookie, at no cost to those who carry none."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own, but contacts have no session: making a signer to read nothing took a part of each of their pages."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie holds, or an empty session."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if cookie is None:
            return self.session_class()
        session = super().open_session(app, request)
        if session and app.config["SECRET_KEY_FALLBACKS"] and not self._is_of_newest_key(app, cookie):
            session.modified = True  # written anew, it outlives the key it was signed with
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing, of a session that is and was empty. That pages vary with cookies they say anyway."""
        if session or session.modified:
            super().save_session(app, session, response)

    def _is_of_newest_key(self, app: Flask, cookie: str) -> bool:
        signer = self.get_signing_serializer(app).make_signer(self.salt)
        signed, _, signature = cookie.rpartition(".")
        return signer.get_signature(signed) == signature.encode()
