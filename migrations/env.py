"""Runs the migrations on the app's own database, in one transaction."""

from alembic import context
from flask import current_app

from app.engines import WRITING

database = current_app.extensions["migrate"].db


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    # The full-text indexes of SQLite keep tables of its own, which no model describes.
    return not (kind == "table" and name and name.startswith(("link_search", "contact_search")))


def run() -> None:
    engine = database.engine
    with engine.connect().execution_options(**WRITING[engine.dialect.name]) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            # Several processes may start at once; one migrates, the others find the work done.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(761200341)")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            include_name=_is_ours,
            render_as_batch=True,
            compare_server_default=False,
        )
        context.run_migrations()


run()
