"""Settings: typed, and refused at start with the setting's name."""

from pathlib import Path

import pytest

from app.config import BadSetting, Settings
from app.mail_server import Security
from app.sms_gateway import Twilio, Webhook

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


def test_texts_are_kept_unless_a_provider_is_set() -> None:
    assert read().sms is None
    assert read(SMS_PROVIDER="log", SMS_TOKEN="x").sms is None
    made = read(SMS_PROVIDER="twilio", SMS_ACCOUNT="AC1", SMS_TOKEN="hidden", SMS_FROM="+49301").sms
    assert made == Twilio("AC1", "+49301", "hidden", "https://api.twilio.com")
    secret = f"whsec_{'QUJD' * 8}"
    made = read(SMS_PROVIDER="webhook", SMS_ADDRESS="http://10.0.0.7/send", SMS_SECRET=secret).sms
    assert made == Webhook("http://10.0.0.7/send", secret)
    assert "hidden" not in repr(
        read(SMS_PROVIDER="twilio", SMS_ACCOUNT="AC1", SMS_TOKEN="hidden", SMS_FROM="+1")
    )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("SMS_PROVIDER", {"SMS_PROVIDER": "pigeon"}),
        ("SMS_ACCOUNT", {"SMS_PROVIDER": "twilio"}),
        ("SMS_FROM", {"SMS_PROVIDER": "twilio", "SMS_ACCOUNT": "AC1"}),
        ("SMS_TOKEN", {"SMS_PROVIDER": "twilio", "SMS_ACCOUNT": "AC1", "SMS_FROM": "+1"}),
        ("SMS_ADDRESS", {"SMS_PROVIDER": "webhook"}),
        ("SMS_ADDRESS", {"SMS_PROVIDER": "webhook", "SMS_ADDRESS": "ftp://a"}),
        ("SMS_SECRET", {"SMS_PROVIDER": "webhook", "SMS_ADDRESS": "http://a"}),
        ("SMS_SECRET", {"SMS_PROVIDER": "webhook", "SMS_ADDRESS": "http://a", "SMS_SECRET": "short"}),
        ("SMS_SECRET", {"SMS_PROVIDER": "webhook", "SMS_ADDRESS": "http://a", "SMS_SECRET": "whsec_QUJD"}),
        ("SMS_SECRET", {"SMS_PROVIDER": "webhook", "SMS_ADDRESS": "http://a", "SMS_SECRET": "whsec_!"}),
        ("OUTBOUND_ALLOW", {"OUTBOUND_ALLOW": "intranet"}),
        ("OUTBOUND_ALLOW", {"OUTBOUND_ALLOW": "10.0.0.1/8"}),
    ],
)
def test_wrong_settings_of_texts_name_themselves(name: str, values: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        read(**values)


def test_networks_inside_are_named_one_by_one() -> None:
    allowed = read(OUTBOUND_ALLOW="10.0.0.0/8, 127.0.0.1,fd00::/8").outbound_allow
    assert [str(each) for each in allowed] == ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"]
    assert read().outbound_allow == ()


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
