"""A PostgreSQL that was restarted leaves dead connections behind; pages go on all the same."""

import pytest
from sqlalchemy import create_engine, text

from app import engines

KILL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def _probing_at_once(monkeypatch):
    """Take every connection for one that lay idle long enough to be doubted."""
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.0)


def end_all_connections(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        ended = len(connection.execute(KILL).all())
    engine.dispose()
    return ended


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("_probing_at_once")
def test_pages_answer_after_every_connection_was_lost(client, database):
    assert client.get("/c/nobody").status_code == 404
    assert end_all_connections(database.url) >= 1
    assert client.get("/c/nobody").status_code == 404


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_lost_a_moment_ago_costs_one_503_and_no_more(client, database):
    assert client.get("/g/nobody").status_code == 404
    end_all_connections(database.url)
    lost = client.get("/g/nobody")
    assert lost.status_code == 503
    assert "Retry-After" in lost.headers
    assert client.get("/g/nobody").status_code == 404


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_costs_the_pages_of_a_link_nothing(client, database):
    assert client.get("/c/nobody").status_code == 404
    end_all_connections(database.url)
    assert client.get("/c/nobody").status_code == 404
