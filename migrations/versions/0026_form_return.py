"""Keeps where a form on another site leads whoever has sent it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("intake_form", sa.Column("return_to", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("intake_form", "return_to")
