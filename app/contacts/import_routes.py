"""Importing contacts: a file, what its columns are, how far it is, and what was skipped."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from flask import Response, request, stream_with_context
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from .. import clock, spreadsheets, web
from ..calendars.texts import one_line
from ..db import transaction
from ..digits import ID
from ..errors import Invalid
from . import csv_lines, fields, import_lists, imports
from .blueprint import bp, my_account_id
from .forms import TOO_LONG, region
from .import_models import ContactImport, ImportState
from .tags import LONGEST as LONGEST_TAG

IMPORT = f"/contacts/imports/<{ID}:import_id>"
TARGETS = [
    ("", "Leave out"),
    ("name", "Name"),
    ("first_name", "First name"),
    ("last_name", "Last name"),
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("tags", "Tags"),
]


class UploadForm(web.BaseForm):
    """A list, as a file or as text."""

    pasted = TextAreaField("Or paste it here")

    @property
    def file(self) -> Any:
        """What the list is read from; None when nothing was sent."""
        sent = request.files.get("file")
        if sent and sent.filename:
            return sent.stream
        return BytesIO(self.pasted.data.encode()) if (self.pasted.data or "").strip() else None


class StartForm(web.BaseForm):
    """What is to be done with the list; the columns stand beside, one select each."""

    has_head = BooleanField("The first line says what the columns are")
    tag = StringField(
        "Put this tag on everybody", [Length(max=LONGEST_TAG, message=TOO_LONG)], filters=[one_line]
    )


@bp.get("/contacts/imports")
def all_imports() -> Response:
    """Upload a list; how earlier ones went."""
    return _upload_page(my_account_id(), UploadForm(formdata=None))


@bp.post("/contacts/imports")
def upload() -> Response:
    """Keep the lines, and ask what they are."""
    account_id, form = my_account_id(), UploadForm()
    if form.submitted():
        try:
            if form.file is None:
                raise Invalid("Choose a file, or paste the list.", "pasted")
            lines = csv_lines.lines_of(form.file)
            import_id = imports.store(account_id, _name(), region(), lines, web.current().user, clock.now())
            return web.go_to(".show_import", import_id=import_id)
        except Invalid as refused:
            form.refuse(Invalid(refused.sentence, "pasted"))
    return _upload_page(account_id, form, status=422)


@bp.get(IMPORT)
def show_import(import_id: int) -> Response:
    """What the columns are; then how far it is; then what came of it."""
    given = import_lists.import_of(my_account_id(), import_id)
    form = StartForm(formdata=None, data={"has_head": given.has_head, "tag": given.tag})
    return _import_page(given, form, list(given.columns))


@bp.post(f"{IMPORT}/start")
def start_import(import_id: int) -> Response:
    """Have the worker do it."""
    given, form = import_lists.import_of(my_account_id(), import_id), StartForm()
    chosen = [each if each in dict(_targets(given)) else "" for each in request.form.getlist("column")]
    if form.submitted():
        try:
            with transaction():
                imports.start(given, chosen, form.has_head.data, form.tag.data or "", clock.now())
            return web.go_to(".show_import", import_id=import_id)
        except Invalid as refused:
            form.refuse(refused)
    return _import_page(given, form, chosen, status=422)


@bp.post(f"{IMPORT}/stop")
def stop_import(import_id: int) -> Response:
    """Give it up."""
    given = import_lists.import_of(my_account_id(), import_id)
    with transaction():
        imports.stop(given, clock.now())
    return web.go_to(".show_import", import_id=import_id, notice="Import stopped.")


@bp.get(f"{IMPORT}/skipped.csv")
def skipped(import_id: int) -> Response:
    """Every line that was skipped, and why."""
    given = import_lists.import_of(my_account_id(), import_id)
    headers = {"Content-Disposition": f'attachment; filename="skipped-{given.id}.csv"'}
    return Response(stream_with_context(_skipped_lines(given)), mimetype="text/csv", headers=headers)


def _name() -> str:
    sent = request.files.get("file")
    return one_line(sent.filename) if sent and sent.filename else "Pasted list"


def _targets(given: ContactImport) -> list[tuple[str, str]]:
    own = fields.fields_of(given.account_id)
    return [*TARGETS, *((f"field_{each.key}", each.label) for each in own)]


def _upload_page(account_id: int, form: UploadForm, status: int = 200) -> Response:
    return web.render(
        "contacts/imports.html",
        status=status,
        form=form,
        imports=import_lists.imports_of(account_id),
        words=STATE_WORDS,
        reader=web.reader(),
    )


def _import_page(given: ContactImport, form: StartForm, chosen: list[str], status: int = 200) -> Response:
    lines = import_lists.first_lines(given.id) if given.state == ImportState.READY else []
    return web.render(
        "contacts/import.html",
        "progress",
        status=status,
        given=given,
        form=form,
        lines=lines,
        columns=max(map(len, lines), default=0),
        chosen=chosen,
        targets=_targets(given),
        skips=import_lists.skips_of(given.id) if given.skipped else [],
        word=STATE_WORDS[given.state],
        reader=web.reader(),
    )


def _skipped_lines(given: ContactImport) -> Iterator[str]:
    yield spreadsheets.BYTE_ORDER_MARK + spreadsheets.line(["Line", "Why", "Text"])
    for each in import_lists.every_skip(given.id):
        yield spreadsheets.line([each.line, each.why, each.text])


STATE_WORDS = {
    ImportState.READY: ("To be looked at", "expired"),
    ImportState.RUNNING: ("Running", "used"),
    ImportState.DONE: ("Done", "active"),
    ImportState.STOPPED: ("Stopped", "deleted"),
}
