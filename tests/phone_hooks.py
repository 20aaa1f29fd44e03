"""An account whose calls and texts come in, and requests as its provider would send them."""

import json
import secrets
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, config
from app.db import in_transaction
from app.phone import settings
from app.phone.settings import Hooks, Setting
from app.phone.signing import signed_headers, twilio_signature
from app.sms_gateway import Gateway, Twilio

CALLER = "+4930901820"
TWILIO = Twilio("AC123", "+493012345", "token")
GERMAN = Setting("DE", makes_contacts=True)


def make_hooks(account_id: int, setting: Setting = GERMAN) -> Hooks:
    """Addresses and a secret for the account, which takes calls and texts like this."""
    now = clock.now()
    in_transaction(lambda: settings.change(account_id, setting, actor_id=0, now=now))
    in_transaction(lambda: settings.renew_hooks(account_id, actor_id=None, now=now))
    return settings.of_account(account_id).hooks


@contextmanager
def texts_go_to(gateway: Gateway | None):
    """The running app has these settings SMS_*."""
    before = config.current()
    current_app.extensions["slotkey.settings"] = replace(before, sms=gateway)
    try:
        yield
    finally:
        current_app.extensions["slotkey.settings"] = before


def use_gateway(app: Flask, gateway: Gateway) -> None:
    """The same for an app of the test's own."""
    app.extensions["slotkey.settings"] = replace(app.extensions["slotkey.settings"], sms=gateway)


def signed(
    client: FlaskClient,
    path: str,
    secret: str,
    said: Any,
    *,
    hook_id: str = "",
    at: datetime | None = None,
    sent: Any = None,
) -> TestResponse:
    """Post what is `said` as JSON, signed; `sent` in place of it is what arrives."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = signed_headers(secret, hook_id or f"msg-{secrets.token_hex(8)}", at or clock.now(), body)
    return client.post(
        path, data=body if sent is None else sent, headers=headers, content_type="application/json"
    )


def by_twilio(
    client: FlaskClient,
    path: str,
    token: str = TWILIO.token,
    base_url: str = "http://slotkey.test",
    **fields: str,
) -> TestResponse:
    """Post a form as Twilio does, signed for the address under BASE_URL."""
    headers = {"X-Twilio-Signature": twilio_signature(token, f"{base_url}{path}", list(fields.items()))}
    form = "application/x-www-form-urlencoded"
    return client.post(path, data=urlencode(fields), headers=headers, content_type=form)
