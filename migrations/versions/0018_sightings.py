"""Notes bookings that were sent without the code which their link asks for."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECK = "ck_link_sighting_sighting_kind"
TABLE, NEW = "link_sighting", "link_sighting_new"


def upgrade() -> None:
    _allow("'fetched', 'looked', 'refused', 'barred'")


def downgrade() -> None:
    op.execute("DELETE FROM link_sighting WHERE kind = 'barred'")
    _allow("'fetched', 'looked', 'refused'")


def _allow(kinds: str) -> None:
    """SQLite changes no condition of a table: it gets another one, with the rows of this."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(CHECK, TABLE)
        op.create_check_constraint(op.f(CHECK), TABLE, f"kind IN ({kinds})")
        return
    op.create_table(
        NEW,
        sa.Column("link_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f(CHECK)),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name=op.f("fk_link_sighting_link_id")),
        sa.PrimaryKeyConstraint("link_id", "kind", name=op.f("pk_link_sighting")),
    )
    op.execute(
        "INSERT INTO link_sighting_new SELECT link_id, kind, times, first_at, last_at FROM link_sighting"
    )
    op.drop_table(TABLE)
    op.rename_table(NEW, TABLE)
