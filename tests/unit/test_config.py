"""Settings: typed, and refused at start with the setting's name."""

from pathlib import Path

import pytest

from app.config import BadSetting, Settings
from app.mail_server import Security

SECRET = "s" * 32
LEAST = {"SECRET_KEY": SECRET, "BASE_URL": "https://book.example.org"}


def read(**changes: str) -> Settings:
    return Settings.from_environment({**LEAST, **changes})


def test_defaults() -> None:
    settings = read()
    assert settings.secrets == (SECRET,)
    assert settings.is_sqlite
    assert settings.database_url == f"sqlite:///{Path('data').resolve()}/slotkey.sqlite3"
    assert (settings.host, settings.port, settings.proxy_count) == ("127.0.0.1", 8000, 0)


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL"])
def test_secret_and_address_are_required(name: str) -> None:
    rest = {key: value for key, value in LEAST.items() if key != name}
    with pytest.raises(BadSetting, match=f"^{name}: .*required"):
        Settings.from_environment(rest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY_FALLBACKS", f"{SECRET},short"),
        ("BASE_URL", "book.example.org"),
        ("BASE_URL", "ftp://book.example.org"),
        ("BASE_URL", "https://book.example.org/slotkey"),
        ("BASE_URL", "https://book.example.org?x=1"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("PROXY_COUNT", "-1"),
        ("PROXY_COUNT", "one"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WEB_PROCESSES", "0"),
        ("WEB_THREADS", "1.5"),
        ("RATE_LIMIT_FACTOR", "0"),
        ("RATE_LIMIT_FACTOR", "nan"),
        ("DATABASE_WAIT_SECONDS", "soon"),
        ("DEFAULT_LOCALE", "xx"),
        ("LOG_FORMAT", "yaml"),
        ("PERSONAL_DATA_DAYS", "-1"),
        ("METRICS_TOKEN", "short"),
        ("MAIL_PORT", "0"),
        ("MAIL_TLS", "maybe"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", ""),
    ],
)
def test_wrong_value_names_its_setting(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        read(MAIL_HOST="mail.example.org", **{"MAIL_FROM": "book@example.org", name: value})


def test_mail_is_sent_with_starttls_unless_told_otherwise() -> None:
    mail = read(MAIL_HOST="mail.example.org", MAIL_FROM="Practice Reyes <book@example.org>").mail
    assert (mail.host, mail.port, mail.security) == ("mail.example.org", 587, Security.STARTTLS)
    assert mail.sender == ("Practice Reyes", "book@example.org")
    assert read(MAIL_HOST="a", MAIL_FROM="b@example.org", MAIL_TLS="tls").mail.port == 465
    assert read(MAIL_HOST="a", MAIL_FROM="b@example.org", MAIL_TLS="none").mail.port == 25


def test_without_a_mail_server_none_is_set() -> None:
    assert read(MAIL_PORT="nonsense").mail is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("sqlite:////var/lib/slotkey.db", "sqlite:////var/lib/slotkey.db"),
    ],
)
def test_database_addresses(given: str, used: str) -> None:
    assert read(DATABASE_URL=given).database_url == used


def test_secret_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    settings = Settings.from_environment(
        {"SECRET_KEY_FILE": str(tmp_path / "key"), "BASE_URL": LEAST["BASE_URL"]}
    )
    assert settings.secrets == ("f" * 40,)


def test_name_and_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"^SECRET_KEY: .*not both"):
        read(SECRET_KEY_FILE=str(tmp_path / "key"))


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"^PORT_FILE: cannot read"):
        read(PORT_FILE=str(tmp_path / "none"))


def test_fallbacks_come_after_the_secret() -> None:
    assert read(SECRET_KEY_FALLBACKS=f"{'a' * 32}, {'b' * 32}").secrets == (SECRET, "a" * 32, "b" * 32)


def test_secrets_are_not_shown() -> None:
    shown = repr(read(DATABASE_URL="postgresql://u:hidden@h/d", METRICS_TOKEN="hidden" * 4))
    assert SECRET not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize(("url", "is_https"), [("https://a.example", True), ("http://a.example", False)])
def test_address_says_whether_cookies_need_tls(url: str, is_https: bool) -> None:
    assert read(BASE_URL=url).is_https is is_https
