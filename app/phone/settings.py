"""How an account takes calls and texts. Runs in the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from .. import config, events, tokens
from ..accounts.models import Membership, Role, User
from ..db import connection, upsert
from ..errors import NotFound
from ..ratelimit import Limit
from ..tokens import TokenMaker
from .models import PhoneSettings
from .signing import secret_of

HOOK = "slotkey inbound hook"
LONGEST_VOICEMAIL = 600
TESTS = Limit(
    "test texts",
    10,
    timedelta(hours=1),
    "You have sent several tests. Please try again in {wait}.",
)

table = PhoneSettings.__table__


@dataclass(frozen=True)
class Setting:
    """What an owner chooses."""

    region: str
    makes_contacts: bool = False
    voicemail_seconds: int = 5


@dataclass(frozen=True)
class Hooks:
    """Where an account's calls and texts come in: what stands in the addresses, and the secret to sign with."""

    name: str
    secret: str | None  # None when the server key that made it was dropped


@dataclass(frozen=True)
class Known:
    """The settings of an account, with its hooks once they were made."""

    account_id: int
    setting: Setting
    hooks: Hooks | None


def of_account(account_id: int) -> Known:
    """The account's settings; as long as nobody has chosen, numbers are read as where its owner lives."""
    row = connection().execute(select(table).where(table.c.account_id == account_id)).one_or_none()
    if row is None:
        return Known(account_id, Setting(_home(account_id)), None)
    return _known(row)


def behind(name: str) -> Known | None:
    """The account whose hooks have this name."""
    row = connection().execute(select(table).where(table.c.hook_nonce == nonce_of(name))).one_or_none()
    return _known(row) if row else None


def region_of(account_id: int) -> str:
    """Which country a number belongs to that is written without its code."""
    return of_account(account_id).setting.region


def change(account_id: int, setting: Setting, *, actor_id: int, now: datetime) -> None:
    """Store what an owner has chosen."""
    values = vars(setting)
    row = upsert(table).values(account_id=account_id, hook_nonce=None, key_id="", **values)
    connection().execute(row.on_conflict_do_update(index_elements=["account_id"], set_=values))
    _record("phone_settings_changed", account_id, actor_id, now)


def renew_hooks(account_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Make addresses and a secret, in place of earlier ones, which are good for nothing from now on."""
    made = {"hook_nonce": tokens.new_nonce(), "key_id": _maker().key_id}
    row = upsert(table).values(account_id=account_id, **vars(of_account(account_id).setting), **made)
    connection().execute(row.on_conflict_do_update(index_elements=["account_id"], set_=made))
    _record("hook_secret_renewed", account_id, actor_id, now)


def hooks_to_try(account_id: int | None = None) -> Hooks:
    """The hooks of an account, by default of the first that has some. Raises NotFound."""
    known = select(table.c.account_id).where(table.c.hook_nonce.is_not(None)).order_by(table.c.account_id)
    first = account_id or connection().execute(known.limit(1)).scalar_one_or_none()
    hooks = of_account(first).hooks if first else None
    if hooks is None or hooks.secret is None:
        raise NotFound("No hooks are set up: press “Make addresses and a secret” under Calls and SMS.")
    return hooks


def keys_of(name: str) -> list[bytes]:
    """The keys with which a request to the hooks of that name may be signed. Asks no database."""
    nonce = nonce_of(name)
    makers = (TokenMaker(HOOK, [secret]) for secret in config.current().secrets)
    return [maker.token(nonce, maker.key_id).encode() for maker in makers] if nonce else []


def nonce_of(name: str) -> bytes | None:
    """The nonce that a name in an address stands for; None for what is no such name."""
    try:
        nonce = bytes.fromhex(name)
    except ValueError:
        return None
    return nonce if len(nonce) == tokens.NONCE_BYTES and nonce.hex() == name else None


def regions() -> Iterable[tuple[str, str]]:
    """All there are: ("DE", "Germany (+49)"), by name."""
    # Loading them costs more than the rest of a request, and few pages ask.
    import phonenumbers
    from babel import Locale

    names = Locale("en").territories
    known = [
        (region, f"{names.get(region, region)} (+{phonenumbers.country_code_for_region(region)})")
        for region in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(known, key=lambda each: each[1])


def _known(row: PhoneSettings) -> Known:
    setting = Setting(row.region, row.makes_contacts, row.voicemail_seconds)
    return Known(row.account_id, setting, _hooks(row.hook_nonce, row.key_id) if row.hook_nonce else None)


def _hooks(nonce: bytes, key_id: str) -> Hooks:
    token = _maker().token(nonce, key_id)
    return Hooks(nonce.hex(), secret_of(token.encode()) if token else None)


def _maker() -> TokenMaker:
    return TokenMaker(HOOK, config.current().secrets)


def _home(account_id: int) -> str:
    owners = (
        select(User.locale)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, Membership.role == Role.OWNER)
    )
    found = connection().execute(owners.order_by(Membership.id).limit(1)).scalar_one_or_none()
    territory = (found or config.current().locale).rpartition("_")[2]
    return territory if len(territory) == 2 and territory.isalpha() else "GB"


def _record(name: str, account_id: int, actor_id: int | None, now: datetime) -> None:
    events.record(name, account_id=account_id, actor_id=actor_id, at=now)
