"""One-time links, with no way back from used or deleted."""

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# `active -> used` and `active -> deleted` are the only changes of status, rows stay, and what a link is never
# changes. Counts are moved by the same change; on PostgreSQL at commit, so that the counter is locked last.
# The search index follows the words the service keeps in `search_words`. On PostgreSQL it has a table of its own:
# a change of status makes a new version of the link's row, and that would enter all its words once more.
FIXED = ["nonce", "calendar_id", "account_id", "parent_id", "created_at"]

SQLITE_IS_CHANGED = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FIXED)
POSTGRESQL_IS_CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED)

GUARDS = {
    "sqlite": [
        """CREATE TRIGGER one_time_link_leaves_active_once BEFORE UPDATE OF status ON one_time_link
        WHEN OLD.status <> 'active' AND NEW.status <> OLD.status
        BEGIN SELECT RAISE(ABORT, 'one_time_link: a used or deleted link stays as it is'); END""",
        f"""CREATE TRIGGER one_time_link_is_fixed BEFORE UPDATE ON one_time_link WHEN {SQLITE_IS_CHANGED}
        BEGIN SELECT RAISE(ABORT, 'one_time_link: what a link is never changes'); END""",
        """CREATE TRIGGER one_time_link_stays BEFORE DELETE ON one_time_link
        BEGIN SELECT RAISE(ABORT, 'one_time_link: rows are never removed'); END""",
        # INSERT OR REPLACE takes the old row away without asking the trigger above.
        """CREATE TRIGGER one_time_link_is_new BEFORE INSERT ON one_time_link
        WHEN EXISTS (SELECT 1 FROM one_time_link WHERE id = NEW.id OR nonce = NEW.nonce)
        BEGIN SELECT RAISE(ABORT, 'one_time_link: rows are never replaced'); END""",
        """CREATE TRIGGER one_time_link_counted AFTER INSERT ON one_time_link
        BEGIN
          INSERT INTO link_count (calendar_id, status, links) VALUES (NEW.calendar_id, NEW.status, 1)
          ON CONFLICT (calendar_id, status) DO UPDATE SET links = links + 1;
        END""",
        """CREATE TRIGGER one_time_link_recounted AFTER UPDATE OF status ON one_time_link
        WHEN NEW.status <> OLD.status
        BEGIN
          UPDATE link_count SET links = links - 1 WHERE calendar_id = OLD.calendar_id AND status = OLD.status;
          INSERT INTO link_count (calendar_id, status, links) VALUES (NEW.calendar_id, NEW.status, 1)
          ON CONFLICT (calendar_id, status) DO UPDATE SET links = links + 1;
        END""",
        """CREATE VIRTUAL TABLE link_search USING fts5(
          search_words, content='one_time_link', content_rowid='id', prefix='2 3 4 5', tokenize='unicode61')""",
        """CREATE TRIGGER one_time_link_searchable AFTER INSERT ON one_time_link
        BEGIN INSERT INTO link_search (rowid, search_words) VALUES (NEW.id, NEW.search_words); END""",
        """CREATE TRIGGER one_time_link_searchable_again AFTER UPDATE OF search_words ON one_time_link
        BEGIN
          INSERT INTO link_search (link_search, rowid, search_words) VALUES ('delete', OLD.id, OLD.search_words);
          INSERT INTO link_search (rowid, search_words) VALUES (NEW.id, NEW.search_words);
        END""",
    ],
    "postgresql": [
        f"""CREATE FUNCTION one_time_link_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'one_time_link: rows are never removed' USING ERRCODE = 'check_violation';
          END IF;
          IF OLD.status <> 'active' AND NEW.status <> OLD.status THEN
            RAISE EXCEPTION 'one_time_link: a used or deleted link stays as it is'
            USING ERRCODE = 'check_violation';
          END IF;
          IF {POSTGRESQL_IS_CHANGED} THEN
            RAISE EXCEPTION 'one_time_link: what a link is never changes' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$""",
        """CREATE TRIGGER one_time_link_guard BEFORE UPDATE OR DELETE ON one_time_link
        FOR EACH ROW EXECUTE FUNCTION one_time_link_guard()""",
        """CREATE FUNCTION link_count_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'UPDATE' THEN
            UPDATE link_count SET links = links - 1 WHERE calendar_id = OLD.calendar_id AND status = OLD.status;
          END IF;
          INSERT INTO link_count AS counted (calendar_id, status, links) VALUES (NEW.calendar_id, NEW.status, 1)
          ON CONFLICT (calendar_id, status) DO UPDATE SET links = counted.links + 1;
          RETURN NULL;
        END $$""",
        """CREATE CONSTRAINT TRIGGER one_time_link_counted AFTER INSERT ON one_time_link
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION link_count_move()""",
        """CREATE CONSTRAINT TRIGGER one_time_link_recounted AFTER UPDATE ON one_time_link
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> OLD.status)
        EXECUTE FUNCTION link_count_move()""",
        "CREATE TABLE link_search (link_id BIGINT PRIMARY KEY, search_words TEXT NOT NULL)",
        # Each word, and its beginnings of up to four letters with a p in front: a beginning that is no entry of
        # its own makes GIN first collect all links that have one like it. In front of all stand the calendar and
        # the block of 131,072 ids, so that a search goes block by block and ends with the page (links/listing.py).
        """CREATE FUNCTION link_lexemes(link_id BIGINT, words TEXT) RETURNS tsvector
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN (
          SELECT array_to_tsvector(array_agg(block || word) || array_agg(block || 'p' || substr(word, 2, letters)))
          FROM concat(link_id >> 17, split_part(words, ' ', 1)) AS block,
            unnest((string_to_array(words, ' '))[2:]) AS word,
            generate_series(1, 4) AS letters
        )""",
        # Written at once: what waits for its turn would be looked through by each search.
        """CREATE INDEX ix_link_search ON link_search
        USING gin (link_lexemes(link_id, search_words)) WITH (fastupdate = off)""",
        """CREATE FUNCTION link_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO link_search (link_id, search_words) VALUES (NEW.id, NEW.search_words)
          ON CONFLICT (link_id) DO UPDATE SET search_words = NEW.search_words;
          RETURN NULL;
        END $$""",
        """CREATE TRIGGER one_time_link_searchable AFTER INSERT ON one_time_link
        FOR EACH ROW EXECUTE FUNCTION link_searchable()""",
        """CREATE TRIGGER one_time_link_searchable_again AFTER UPDATE OF search_words ON one_time_link
        FOR EACH ROW EXECUTE FUNCTION link_searchable()""",
    ],
}
REMOVED = {
    "sqlite": ["DROP TABLE link_search", "DROP TRIGGER one_time_link_stays"],
    "postgresql": [
        "DROP TRIGGER one_time_link_guard ON one_time_link",
        "DROP TRIGGER one_time_link_counted ON one_time_link",
        "DROP TRIGGER one_time_link_recounted ON one_time_link",
        "DROP TRIGGER one_time_link_searchable ON one_time_link",
        "DROP TRIGGER one_time_link_searchable_again ON one_time_link",
        "DROP TABLE link_search",
        "DROP FUNCTION one_time_link_guard",
        "DROP FUNCTION link_count_move",
        "DROP FUNCTION link_searchable",
        "DROP FUNCTION link_lexemes",
    ],
}


