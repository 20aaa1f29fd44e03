"""Contacts with tags, fields and notes; events, bookings, links and messages may belong to one."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0016"
down_revision = "0015"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_EMAIL, HAS_PHONE = sa.text("email <> ''"), sa.text("phone <> ''")
OF_CONTACT = sa.text("contact_id IS NOT NULL")
SOURCES = ("hand", "booking", "form", "import", "call", "sms", "hook")
# What a contact_id may stand in, and by what the rows of one contact come out in order.
BELONGING = {"event": "at", "booking": "id", "one_time_link": "id", "message": "id"}
# Rows of these point to a contact that is there; in the others the number says no more once it is gone.
REFERRING = ("booking", "one_time_link")
OLD_SOURCES, NEW_SOURCES = "'hand', 'replacement'", "'hand', 'replacement', 'workflow'"

# Words are searched as those of links are, see 0004. SQLite takes what is no longer there out by a trigger of its own:
# contacts, unlike links, can be removed.
SEARCH = {
    "sqlite": [
        """CREATE VIRTUAL TABLE contact_search USING fts5(
          search_words, content='contact', content_rowid='id', prefix='2 3 4 5', tokenize='unicode61')""",
        """CREATE TRIGGER contact_searchable AFTER INSERT ON contact
        BEGIN INSERT INTO contact_search (rowid, search_words) VALUES (NEW.id, NEW.search_words); END""",
        """CREATE TRIGGER contact_searchable_again AFTER UPDATE OF search_words ON contact
        BEGIN
          INSERT INTO contact_search (contact_search, rowid, search_words)
          VALUES ('delete', OLD.id, OLD.search_words);
          INSERT INTO contact_search (rowid, search_words) VALUES (NEW.id, NEW.search_words);
        END""",
        """CREATE TRIGGER contact_searchable_no_more AFTER DELETE ON contact
        BEGIN
          INSERT INTO contact_search (contact_search, rowid, search_words)
          VALUES ('delete', OLD.id, OLD.search_words);
        END""",
    ],
    "postgresql": [
        "CREATE TABLE contact_search (contact_id BIGINT PRIMARY KEY, search_words TEXT NOT NULL)",
        """CREATE INDEX ix_contact_search ON contact_search
        USING gin (link_lexemes(contact_id, search_words)) WITH (fastupdate = off)""",
        """CREATE FUNCTION contact_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            DELETE FROM contact_search WHERE contact_id = OLD.id;
          ELSE
            INSERT INTO contact_search (contact_id, search_words) VALUES (NEW.id, NEW.search_words)
            ON CONFLICT (contact_id) DO UPDATE SET search_words = NEW.search_words;
          END IF;
          RETURN NULL;
        END $$""",
        """CREATE TRIGGER contact_searchable AFTER INSERT OR DELETE ON contact
        FOR EACH ROW EXECUTE FUNCTION contact_searchable()""",
        """CREATE TRIGGER contact_searchable_again AFTER UPDATE OF search_words ON contact
        FOR EACH ROW EXECUTE FUNCTION contact_searchable()""",
    ],
}
REMOVED = {
    "sqlite": [
        "DROP TRIGGER contact_searchable",
        "DROP TRIGGER contact_searchable_again",
        "DROP TRIGGER contact_searchable_no_more",
        "DROP TABLE contact_search",
    ],
    "postgresql": [
        "DROP TRIGGER contact_searchable ON contact",
        "DROP TRIGGER contact_searchable_again ON contact",
        "DROP TABLE contact_search",
        "DROP FUNCTION contact_searchable",
    ],
}


def upgrade() -> None:
    _create_contacts()
    for table, order in BELONGING.items():
        _add_contact_id(table)
        op.create_index(
            f"ix_{table}_contact",
            table,
            ["contact_id", order],
            unique=False,
            postgresql_where=OF_CONTACT,
            sqlite_where=OF_CONTACT,
        )
    _replace_sources(OLD_SOURCES, NEW_SOURCES)
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(sa.DDL(statement.replace("%", "%%")))


def downgrade() -> None:
    op.execute("UPDATE one_time_link SET source = 'hand' WHERE source = 'workflow'")
    _replace_sources(NEW_SOURCES, OLD_SOURCES)
    for statement in REMOVED[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in BELONGING:
        op.drop_index(f"ix_{table}_contact", table)
        op.drop_column(table, "contact_id")
    for table in ("contact_note", "contact_tag", "contact_field", "contact"):
        op.drop_table(table)


def _create_contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("tz", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(*SOURCES, name="contact_source", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("search_words", sa.Text(), nullable=False),
        sa.CheckConstraint("email <> '' OR phone <> ''", name=op.f("ck_contact_reachable")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_contact_email")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_account", "contact", ["account_id", "id"], unique=False)
    for name, where in (("email", HAS_EMAIL), ("phone", HAS_PHONE)):
        op.create_index(
            f"uq_contact_{name}",
            "contact",
            ["account_id", name],
            unique=True,
            postgresql_where=where,
            sqlite_where=where,
        )
    op.create_table(
        "contact_field",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_field_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_field")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_contact_field_account_id_key")),
    )
    op.create_table(
        "contact_tag",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_tag_account_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_tag_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "tag", name=op.f("pk_contact_tag")),
    )
    op.create_index("ix_contact_tag_tag", "contact_tag", ["account_id", "tag", "contact_id"], unique=False)
    op.create_table(
        "contact_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_note_account_id")),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_contact_note_author_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_note_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_note")),
    )
    op.create_index("ix_contact_note_contact", "contact_note", ["contact_id", "id"], unique=False)


def _add_contact_id(table: str) -> None:
    """Written out: Alembic would leave the reference out on SQLite, where a new column may well bring its own."""
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    reference = f"CONSTRAINT fk_{table}_contact_id REFERENCES contact (id)"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN contact_id {kind} {reference if table in REFERRING else ''}".rstrip()
    )


def _replace_sources(old: str, new: str) -> None:
    """Let links come from other sources than before. SQLite knows no such change but by a copy of the whole table,
    with all its triggers; so the words of its condition are changed where SQLite keeps them, as its manual shows."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint("ck_one_time_link_link_source", "one_time_link")
        op.create_check_constraint(
            op.f("ck_one_time_link_link_source"), "one_time_link", f"source IN ({new})"
        )
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'one_time_link'",
        (f"source IN ({old})", f"source IN ({new})"),
    )
    assert changed.rowcount == 1
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
