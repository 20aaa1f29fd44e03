"""The migrations make the tables that the models describe, and can be taken back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import inspect

from app.db import Base, db
from app.paths import beside_code


def differences() -> list:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_described}
        )
        return compare_metadata(context, Base.metadata)


def _is_described(name, kind, _parents) -> bool:
    # Search indexes stand in the migrations only: full text is no matter of the models.
    return not (name and ("link_search" in name or "contact_search" in name))


def test_migrated_tables_are_those_of_the_models(app):
    assert differences() == []


def test_migrations_can_be_taken_back_and_run_again(app):
    Migrate(app, db, directory=str(beside_code("migrations")))
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    upgrade()
    assert differences() == []
