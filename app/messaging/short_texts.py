"""Writes the texts that phones get from us by ourselves: answers to STOP and START, and a test. One segment each."""

from ..accounts.models import Account
from ..db import db
from .occasions import Occasion

LONGEST_NAME = 60


def stopped(occasion: Occasion) -> str:
    """That STOP was understood."""
    return f"{_account(occasion)}: you get no more texts from us. Reply START to get them again."


def started(occasion: Occasion) -> str:
    """That START was understood."""
    return f"{_account(occasion)}: you get texts from us again. Reply STOP to end them."


def test(occasion: Occasion) -> str:
    """What an owner sends to their own phone."""
    return f"{_account(occasion)}: this is a test. Texts from Slotkey arrive here."


def _account(occasion: Occasion) -> str:
    name = db.session.get_one(Account, occasion.message.account_id).name
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."
