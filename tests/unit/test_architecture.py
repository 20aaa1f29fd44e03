"""Imports point one way: web files, services, models, db.py; and features know only those before them."""

from pathlib import Path

import pytest

from .architecture import FEATURES, breaches, circles, modules

APP = Path(__file__).parents[2] / "app"


def test_imports_point_one_way():
    assert breaches(APP) == []


def test_no_module_imports_itself_in_a_circle():
    assert circles(APP) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("from .b import bp", "from . import a"),
        ("def late():\n    from .b import bp", "from app.links.a import x"),
    ],
    ids=["at the top", "inside a function"],
)
def test_a_planted_circle_is_found(tmp_path, a, b):
    (tmp_path / "links").mkdir()
    (tmp_path / "links/__init__.py").write_text("")
    (tmp_path / "links/a.py").write_text(a)
    (tmp_path / "links/b.py").write_text(b)
    assert circles(tmp_path) == ["links.a -> links.b -> links.a"]


def test_every_route_module_is_gathered():
    names = {module.name for module in modules(APP) if module.name.endswith("routes")}
    (pages,) = (module for module in modules(APP) if module.name == "pages")
    assert names - pages.uses == set()


def test_every_feature_has_its_place_in_the_order():
    packages = {module.name.partition(".")[0] for module in modules(APP) if "." in module.name}
    assert packages - set(FEATURES) <= {"scheduling", "demo", "proof", "worker", "operating", "commands"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("accounts/service.py", "from ..links.models import OneTimeLink"),
        ("accounts/service.py", "def late():\n    from app.bookings import service"),
        ("links/service.py", "from ..web import render"),
        ("links/service.py", "from . import routes"),
        ("links/service.py", "from .. import cli"),
        ("links/models.py", "from ..events import record"),
        ("scheduling/slots.py", "from .. import clock"),
        ("scheduling/slots.py", "import flask"),
        ("tokens.py", "from sqlalchemy import select"),
        ("links/service.py", "from datetime import datetime\nmade_at = datetime.now()"),
        ("links/service.py", "import time\nmade_at = time.time()"),
        ("links/service.py", "import datetime\nmade_on = datetime.date.today()"),
        ("links/routes.py", "from htmx_flask import Htmx"),
        ("links/routes.py", "from ..db import db\ndb.session.commit()"),
        ("links/service.py", "from ..db import transaction"),
    ],
)
def test_a_planted_breach_is_found(tmp_path, name, code):
    for each in ("links/routes.py", "links/models.py", "cli.py", "web.py", name):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        (tmp_path / each).write_text("")
    assert breaches(tmp_path) == []
    (tmp_path / name).write_text(code)
    assert len(breaches(tmp_path)) == 1
