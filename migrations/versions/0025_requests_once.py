"""Asked twice is asked once, in whatever case the address was written."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

INDEX, OPEN = "uq_link_request_asker", sa.text("status = 'open'")
# Of open requests by one address the first one waits on; the others are put away, as the owner would.
PUT_AWAY = """
    UPDATE link_request SET status = 'ignored', settled_at = asked_at
    WHERE status = 'open' AND EXISTS (
        SELECT 1 FROM link_request AS earlier
        WHERE earlier.status = 'open' AND earlier.link_id = link_request.link_id AND earlier.id < link_request.id
        AND lower(earlier.email) = lower(link_request.email)
    )
"""


def upgrade() -> None:
    op.execute(PUT_AWAY)
    _index(sa.text("lower(email)"))


def downgrade() -> None:
    _index("email")


def _index(address: object) -> None:
    op.drop_index(INDEX, table_name="link_request")
    op.create_index(
        INDEX, "link_request", ["link_id", address], unique=True, postgresql_where=OPEN, sqlite_where=OPEN
    )
