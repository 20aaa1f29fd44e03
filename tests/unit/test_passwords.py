"""Passwords: hashed with argon2id, a few at a time."""

import threading

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.errors import Invalid, Unavailable


def test_right_and_wrong() -> None:
    stored = passwords.hashed("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert passwords.is_right("correct horse battery", stored)
    assert not passwords.is_right("correct horse batterz", stored)
    assert not passwords.is_outdated(stored)


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nobody_has_a_right_password(stored: str | None) -> None:
    assert not passwords.is_right("correct horse battery", stored)


@pytest.mark.parametrize("password", ["", "x" * 9, "x" * 201])
def test_length_has_bounds(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.hashed(password)


def test_few_hash_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = _Watched()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    threads = [threading.Thread(target=passwords.hashed, args=("correct horse",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    hasher.release.set()
    for thread in threads:
        thread.join()
    assert hasher.most <= passwords.AT_ONCE


def test_whoever_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    with passwords._Place(), pytest.raises(Unavailable):
        passwords.is_right("correct horse", None)


def test_place_is_given_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    for _ in range(3):
        assert not passwords.is_right("correct horse", "not a hash")


class _Watched(PasswordHasher):
    """Counts how many hash at the same time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.release, self.lock, self.now, self.most = threading.Event(), threading.Lock(), 0, 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.release.wait(5)
        with self.lock:
            self.now -= 1
        return super().hash(password, salt=salt)
