"""Ada's calendar with links, as the tests of their pages need them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from app.db import db, transaction
from app.links import service
from app.links.models import LinkStatus, OneTimeLink
from app.links.options import LinkOptions

from ..factories import NOW, make_booking, make_link
from ..people import form_token
from .calendar_people import Scene, make_scene

HTMX = {"HX-Request": "true", "HX-Target": "div#links"}


@dataclass
class Links:
    """The section of one calendar. `section` and `page(id)` are addresses."""

    scene: Scene

    @property
    def section(self) -> str:
        """The section."""
        return self.scene.path("one-time-links")

    def page(self, link_id: int, what: str = "") -> str:
        """The page of one link, or what is done from it."""
        return f"/calendars/{self.scene.calendar_id}/links/{link_id}{what and '/'}{what}"

    def get(self, path: str, **options: Any) -> Any:
        """A page as Ada sees it."""
        return self.scene.client.get(path, **options)

    def post(self, path: str, **fields: Any) -> Any:
        """Post a form of Ada's with its token."""
        token = form_token(self.get(self.section))
        return self.scene.client.post(path, data={"csrf_token": token, **fields})

    def make(self, **options: Any) -> int:
        """A link of Ada's; its id."""
        with self.scene.app.app_context(), transaction():
            calendar = self.scene.stored()
            return service.create_link(calendar, LinkOptions(**options), None, NOW - timedelta(hours=1)).id

    def use(self, link_id: int) -> int:
        """Book by the link; the booking's id."""
        with self.scene.app.app_context():
            return make_booking(self.scene.stored(), db.session.get(OneTimeLink, link_id)).id

    def fill(self, number: int) -> None:
        """Many plain links."""
        with self.scene.app.app_context():
            for _ in range(number):
                make_link(self.scene.stored())

    def rows(self) -> list[tuple[int, LinkStatus, str]]:
        """What is stored: (id, status, search words), oldest first."""
        with self.scene.app.app_context():
            wanted = (OneTimeLink.id, OneTimeLink.status, OneTimeLink.search_words)
            return [tuple(row) for row in db.session.execute(db.select(*wanted).order_by(OneTimeLink.id))]

    def token(self, link_id: int) -> str:
        """The secret part of the link's address."""
        with self.scene.app.app_context():
            return service.token_of(db.session.get(OneTimeLink, link_id))

    def queries(self, path: str) -> int:
        """How many statements the page costs."""
        seen = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        with self.scene.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", count)
        assert self.get(path).status_code == 200
        event.remove(engine, "before_cursor_execute", count)
        return len(
            [statement for statement in seen if statement.split()[0] in ("SELECT", "INSERT", "UPDATE")]
        )


def make_links(app: Any) -> Links:
    """Ada, signed in, with an empty section."""
    return Links(make_scene(app))
