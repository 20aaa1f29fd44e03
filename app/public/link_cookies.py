"""Signed cookies that a browser keeps about links, by their ids: it can neither make nor change one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from .. import config

MOST_KEPT = 20


@dataclass(frozen=True)
class LinkCookie:
    """One such cookie: a value for each of the last links. Without `max_age` it ends with the browser's session."""

    name: str
    salt: str
    max_age: timedelta | None = None

    def read(self, request: Request) -> dict[int, Any]:
        """Values by link id; empty without a cookie, or for one that is not ours."""
        if self.name not in request.cookies:
            return {}
        try:
            return {int(link): value for link, value in self._signer().loads(request.cookies[self.name])}
        except (BadSignature, TypeError, ValueError):
            return {}

    def add(self, answer: Response, request: Request, link_id: int, value: Any) -> Response:
        """The answer, with which the browser also keeps this value for the link."""
        return self._keep(answer, [*self._others(request, link_id), (link_id, value)][-MOST_KEPT:])

    def drop(self, answer: Response, request: Request, link_id: int) -> Response:
        """The answer, with which the browser forgets what it kept for the link."""
        return self._keep(answer, self._others(request, link_id))

    def _others(self, request: Request, link_id: int) -> list[tuple[int, Any]]:
        return [(link, kept) for link, kept in self.read(request).items() if link != link_id]

    def _keep(self, answer: Response, values: list[tuple[int, Any]]) -> Response:
        answer.set_cookie(
            self.name,
            self._signer().dumps(values),
            self.max_age,
            httponly=True,
            samesite="Lax",
            secure=config.current().is_https,
            path="/o/",
        )
        return answer

    def _signer(self) -> URLSafeSerializer:
        keys = config.current().secrets
        return URLSafeSerializer(list(reversed(keys)), salt=self.salt)