def upgrade() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=8), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "used",
                "deleted",
                name="link_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "hand",
                "replacement",
                name="link_source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_by_id", ID, nullable=True),
        sa.Column("for_name", sa.String(length=120), nullable=False),
        sa.Column("for_email", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("offered_from_on", sa.Date(), nullable=True),
        sa.Column("offered_until_on", sa.Date(), nullable=True),
        sa.Column("offered_times", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("search_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status = 'deleted') = (deleted_at IS NOT NULL)", name=op.f("ck_one_time_link_deleted_at")
        ),
        sa.CheckConstraint(
            "(status = 'used') = (used_at IS NOT NULL)", name=op.f("ck_one_time_link_used_at")
        ),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name=op.f("ck_one_time_link_duration")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_one_time_link_calendar_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_one_time_link_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["user_account.id"], name=op.f("fk_one_time_link_deleted_by_id")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["one_time_link.id"], name=op.f("fk_one_time_link_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("nonce", name=op.f("uq_one_time_link_nonce")),
    )
    op.create_index("ix_one_time_link_calendar", "one_time_link", ["calendar_id", "id"], unique=False)
    op.create_index(op.f("ix_one_time_link_key_id"), "one_time_link", ["key_id"], unique=False)
    op.create_index(op.f("ix_one_time_link_parent_id"), "one_time_link", ["parent_id"], unique=False)
    op.create_index("ix_one_time_link_source", "one_time_link", ["calendar_id", "source", "id"], unique=False)
    op.create_index("ix_one_time_link_status", "one_time_link", ["calendar_id", "status", "id"], unique=False)
    op.create_table(
        "link_count",
        sa.Column("calendar_id", ID, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "used",
                "deleted",
                name="link_status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("links", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_link_count_calendar_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", "status", name=op.f("pk_link_count")),
    )
    op.create_table(
        "link_sighting",
        sa.Column("link_id", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fetched",
                "looked",
                "refused",
                name="sighting_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["one_time_link.id"], name=op.f("fk_link_sighting_link_id")),
        sa.PrimaryKeyConstraint("link_id", "kind", name=op.f("pk_link_sighting")),
    )

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.DDL(statement.replace("%", "%%")))


def downgrade() -> None:
    for statement in REMOVED[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("link_sighting")
    op.drop_table("link_count")
    op.drop_table("one_time_link")
