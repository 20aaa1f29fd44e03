"""All pages there are. A route module puts its routes on the blueprint it imports; here each is imported once."""

from flask import Flask

from . import preferences
from .accounts import (
    email_routes,
    invitation_routes,
    password_routes,
    profile_routes,
    session_routes,
    team_routes,
)
from .accounts import routes as accounts_routes
from .bookings import answer_routes, move_routes
from .bookings import routes as bookings_routes
from .calendars import availability_routes, questions_routes, settings_routes
from .calendars import routes as calendars_routes
from .contacts import data_routes as contact_data_routes
from .contacts import import_routes, keeping_routes
from .contacts import routes as contacts_routes
from .groups import routes as groups_routes
from .insights import routes as insights_routes
from .intake import contact_data as submissions_of_contacts
from .intake import routes as intake_routes
from .intake import submission_routes
from .links import link_routes, request_routes
from .links import routes as links_routes
from .messaging import contact_data as messages_of_contacts
from .messaging import notice_routes, opt_out_routes
from .messaging import routes as messages_routes
from .operating import routes as operating_routes
from .phone import contact_data as calls_of_contacts
from .phone import hook_routes
from .phone import routes as phone_routes
from .pipelines import contact_data as opportunities_of_contacts
from .pipelines import contact_routes as pipelines_contact_routes
from .pipelines import opportunity_routes
from .pipelines import routes as pipelines_routes
from .public import (
    ask_routes,
    change_routes,
    check_routes,
    details_routes,
    find_routes,
    group_routes,
    manage_routes,
    mended_routes,
    picker_routes,
)
from .public import intake_routes as public_form_routes
from .worker import routes as worker_routes
from .workflows import adding_routes as workflows_adding_routes
from .workflows import contact_data as runs_of_contacts
from .workflows import hook_routes as workflows_hook_routes
from .workflows import preview_routes as workflows_preview_routes
from .workflows import routes as workflows_routes
from .workflows import run_routes as workflows_run_routes
from .workflows import step_routes as workflows_step_routes

ROUTES = (
    accounts_routes,
    password_routes,
    profile_routes,
    session_routes,
    email_routes,
    team_routes,
    invitation_routes,
    preferences,
    calendars_routes,
    settings_routes,
    availability_routes,
    questions_routes,
    groups_routes,
    links_routes,
    link_routes,
    request_routes,
    contacts_routes,
    contact_data_routes,
    keeping_routes,
    import_routes,
    bookings_routes,
    move_routes,
    answer_routes,
    messages_routes,
    notice_routes,
    opt_out_routes,
    phone_routes,
    hook_routes,
    picker_routes,
    details_routes,
    check_routes,
    ask_routes,
    find_routes,
    manage_routes,
    mended_routes,
    change_routes,
    operating_routes,
    group_routes,
    intake_routes,
    submission_routes,
    public_form_routes,
    insights_routes,
    pipelines_routes,
    pipelines_contact_routes,
    opportunity_routes,
    worker_routes,
    workflows_routes,
    workflows_step_routes,
    workflows_preview_routes,
    workflows_run_routes,
    workflows_adding_routes,
    workflows_hook_routes,
)
# What features keep of contacts; each says so in contacts/belongings.py when it is imported.
BELONGINGS = (
    calls_of_contacts,
    messages_of_contacts,
    opportunities_of_contacts,
    submissions_of_contacts,
    runs_of_contacts,
)


def init_app(app: Flask) -> None:
    """Give the app each blueprint, with the routes that all its modules have put there."""
    for blueprint in dict.fromkeys(module.bp for module in ROUTES):
        app.register_blueprint(blueprint)
