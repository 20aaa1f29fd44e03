"""Tells a request that its contact has withdrawn from a booking that was cancelled."""

from alembic import op

revision = "0027"
down_revision = "0026"

CHECK = "ck_booking_request_end"
OLD, NEW = "'declined', 'expired'", "'declined', 'expired', 'withdrawn'"


def upgrade() -> None:
    _replace_ends(OLD, NEW)


def downgrade() -> None:
    op.execute("UPDATE booking SET request_end = NULL WHERE request_end = 'withdrawn'")
    _replace_ends(NEW, OLD)


def _replace_ends(old: str, new: str) -> None:
    """SQLite knows no such change but by a copy of the whole table, with all its triggers; so the words of its
    condition are changed where SQLite keeps them, as its manual shows."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(CHECK, "booking")
        op.create_check_constraint(op.f(CHECK), "booking", f"request_end IN ({new})")
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    was, is_now = f"request_end IN ({old})", f"request_end IN ({new})"
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?)"
        " WHERE type = 'table' AND name = 'booking' AND instr(sql, ?)",
        (was, is_now, was),
    )
    assert changed.rowcount == 1
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
