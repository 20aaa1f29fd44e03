"""Calls and texts that come in, and what providers say of texts that go out."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0021"
down_revision = "0020"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REASONS = ("no-answer", "busy", "failed", "voicemail")


def upgrade() -> None:
    op.create_table(
        "phone_settings",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("makes_contacts", sa.Boolean(), nullable=False),
        sa.Column("voicemail_seconds", sa.Integer(), nullable=False),
        sa.Column("hook_nonce", sa.LargeBinary(length=8), nullable=True),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_settings_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_phone_settings")),
        sa.UniqueConstraint("hook_nonce", name=op.f("uq_phone_settings_hook_nonce")),
    )
    _incoming(
        "missed_call",
        sa.Column("called", sa.String(length=32), nullable=False),
        sa.Column("why", _words("missed_why", *REASONS), nullable=False),
    )
    _incoming(
        "received_text",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("keyword", _words("keyword", "stop", "start"), nullable=True),
    )
    op.create_table(
        "hook_receipt",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_hook_receipt")),
    )
    op.create_index("ix_hook_receipt_received_at", "hook_receipt", ["received_at"], unique=False)
    op.add_column(
        "message", sa.Column("provider_id", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column("message", sa.Column("segments", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("delivered_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    for name in ("delivered_at", "segments", "provider_id"):
        op.drop_column("message", name)
    for name in ("hook_receipt", "received_text", "missed_call", "phone_settings"):
        op.drop_table(name)


def _incoming(name: str, *more: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("provider_id", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        *more,
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{name}_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("account_id", "provider_id", name=op.f(f"uq_{name}_account_id_provider_id")),
    )
    op.create_index(f"ix_{name}_account", name, ["account_id", "id"], unique=False)


def _words(name: str, *allowed: str) -> sa.Enum:
    return sa.Enum(*allowed, name=name, native_enum=False, create_constraint=True, length=24)
