"""Compiled templates are kept between starts, and nobody has to have them."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app, kept_templates
from tests.services.databases import Database, settings_for


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the apps of the test keep theirs."""
    folder = tmp_path / "kept"
    monkeypatch.setattr(kept_templates, "folder", lambda _settings: folder)
    return folder


@pytest.fixture
def app_anew(database: Database, tmp_path: Path, folder: Path) -> Flask:
    """An app that has compiled nothing yet."""
    return create_app(settings_for(database.url, tmp_path))


def _page(app: Flask) -> str:
    answer = app.test_client().get("/nothing-here")
    assert answer.status_code == 404
    return answer.text


def test_the_folder_is_made_for_the_first_page_and_for_nobody_else(app_anew: Flask, folder: Path) -> None:
    assert not folder.exists()
    _page(app_anew)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert any(folder.iterdir())


def test_the_next_start_compiles_none_again(
    app_anew: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page(app_anew)
    later = create_app(settings_for(database.url, tmp_path))
    compiled = []
    monkeypatch.setattr(later.jinja_env, "_compile", lambda source, name: compiled.append(name))
    _page(later)
    assert not compiled


def test_another_jinja_compiles_them_again(
    app_anew: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page(app_anew)
    monkeypatch.setattr(kept_templates, "JINJA", "3.1.7")
    later = create_app(settings_for(database.url, tmp_path))
    compiled, compile_ = [], later.jinja_env._compile
    monkeypatch.setattr(
        later.jinja_env, "_compile", lambda source, name: compiled.append(name) or compile_(source, name)
    )
    _page(later)
    assert compiled


def test_a_changed_template_is_compiled_again(
    app_anew: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page(app_anew)
    later = create_app(settings_for(database.url, tmp_path))
    loader, changed = later.jinja_loader, "a sentence of today"
    read = loader.get_source

    def get_source(environment: object, name: str) -> tuple[str, str | None, object]:
        source, file, is_current = read(environment, name)
        return (source.replace("<title>", f"<title>{changed} "), file, is_current)

    monkeypatch.setattr(loader, "get_source", get_source)
    assert changed in _page(later)


def test_a_page_is_not_lost_where_nothing_can_be_kept(app_anew: Flask, folder: Path) -> None:
    folder.write_text("a file where the folder would be")
    assert "<title>" in _page(app_anew)


@pytest.mark.parametrize("kept", [0, 1, 24, 30, 1_000])
def test_what_is_half_written_is_not_read(
    app_anew: Flask, database: Database, tmp_path: Path, folder: Path, kept: int
) -> None:
    page = _page(app_anew)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:kept])
    later = create_app(settings_for(database.url, tmp_path))
    assert len(_page(later)) == len(page)
