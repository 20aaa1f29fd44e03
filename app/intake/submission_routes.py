"""What was sent with a form: the list, one submission, the export; and the form on other sites."""

from typing import Any

from flask import Response, render_template, request, stream_with_context, url_for

from .. import clock, config, web
from ..contacts.models import Contact
from ..contacts.words import phone_words
from ..db import db
from ..digits import ID
from . import access, listing
from .blueprint import FORM, bp, my_form
from .choice import PAGE_SIZES, Choice
from .export import lines
from .forms import OriginsForm
from .models import IntakeForm
from .saving import save

SUBMISSIONS = f"{FORM}/submissions"


@bp.get(SUBMISSIONS)
def submissions(form_id: int) -> Response:
    """A page of what was sent, newest first."""
    intake, choice = my_form(form_id), Choice.from_args(request.args)
    page = listing.page_of(intake.id, choice)
    return web.render(
        "intake/submissions.html",
        "submissions",
        intake=intake,
        choice=choice,
        rows=page.rows,
        reader=web.reader(),
        now=clock.now(),
        **_links(intake, choice, page),
    )


@bp.get(f"{SUBMISSIONS}/<{ID}:submission_id>")
def submission(form_id: int, submission_id: int) -> Response:
    """One submission: every answer, and whose it is."""
    intake = my_form(form_id)
    found = access.submission_of(intake, submission_id)
    contact = db.session.get(Contact, found.contact_id)
    return web.render(
        "intake/submission.html",
        intake=intake,
        submission=found,
        contact=contact,
        phone_words=phone_words,
        reader=web.reader(),
        now=clock.now(),
    )


@bp.get(f"{SUBMISSIONS}.csv")
def export(form_id: int) -> Response:
    """All submissions, as CSV."""
    intake = my_form(form_id)
    body = lines(intake.fields, listing.every_submission(intake.id), web.current().user.tz)
    name = f"submissions-{intake.slug}-{web.reader().local_date(clock.now())}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(body), mimetype="text/csv", headers=disposition)


@bp.route(f"{FORM}/embed", methods=["GET", "POST"])
def embed(form_id: int) -> Response:
    """The form as HTML for another site, and the sites that may send it."""
    intake = my_form(form_id)
    form = OriginsForm(data=_stored(intake))
    status = 200 if request.method != "POST" else 422
    if form.submitted():
        refusal = save(intake, form)
        if refusal is None:
            return web.go_to(".embed", form_id=form_id, notice="Saved")
        status = refusal.status
    address = config.current().base_url + url_for("public.form", slug=intake.slug)
    html = render_template("intake/snippet.html", intake=intake, address=address).strip()
    return web.render("intake/embed.html", status=status, intake=intake, form=form, html=html)


def _stored(intake: IntakeForm) -> dict[str, str]:
    return {
        "origins": "\n".join(intake.allowed_origins),
        "return_to": intake.return_to,
        "seen": str(intake.version),
    }


def _links(intake: IntakeForm, choice: Choice, page: listing.Page) -> dict[str, Any]:
    def to(**changes: int) -> str:
        return url_for(".submissions", form_id=intake.id, **choice.args(**changes))

    ids = [row.id for row in page.rows]
    return {
        "newest": to(),
        "newer": to(newer_than=ids[0]) if page.has_newer and ids else None,
        "older": to(older_than=ids[-1]) if page.has_older and ids else None,
        "sizes": [(size, to(per_page=size), size == choice.per_page) for size in PAGE_SIZES],
    }
